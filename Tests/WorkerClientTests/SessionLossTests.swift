import Bytes
import Testing
import UpdateProtocol

@testable import WorkerClient

/// A session and a server without a network between them: bytes move when the test says so, and a loss takes those
/// that have not arrived.
private final class LossyLine {
    enum Server: CaseIterable { case forgetsWatermarks, resumes, keepsOnDisk }

    var session = Session(maximumJobs: 100)
    var settled: [Ticket: WorkerError?] = [:]
    let state = FakeState()
    let server: Server
    private var stream: FakeStream?
    private var frames = ServerFrames()
    private var up: [UInt8] = []
    private var down: [UInt8] = []
    private var effects: [Effect] = []
    /// What a crash goes back to.
    private var disk = FakeState.Content()

    init(_ server: Server) {
        self.server = server
        state.change {
            $0.resumes = server != .forgetsWatermarks
            $0.isDurable = server == .keepsOnDisk
        }
        disk = state.now
    }

    func connect() {
        guard stream == nil else { return }
        let opening = session.streamBegan(&effects)
        stream = FakeStream(state)
        frames = ServerFrames()
        var hello = OutputBuffer()
        hello.appendHello(producer: "p", epoch: opening.epoch, firstSequence: opening.firstSequence)
        hello.withBytes { up = Array($0) }
        down = []
    }

    /// Encodes all that the session has to send.
    func send() {
        var output = OutputBuffer()
        while stream != nil, let frame = session.nextFrame(&effects) { output.append(frame) }
        output.withBytes { up += Array($0) }
        settle()
    }

    func deliverUp(_ count: Int) {
        guard let stream else { return }
        let bytes = Array(up.prefix(count))
        up.removeFirst(bytes.count)
        bytes.withUnsafeBytes { stream.receive($0) }
        stream.acknowledge()
        collect()
    }

    private func collect() {
        stream?.output.withBytes { down += Array($0) }
        stream?.output.removeAll()
    }

    func deliverDown(_ count: Int) {
        guard stream != nil else { return }
        let bytes = Array(down.prefix(count))
        down.removeFirst(bytes.count)
        for frame in bytes.withUnsafeBytes({ frames.decode($0) }) { session.receive(frame, &effects) }
        settle()
    }

    /// The server's disk has caught up; the next acknowledgement says so.
    func commit() {
        state.change { $0.durable = $0.watermark }
        disk = state.now
        stream?.tellWatermarks()
        collect()
    }

    func cut(arriving count: Int, crashes: Bool) {
        guard stream != nil else { return }
        deliverUp(count)
        stream = nil
        session.streamEnded()
        settle()
        if crashes, server == .keepsOnDisk { state.change { [disk] in $0 = disk } }
    }

    var waitingUp: Int { up.count }
    var waitingDown: Int { down.count }

    /// Everything arrives, and nothing is lost any more.
    func finish() -> Bool {
        connect()
        for _ in 0..<100 {
            send()
            deliverUp(.max)
            commit()
            deliverDown(.max)
            if session.isDelivered, waitingUp == 0 { return true }
        }
        return false
    }

    private func settle() {
        for case .settle(let ticket, let error) in effects { settled[ticket] = .some(error) }
        effects = []
    }

    func call<R>(_ body: (inout Session, inout [Effect]) throws -> R) rethrows -> R {
        defer { settle() }
        return try body(&session, &effects)
    }
}

@Suite("Whatever is lost on the way")
struct SessionLossTests {
    /// What the worker does, in order; the same in the run with losses and in the one without.
    private enum Act {
        case open(Int)
        case report(Int, Report.Change)
        case retry(Int, UInt32)
        case end(Int, JobEntry.Ending)
    }

    private static let jobs = 6

    /// A random session: jobs that open, report what only grows, some begin again, and most of them end.
    private static func script(_ generator: inout SplitMix) -> [Act] {
        var script = (0..<jobs).map { Act.open($0) }
        var progress = [Int](repeating: 0, count: jobs)
        var attempts = [UInt32](repeating: 1, count: jobs)
        for _ in 0..<Int.random(in: 5...60, using: &generator) {
            let job = Int.random(in: 0..<jobs, using: &generator)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0: script.append(.report(job, .start))
            case 1: script.append(.report(job, .note("n\(Int.random(in: 0..<100, using: &generator))")))
            case 2: script.append(.report(job, .step(index: UInt32(progress[job] / 1_000), total: 9, name: "s")))
            case 3, 4:
                let unit = Bool.random(using: &generator) ? "rows" : nil
                script.append(.report(job, .units(done: UInt64(progress[job]), total: 10_000, unit: unit)))
            case 5 where Int.random(in: 0..<3, using: &generator) == 0:
                attempts[job] += 1
                progress[job] = 0
                script.append(.retry(job, attempts[job]))
            case 6: script.append(.report(job, .heartbeat))
            default:
                progress[job] = min(10_000, progress[job] + Int.random(in: 0...900, using: &generator))
                script.append(.report(job, .progress(UInt16(progress[job]))))
            }
        }
        for job in (0..<jobs).shuffled(using: &generator) {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1: script.append(.end(job, .complete))
            case 2: script.append(.end(job, .fail(Failure(text: "t\(job)", code: "c", isRetryable: false))))
            case 3: script.append(.end(job, .release))
            default: break
            }
        }
        return script
    }

    /// Runs the script; between two acts `network` moves bytes. Returns the server's jobs, and what the callers of the
    /// ends were told.
    private static func run(
        _ script: [Act],
        _ line: LossyLine,
        _ network: (LossyLine) -> Void
    ) throws -> (jobs: [String: FakeState.Job], answers: [WorkerError?]) {
        var handles: [Int: JobHandle] = [:]
        var tickets: [Ticket] = []
        for act in script {
            switch act {
            case .open(let job):
                handles[job] = try line.call { session, _ in
                    try session.open("job-\(job)", JobOptions(type: "t", attempt: 1))
                }
            case .report(let job, let change):
                _ = line.call { session, _ in session.report(handles[job]!, change) }
            case .retry(let job, let attempt):
                tickets.append(line.call { $0.retry(handles[job]!, attempt: attempt, &$1) })
            case .end(let job, let ending):
                tickets.append(line.call { $0.endJob(handles[job]!, ending, &$1) })
            }
            network(line)
        }
        #expect(line.finish(), "the session never came to rest")
        let answers = try tickets.map { try #require(line.settled[$0], "a caller still waits") }
        var jobs = line.state.now.jobs
        for id in jobs.keys { jobs[id]!.binds = 0 }
        return (jobs, answers)
    }

    @Test("the outcome is that of a session without a loss", .tags(.unit010), arguments: LossyLine.Server.allCases)
    private func outcome(server: LossyLine.Server) throws {
        var cuts = 0
        for seed in 1...150 as ClosedRange<UInt64> {
            var generator = SplitMix(seed: seed)
            let script = Self.script(&generator)
            let calm = try Self.run(script, LossyLine(server)) { line in
                line.connect()
                line.send()
                line.deliverUp(.max)
                line.commit()
                line.deliverDown(.max)
            }
            let rough = try Self.run(script, LossyLine(server)) { line in
                for _ in 0..<Int.random(in: 0...4, using: &generator) {
                    switch Int.random(in: 0..<10, using: &generator) {
                    case 0...1: line.connect()
                    case 2...3: line.send()
                    case 4...5: line.deliverUp(Int.random(in: 0...line.waitingUp, using: &generator))
                    case 6...7: line.deliverDown(Int.random(in: 0...line.waitingDown, using: &generator))
                    case 8: line.commit()
                    default:
                        let arriving = Int.random(in: 0...line.waitingUp, using: &generator)
                        line.cut(arriving: arriving, crashes: Bool.random(using: &generator))
                        cuts += 1
                    }
                }
            }
            #expect(rough.jobs == calm.jobs, "seed \(seed)")
            #expect(rough.answers == calm.answers, "seed \(seed)")
            #expect(calm.answers.allSatisfy { $0 == nil }, "seed \(seed)")
        }
        #expect(cuts > 150)
    }
}

/// A small generator with a seed (Steele, Lea and Flood, 2014), so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
