/// UTF-8 text inside the bytes being decoded: checked, within its limit, and valid during the handler's call only.
public typealias BorrowedText = UnsafeRawBufferPointer

/// The first frame up: who speaks, and how.
@safe
public struct HelloFrame {
    public let major: UInt32
    public let minor: UInt32
    /// The stream carries results only, and does not displace its producer's other stream.
    public let isForResults: Bool
    /// The producer's name, at most ``UpdateLimits/maximumProducer`` bytes; empty for an anonymous one.
    public let producer: BorrowedText
    /// The epoch of the producer's stream before this one; 0 for none.
    public let epoch: UInt64
    /// The sequence number of the frame after this one; at least 1.
    public let firstSequence: UInt64
}

/// Names a job by a handle from now on.
@safe
public struct BindFrame {
    public let handle: UInt32
    /// 1 to ``UpdateLimits/maximumTaskID`` bytes; whether they make a task id is for the table to say.
    public let taskID: BorrowedText
    /// The attempt that the handle stands for; 0 for the present one.
    public let attempt: UInt32
    /// Create the job, with what follows, where it does not exist.
    public let createsIfAbsent: Bool
    /// Leave the job with its present owner as well.
    public let isShared: Bool
    public let type: BorrowedText?
    /// How long the job lives from its creation, in seconds.
    public let ttl: UInt32?
    /// After how many seconds without a sign of life the job reads as stalled.
    public let stall: UInt32?
    /// A stalled job fails.
    public let failsWhenStalled: Bool
    public let labels: BorrowedLabels
    public let parent: BorrowedText?
    /// How long the result is kept from when it was stored, in seconds.
    public let resultTTL: UInt32?
}

/// What a worker reports about one job; with no field present, only that it lives.
///
/// Progress alone does not come here but through ``UpFrameHandler/progress(handle:basisPoints:sequence:)``.
@safe
public struct UpdateFrame {
    public internal(set) var handle: UInt32 = 0
    /// The attempt that the update speaks of; 0 for the one that the handle is bound to.
    public internal(set) var attempt: UInt32 = 0
    /// 0 to ``UpdateLimits/maximumProgress``.
    public internal(set) var basisPoints: UInt16?
    /// Units of work done, and the total; a total of 0 says that it is not known.
    public internal(set) var units: (done: UInt64, total: UInt64)?
    /// What the units are, at most ``UpdateLimits/maximumUnit`` bytes.
    public internal(set) var unit: BorrowedText?
    /// The present step, counted from 1 (0: not counted), of how many (0: not known), and its name.
    public internal(set) var step: (index: UInt32, total: UInt32, name: BorrowedText)?
    /// The worker's own words, at most ``UpdateLimits/maximumNote`` bytes; empty ones take the note away.
    public internal(set) var note: BorrowedText?

    @usableFromInline
    internal init() {}
}

/// The job has failed for good.
@safe
public struct FailFrame {
    public let handle: UInt32
    /// 0 for the attempt that the handle is bound to.
    public let attempt: UInt32
    /// Advice to readers; it does not keep the job alive.
    public let isRetryable: Bool
    /// A stable word for programs, at most ``UpdateLimits/maximumFailureCode`` bytes; may be empty.
    public let code: BorrowedText
    /// Words for people, at most ``UpdateLimits/maximumText`` bytes; may be empty.
    public let text: BorrowedText
}

/// A result begins, or goes on at an offset.
@safe
public struct ResultBeginFrame {
    /// The stream's own name for the transfer.
    public let transfer: UInt32
    public let taskID: BorrowedText
    /// 0 for the present attempt.
    public let attempt: UInt32
    public let coding: ResultCoding
    /// How many of the coded bytes the server already holds from an earlier stream; 0 to start anew.
    public let offset: UInt64
    /// 1 to ``UpdateLimits/maximumMediaType`` bytes.
    public let mediaType: BorrowedText
    /// A file name, at most ``UpdateLimits/maximumResultName`` bytes; may be empty.
    public let name: BorrowedText
}

/// A result is whole.
@safe
public struct ResultEndFrame {
    public let transfer: UInt32
    /// The number of bytes sent, in their coding, from offset 0.
    public let length: UInt64
    /// The SHA-256 digest (32 bytes) of those bytes, where the worker gives one.
    public let sha256: UnsafeRawBufferPointer?
}
