import StatusCore

/// A request that is answered when its job has changed: all that the answer needs when the request's bytes are gone.
final class JobWait: Sendable {
    /// What is to be answered with.
    enum Subject: Sendable {
        case status, result
    }

    let id: TaskID
    /// The job of that name when the request came; a later one of the same name ends the wait.
    let reference: JobReference
    /// The version that the job had then.
    let version: UInt64
    let subject: Subject
    let options: ReadOptions
    let context: AnswerContext
    /// How long to wait at most: a little less than was asked for, each time another little, so that clients who began
    /// together do not come back together, and none has given up before.
    let milliseconds: Int64

    init(_ subject: Subject, for job: JobSnapshot, seconds: Int, _ options: ReadOptions, _ context: AnswerContext) {
        id = job.id
        reference = job.reference
        version = job.version
        self.subject = subject
        self.options = options
        self.context = context
        let longest = Int64(seconds) * 1_000
        milliseconds = longest - Int64.random(in: 0...min(longest / 20, BridgeLimits.waitJitter))
    }

    /// True when `job` is what was waited for.
    func isReached(by job: JobSnapshot) -> Bool {
        if job.reference != reference { return true }
        guard let seen = options.seenVersion else { return job.state.isTerminal }
        return job.version != seen
    }
}
