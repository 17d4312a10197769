/// What a handler answers to each frame: whether the decoder may go on.
public enum Flow: Sendable {
    /// Go on with the next frame.
    case proceed
    /// Return to the caller after this frame; it may hand the rest in later.
    case stop
}

/// How a job stands, as a refusal reports it. The raw values are the job states' own; 0 says nothing.
public struct ReportedState: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let none = Self(rawValue: 0)
    public static let queued = Self(rawValue: 1)
    public static let processing = Self(rawValue: 2)
    public static let completed = Self(rawValue: 3)
    public static let failed = Self(rawValue: 4)
    public static let cancelled = Self(rawValue: 5)
}

/// Why an item was refused. A later minor version may add reasons; a receiver that does not know one treats it as
/// ``malformed``.
public struct RefusalReason: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The handle is not bound, the task id names no job, or the transfer is not open.
    public static let unknownJob = Self(rawValue: 1)
    /// The job is in a terminal state, which the refusal names.
    public static let alreadyFinished = Self(rawValue: 2)
    /// The job's time is over.
    public static let expired = Self(rawValue: 3)
    /// A newer attempt of the job, which the refusal names, has begun.
    public static let attemptIsOver = Self(rawValue: 4)
    /// Another stream has bound the job since.
    public static let boundElsewhere = Self(rawValue: 5)
    /// The worker may not do this to this job.
    public static let notAllowed = Self(rawValue: 6)
    /// The item could be delimited, but a field of it is not valid.
    public static let malformed = Self(rawValue: 7)
    /// The bytes of a result are not what was declared: JSON, gzip, length or digest.
    public static let malformedResult = Self(rawValue: 8)
    /// A limit of number or size: handles, transfers, jobs, bytes.
    public static let overQuota = Self(rawValue: 9)
}

/// What an item was about, so that the worker can tell which of its jobs or transfers a refusal concerns.
public enum Subject: Hashable, Sendable {
    case none
    case handle(UInt32)
    case transfer(UInt32)
}

/// A worker's answer to a cancel.
public enum CancelAnswer: UInt8, Sendable {
    /// The worker knows, and is on its way to stop.
    case received = 0
    /// The worker has stopped.
    case stopped = 1
    /// The worker goes on regardless; nothing that it reports is taken any more.
    case refused = 2
}

/// How the bytes of a result are coded on their way up.
public enum ResultCoding: UInt8, Sendable {
    case identity = 0
    case gzip = 1
}

/// How a transfer stands, as the server reports it.
public struct TransferState: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The server takes bytes, from the offset that it reports.
    public static let open = Self(rawValue: 0)
    /// The server has every byte and has checked them; the job may complete.
    public static let whole = Self(rawValue: 1)
    /// The server holds nothing of it: refused, displaced, or dropped with its attempt.
    public static let gone = Self(rawValue: 2)
}

/// Why the server says goodbye. A receiver treats a reason that it does not know as ``shuttingDown``.
public struct GoodbyeReason: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The server stops; another, or the same one, will answer after the time given.
    public static let shuttingDown = Self(rawValue: 1)
    /// The server asks for a fresh stream, for example to spread load; nothing is wrong.
    public static let reconnect = Self(rawValue: 2)
}
