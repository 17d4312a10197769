/// Why an event was refused. The numbers travel in the update protocol's refusal frames.
public enum Refusal: UInt8, Sendable, CaseIterable {
    /// No job has that id, or the reference is stale.
    case unknownJob = 1
    /// The job is in a terminal state.
    case alreadyFinished
    /// The job's time is over.
    case expired
    /// The event names an attempt older than the job's present one.
    case attemptIsOver
    /// Another stream, or a newer handle, has bound the job since.
    case boundElsewhere
    /// The sender may not do that.
    case notAllowed
    /// The event breaks a limit or makes no sense.
    case malformed
    /// The result was declared JSON and is not.
    case malformedResult
    /// There is no room for a new job.
    case overQuota
}

/// What becomes of a job whose worker gives no sign of life.
public enum StallPolicy: UInt8, Sendable {
    /// It reads `stalled` until the next update.
    case report
    /// It fails.
    case fail
}

/// What the worker of a cancelled job answered.
public enum WorkerAnswer: UInt8, Sendable {
    /// Nothing yet.
    case pending
    /// It has the message and is stopping; readers still see `pending`.
    case received
    /// It has stopped.
    case stopped
    /// It will not stop.
    case refused
}
