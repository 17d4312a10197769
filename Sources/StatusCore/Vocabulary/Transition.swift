/// One step in the life of a job, as its history tells it: 16 bytes.
public struct Transition: Hashable, Sendable {
    /// What happened.
    public enum Kind: UInt8, Sendable {
        /// An attempt began, in the queue: the first one with the job itself.
        case queued
        case processing
        /// There was no sign of life for too long; and there was one again.
        case stalled, resumed
        case completed, failed, cancelled
        /// The job, which was terminal, was deleted: it reads as cancelled from then on.
        case removed
    }

    /// Why it happened.
    public enum Cause: UInt8, Sendable {
        case submission
        /// Something that a worker, or who writes in its place, said.
        case report
        /// A retry was asked for, or a newer attempt spoke.
        case retry
        /// Nothing was heard.
        case silence
        case cancellation
        case deletion
    }

    /// Milliseconds since 1970 UTC.
    public let time: Int64
    /// The attempt that the job was at from then on.
    public let attempt: UInt32
    /// What the attempt had come to.
    public let progress: BasisPoints
    public let kind: Kind
    public let cause: Cause

    internal init(_ kind: Kind, _ cause: Cause, attempt: UInt32, progress: BasisPoints = .zero, at time: Int64) {
        self.time = time
        self.attempt = attempt
        self.progress = progress
        self.kind = kind
        self.cause = cause
    }
}

/// The life of a job so far.
public struct JobHistory: Sendable {
    /// The last ones, oldest first: at most ``Limits/transitions``, at least the first one.
    public internal(set) var transitions: [Transition]
    /// How many came before them.
    public internal(set) var omitted: Int
}
