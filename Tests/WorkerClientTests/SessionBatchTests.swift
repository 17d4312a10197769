import Bytes
import Testing
import UpdateProtocol

@testable import WorkerClient

@Suite("Reports of many jobs")
struct SessionBatchTests {
    /// Counts items by the frames that they came in.
    private struct Counter: UpFrameHandler {
        var progress: [UInt32: UInt16] = [:]
        var order: [UInt32] = []

        mutating func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow {
            progress[handle] = basisPoints
            order.append(handle)
            return .proceed
        }
        mutating func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow { .proceed }
        mutating func hello(_ frame: HelloFrame) -> Flow { .proceed }
        mutating func bind(_ frame: BindFrame, sequence: UInt64) -> Flow { .proceed }
        mutating func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .proceed }
        mutating func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .proceed }
        mutating func fail(_ frame: FailFrame, sequence: UInt64) -> Flow { .proceed }
        mutating func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .proceed }
        mutating func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow { .proceed }
        mutating func resultBytes(
            transfer: UInt32,
            _ bytes: UnsafeRawBufferPointer,
            endsFrame: Bool,
            sequence: UInt64
        ) -> Flow { .proceed }
        mutating func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow { .proceed }
        mutating func cancelAnswer(
            handle: UInt32,
            _ answer: UpdateProtocol.CancelAnswer,
            sequence: UInt64
        ) -> Flow { .proceed }
        mutating func unbind(handle: UInt32, sequence: UInt64) -> Flow { .proceed }
        mutating func flush(sequence: UInt64) -> Flow { .proceed }
        mutating func goodbye(sequence: UInt64) -> Flow { .proceed }
        mutating func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow { .proceed }
    }

    private func encoded(_ entries: [(UInt32, UInt16)]) -> [UInt8] {
        var output = OutputBuffer()
        let run = entries.map { RunEntry(handle: JobHandle(rawValue: $0.0, generation: 0), basisPoints: $0.1) }
        output.append(run: run)
        return output.withBytes { Array($0) }
    }

    @Test("share one frame, whose entries ascend, after the bindings")
    func run() throws {
        let harness = SessionHarness.connected()
        let jobs = try (0..<5).map { try harness.bound("job-\($0)") }
        for job in jobs.reversed() {
            _ = harness.report(job, .progress(1))
            _ = harness.report(job, .progress(UInt16(job.rawValue + 1) * 100))
        }
        let expected = jobs.map { RunEntry(handle: $0, basisPoints: UInt16($0.rawValue + 1) * 100) }
        #expect(harness.sent() == [.run(expected)])
        // Each entry has a number of its own, which a refusal names.
        harness.receive(
            .refusal(sequence: harness.lastSequence, .boundElsewhere, state: .processing, detail: "")
        )
        #expect(harness.takeEffects() == [.ended(jobs[4], .refused(.boundElsewhere))])
        _ = harness.sent()
        harness.acknowledge()
        #expect(harness.session.jobs.count == 4)
    }

    @Test("leave out jobs that have more to say")
    func mixed() throws {
        let harness = SessionHarness.connected()
        let jobs = try (0..<4).map { try harness.bound("job-\($0)") }
        for job in jobs { _ = harness.report(job, .progress(7)) }
        _ = harness.report(jobs[1], .note("n"))
        _ = harness.end(jobs[2], .complete)
        let frames = harness.sent()
        #expect(frames.count == 6)
        #expect(frames.last == .update(jobs[3], fields: .progress, report: harness.session.jobs[jobs[3]]!.report))
        let last = try #require(frames.firstIndex(of: .complete(jobs[2])))
        guard case .update(jobs[2], .progress, _) = frames[last - 1] else {
            Issue.record("the last value does not come before the end: \(frames)")
            return
        }
    }

    @Test("take the shape with the fewest bytes")
    func shapes() {
        #expect(encoded([(3, 5_000)]).count == 4)
        #expect(encoded([(0, 5_000), (900_000, 5_000)]).first == 0x81)
        let dense = encoded((0..<1_000).map { ($0, 5_000) })
        #expect(dense.first == 0x41 && dense.count == 2_004)
        let small = encoded((0..<1_000).map { ($0, 50) })
        #expect(small.first == 0x40 && small.count == 2_003)
        let gaps = encoded((0..<1_000).map { ($0 * 3, 5_000) })
        #expect(gaps.first == 0x40 && gaps.count == 3_003)
    }

    @Test("arrive as they were meant in whatever shapes they took, with their numbers in order")
    func decoded() {
        var generator = SplitMix(seed: 5)
        for _ in 0..<200 {
            var handle: UInt32 = 0
            var entries: [(UInt32, UInt16)] = []
            for _ in 0..<Int.random(in: 1...300, using: &generator) {
                let gap =
                    Int.random(in: 0..<8, using: &generator) == 0 ? UInt32.random(in: 2...5_000, using: &generator) : 1
                handle += gap
                entries.append((handle, UInt16.random(in: 0...10_000, using: &generator)))
            }
            var bytes = OutputBuffer()
            bytes.appendHello()
            bytes.append(contentsOf: encoded(entries))
            var decoder = UpFrameDecoder()
            var counter = Counter()
            let result = bytes.withBytes { decoder.decode($0, into: &counter) }
            #expect(result == .ok)
            #expect(counter.order == entries.map(\.0))
            #expect(entries.allSatisfy { counter.progress[$0.0] == $0.1 })
            #expect(decoder.nextSequence == UInt64(entries.count) + 1)
            let singles = entries.reduce(0) {
                $0 + 1 + VariableInteger.length(of: UInt64($1.0)) + VariableInteger.length(of: UInt64($1.1))
            }
            #expect(encoded(entries).count <= singles)
        }
    }

    @Test("never fall back, because the server may not have seen the higher value")
    func monotonic() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(500))
        _ = harness.report(job, .progress(300))
        guard case .update(_, .progress, let report)? = harness.sent().first else {
            Issue.record("no update")
            return
        }
        #expect(report.basisPoints == 500)
    }

    @Test("wait and coalesce in a pause, while changes go on, and a flush waits with them")
    func pause() throws {
        let harness = SessionHarness.connected()
        let jobs = try (0..<3).map { try harness.bound("job-\($0)") }
        harness.receive(.slowDown(milliseconds: 100))
        #expect(harness.takeEffects() == [.slowDown(milliseconds: 100)])
        harness.session.pause(true)
        for job in jobs { _ = harness.report(job, .progress(1)) }
        #expect(harness.sent() == [])
        let flush = harness.flush()
        _ = harness.report(jobs[0], .progress(2))
        _ = harness.report(jobs[1], .start)
        #expect(harness.sent() == [.start(jobs[1])])
        _ = harness.end(jobs[2], .complete)
        #expect(harness.sent().suffix(2) == [.complete(jobs[2]), .unbind(jobs[2])])
        harness.acknowledge()
        #expect(!harness.takeEffects().contains(.settle(flush, nil)))
        #expect(!harness.session.isDelivered)

        harness.session.pause(false)
        let run = [RunEntry(handle: jobs[0], basisPoints: 2), RunEntry(handle: jobs[1], basisPoints: 1)]
        #expect(harness.sent() == [.run(run), .flush])
        harness.acknowledge()
        #expect(harness.takeEffects() == [.settle(flush, nil)])
    }

    @Test("are told once in a pause when the client leaves")
    func leaving() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        harness.session.pause(true)
        _ = harness.report(job, .progress(1))
        #expect(harness.sent() == [])
        harness.session.beginClosing()
        #expect(harness.sent().count == 2)
    }

    @Test("are made up for by heartbeats where that is asked for, in time and no more often")
    func heartbeats() throws {
        let harness = SessionHarness.connected()
        var options = JobOptions()
        options.sendsHeartbeats = true
        let kept = try harness.bound("kept", options)
        let other = try harness.bound("other")
        harness.session.beat(ticksPerInterval: 3)
        #expect(harness.sent() == [])
        harness.session.beat(ticksPerInterval: 3)
        guard case .update(kept, [], _)? = harness.sent().first else {
            Issue.record("no heartbeat")
            return
        }
        _ = harness.report(kept, .progress(1))
        _ = harness.report(other, .progress(1))
        _ = harness.sent()
        harness.session.beat(ticksPerInterval: 3)
        #expect(harness.sent() == [])
        _ = harness.end(kept, .complete)
        _ = harness.sent()
        harness.acknowledge()
        #expect(harness.session.jobsWithHeartbeat == 0)
    }
}
