/// Why a job failed, as its worker says it.
public struct Failure {
    /// A stable word for programs, at most 64 bytes.
    public var code: Text?
    /// Words for people, at most 4,096 bytes; may be empty.
    public var text: Text
    /// Advice to readers: it is worth submitting the work again. Changes nothing here.
    public var isRetryable: Bool

    @inlinable
    public init(code: Text? = nil, text: Text, isRetryable: Bool = false) {
        self.code = code
        self.text = text
        self.isRetryable = isRetryable
    }
}

/// What can happen to a job from its worker's side. An attempt of 0 stands for the job's present one.
///
/// An event that names a newer attempt makes that the job's attempt first; one that names an older attempt is
/// refused. Asking for the state that the attempt already has is accepted and changes nothing.
public enum JobEvent {
    /// A report; progress, units or a step start a queued job.
    case update(JobUpdate)
    /// The attempt begins.
    case start(attempt: UInt32)
    /// The job is done.
    case complete(attempt: UInt32)
    /// The job has failed for good, whatever ``Failure/isRetryable`` says.
    case fail(attempt: UInt32, Failure)
    /// Back to the queue under attempt `attempt`, where 0 stands for the present one and one more. A queued job that
    /// is asked with 0 already is where it should be.
    case retry(attempt: UInt32)
}
