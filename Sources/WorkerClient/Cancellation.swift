/// A request to stop working on a job. The job reads as cancelled already; what is asked for is the work's end.
public struct Cancellation: Sendable, Equatable {
    /// Why, in the words of whoever cancelled; empty when nothing was said.
    public let reason: String
    /// How long the worker may take, or nil when nothing was said.
    public let deadline: Duration?

    public init(reason: String, deadline: Duration?) {
        self.reason = reason
        self.deadline = deadline
    }
}

/// What a worker did about a ``Cancellation``.
public enum CancelAnswer: Sendable {
    /// The work has stopped.
    case stopped
    /// The work goes on, or is done already.
    case refused
}
