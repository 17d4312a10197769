@testable import WorkerClient

/// A session with a scripted server: takes the frames out, numbers them as the server would, and answers.
final class SessionHarness {
    var session: Session
    var effects: [Effect] = []
    private(set) var lastSequence: UInt64 = 0
    /// The number of the present stream's first frame.
    private(set) var firstSequence: UInt64 = 1

    init(maximumJobs: Int = 100) {
        session = Session(maximumJobs: maximumJobs)
    }

    /// A session whose stream is open and greeted.
    static func connected(maximumJobs: Int = 100) -> SessionHarness {
        let harness = SessionHarness(maximumJobs: maximumJobs)
        harness.connect()
        return harness
    }

    /// Opens a stream, has it greeted, and returns what hello said.
    @discardableResult
    func connect(_ change: (inout Welcome) -> Void = { _ in }) -> Opening {
        let opening = session.streamBegan(&effects)
        firstSequence = opening.firstSequence
        lastSequence = opening.firstSequence - 1
        var welcome = Welcome(maximumHandles: 1_000, heartbeatMilliseconds: 10_000, epoch: opening.epoch + 1)
        change(&welcome)
        receive(.welcome(welcome))
        return opening
    }

    func disconnect() {
        session.streamEnded()
    }

    /// All frames that the session has to send now.
    func sent() -> [UpFrame] {
        var frames: [UpFrame] = []
        while let frame = session.nextFrame(&effects) { frames.append(frame) }
        for frame in frames {
            if case .run(let entries) = frame { lastSequence += UInt64(entries.count) } else { lastSequence += 1 }
        }
        return frames
    }

    func receive(_ frame: DownFrame) {
        session.receive(frame, &effects)
    }

    /// The server applies everything that was sent.
    func acknowledge() {
        receive(.acknowledgement(applied: lastSequence))
    }

    func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    /// Opens a job and has its binding accepted.
    func bound(_ id: String, _ options: JobOptions = JobOptions()) throws -> JobHandle {
        let handle = try open(id, options)
        _ = sent()
        acknowledge()
        return handle
    }

    func open(_ id: String, _ options: JobOptions = JobOptions()) throws(WorkerError) -> JobHandle {
        try session.open(id, options)
    }

    func report(_ handle: JobHandle, _ change: Report.Change) -> Bool {
        session.report(handle, change)
    }

    func awaitBinding(_ handle: JobHandle) -> Ticket {
        session.awaitBinding(handle, &effects)
    }

    func retry(_ handle: JobHandle, attempt: UInt32) -> Ticket {
        session.retry(handle, attempt: attempt, &effects)
    }

    func flush() -> Ticket {
        session.flush(&effects)
    }

    func answerCancel(_ handle: JobHandle, _ reply: WorkerReply) -> Bool {
        session.answerCancel(handle, reply)
    }

    func end(_ handle: JobHandle, _ ending: JobEntry.Ending) -> Ticket {
        session.endJob(handle, ending, &effects)
    }
}
