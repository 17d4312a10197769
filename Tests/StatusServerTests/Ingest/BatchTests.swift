import Bytes
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

/// Reports of progress are applied many at once where many lie behind each other, and one by one where the bytes come
/// one by one: nobody must be able to tell which way it was.
@Suite("Batches of progress")
struct BatchTests {
    private static let handles: UInt32 = 400

    /// What readers see of the jobs, and what the worker was told.
    private struct Outcome: Equatable, Sendable {
        var jobs: [String]
        var answers: [DownFrame]
    }

    @Test("A stream has the same outcome wherever it is cut", arguments: UInt64(1)...4)
    func cuts(_ seed: UInt64) async throws {
        let expected = try await outcome(seed, cut: 1)
        #expect(expected.jobs.count > 200)
        #expect(
            expected.answers.contains { if case .refusal(_, .alreadyFinished, _, _, _) = $0 { true } else { false } }
        )
        for cut in [100, 16_384, Int.max] {
            let actual = try await outcome(seed, cut: cut)
            #expect(actual.jobs == expected.jobs, "seed \(seed), cut \(cut)")
            #expect(actual.answers == expected.answers, "seed \(seed), cut \(cut)")
        }
    }

    private func outcome(_ seed: UInt64, cut: Int) async throws -> Outcome {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            for handle in 0..<Self.handles {
                // Some jobs have two handles, of which the older one is refused.
                let job = handle % 20 == 19 ? handle - 1 : handle
                output.appendBind(handle: handle, taskID: "job-\(job)", creating: JobDescription())
            }
        }
        return try await worker.run { end in
            var random = Numbers(state: seed)
            var answers: [DownFrame] = []
            for round in 0..<4 {
                end.send(cut: cut) { output in Self.append(rounds: 6, random: &random, to: &output) }
                answers += end.takeDown().filter { if case .acknowledgement = $0 { false } else { true } }
                Self.interfere(round, end.services)
            }
            var jobs: [String] = []
            for handle in 0..<Self.handles {
                guard let job = end.services.snapshot("job-\(handle)") else { continue }
                jobs.append("\(handle) \(job.state) \(job.attempt) \(job.progress.value) \(job.version)")
            }
            return Outcome(jobs: jobs, answers: answers)
        }
    }

    /// What others do to the jobs between two reads of the stream.
    private static func interfere(_ round: Int, _ services: ServerServices) {
        let now = services.now(after: 0)
        for handle in stride(from: round, to: Int(handles), by: 37) {
            guard let id = TaskID("job-\(handle)") else { continue }
            switch handle % 3 {
            case 0: _ = services.table.apply(.complete(attempt: 0), to: id, at: now)
            case 1: _ = services.table.apply(.retry(attempt: 0), to: id, at: now)
            default:
                _ = services.table.bind(
                    id,
                    attempt: 0,
                    creating: nil,
                    sharing: handle % 2 == 0,
                    owner: OwnerID(4_000_000),
                    handle: Handle(1),
                    at: now
                )
            }
        }
    }

    /// Bursts of reports in each of their forms, with repetitions, and other frames between them.
    private static func append(rounds: Int, random: inout Numbers, to output: inout OutputBuffer) {
        for _ in 0..<rounds {
            switch random.below(8) {
            case 0...2:
                for _ in 0..<random.below(1_200) {
                    // A few handles are not bound, and some come often.
                    let handle = random.below(10) == 0 ? random.below(4) : random.below(handles + 2)
                    output.appendProgress(handle: handle, basisPoints: UInt16(random.below(10_001)))
                }
            case 3, 4:
                let count = 1 + random.below(300)
                output.appendRun(count: Int(count))
                for index in 0..<count {
                    let delta = index == 0 ? random.below(handles) : random.below(2)
                    output.appendRunEntry(delta: delta, basisPoints: UInt16(random.below(10_003)))
                }
            case 5:
                let values = (0...random.below(390)).map { _ in UInt16(random.below(10_002)) }
                output.appendDenseRun(first: random.below(12), basisPoints: values)
            case 6:
                for _ in 0..<random.below(4) { output.appendRetry(handle: random.below(handles)) }
                output.appendUpdate(handle: random.below(handles), note: "between")
            default:
                let handle = random.below(handles)
                switch random.below(3) {
                case 0: output.appendUnbind(handle: handle)
                case 1: output.appendComplete(handle: handle)
                default: output.appendBind(handle: handle, taskID: "job-\(random.below(handles))")
                }
            }
        }
    }

    private struct Numbers: Sendable {
        var state: UInt64

        /// SplitMix64.
        mutating func below(_ limit: UInt32) -> UInt32 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return UInt32((mixed ^ (mixed >> 31)) % UInt64(limit))
        }
    }
}
