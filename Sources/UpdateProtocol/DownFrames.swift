/// The first frame down: who answers, and within what limits.
public struct WelcomeFrame: Sendable, Equatable {
    public var major: UInt32
    public var minor: UInt32
    /// Nothing is kept on disk: acknowledgements never carry a durable watermark.
    public var isEphemeral: Bool
    /// The server remembers the producer's epoch that hello named; an acknowledgement in the old numbering follows.
    public var isResumed: Bool
    /// To be named in the producer's next hello; greater than any epoch that the producer had before.
    public var epoch: UInt64
    public var limits: UpdateLimits
    /// A worker lets no longer time pass without a frame, in milliseconds.
    public var heartbeatInterval: UInt32
    /// Another number after each start of the server.
    public var boot: UInt64

    public init(
        major: UInt32 = UpdateLimits.majorVersion,
        minor: UInt32 = UpdateLimits.minorVersion,
        isEphemeral: Bool,
        isResumed: Bool = false,
        epoch: UInt64,
        limits: UpdateLimits = UpdateLimits(),
        heartbeatInterval: UInt32,
        boot: UInt64
    ) {
        self.major = major
        self.minor = minor
        self.isEphemeral = isEphemeral
        self.isResumed = isResumed
        self.epoch = epoch
        self.limits = limits
        self.heartbeatInterval = heartbeatInterval
        self.boot = boot
    }
}

/// One item was not applied.
@safe
public struct RefusalFrame {
    /// The sequence number of the item.
    public let sequence: UInt64
    public let reason: RefusalReason
    /// The job's true state; ``ReportedState/none`` where there is no job.
    public let state: ReportedState
    /// The job's present attempt; 0 where there is no job.
    public let attempt: UInt32
    public let subject: Subject
    /// Words for people; may be empty.
    public let detail: BorrowedText
}

/// Somebody cancelled a job that this stream owns. It already reads as cancelled.
@safe
public struct CancelFrame {
    public let handle: UInt32
    /// How long the worker has to answer, in milliseconds from the receipt; 0 for no deadline.
    public let deadline: UInt32
    /// Words for people; may be empty.
    public let reason: BorrowedText
}

/// The server ends the stream.
@safe
public struct ErrorFrame {
    public let code: ErrorCode
    /// The sequence number of the offending frame; 0 for none.
    public let sequence: UInt64
    public let text: BorrowedText
}
