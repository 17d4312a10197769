/// The sizes that a receiver accepts, and the numbers that version 1 of the protocol fixes.
///
/// A server states the variable ones in its welcome. A worker that sends before it has read the welcome keeps to the
/// `assumed` ones, which every server accepts.
public struct UpdateLimits: Sendable, Equatable {
    /// The largest value of a length field, and the largest whole update frame, in bytes. It bounds what a decoder
    /// keeps of a split frame. 64 KiB holds the largest bind (16 labels) ten times over.
    public var maximumFrame: Int
    /// How many handles a stream may have bound at once; a handle is smaller than this. A million jobs on one stream
    /// cost their owner a few bytes each, and keep the handle at three bytes.
    public var maximumHandles: Int
    /// The longest text of any field, in bytes; only a failure text may be that long, the other fields have limits of
    /// their own below. The last lines of a stack trace fit.
    public var maximumText: Int

    /// Limits of a receiver; values below the ``assumed`` ones are raised to them.
    public init(
        maximumFrame: Int = 65_536,
        maximumHandles: Int = 1_048_576,
        maximumText: Int = 4_096
    ) {
        self.maximumFrame = max(maximumFrame, Self.assumedFrame)
        self.maximumHandles = max(maximumHandles, Self.assumedHandles)
        self.maximumText = max(maximumText, Self.assumedText)
    }

    /// What a worker may rely on before it has read the welcome.
    public static let assumed = UpdateLimits(
        maximumFrame: assumedFrame,
        maximumHandles: assumedHandles,
        maximumText: assumedText
    )

    internal static let assumedFrame = 16_384
    internal static let assumedHandles = 1_024
    internal static let assumedText = 1_024
}

extension UpdateLimits {
    /// The major version that this module speaks.
    public static let majorVersion: UInt32 = 1
    /// The minor version that this module speaks.
    public static let minorVersion: UInt32 = 0

    /// The longest producer name, in bytes: a host name and a process number fit.
    public static let maximumProducer = 64
    /// The longest task id, in bytes; the same for every interface of the server.
    public static let maximumTaskID = 64
    /// The longest job type, in bytes.
    public static let maximumType = 64
    /// The most labels of a job.
    public static let maximumLabels = 16
    /// The longest key of a label, in bytes; at least one.
    public static let maximumLabelKey = 64
    /// The longest value of a label, in bytes.
    public static let maximumLabelValue = 256
    /// The longest name of a unit of work, in bytes: a word such as "rows".
    public static let maximumUnit = 64
    /// The longest name of a step, in bytes.
    public static let maximumStepName = 256
    /// The longest note, in bytes: as much as a status body can show without becoming a log.
    public static let maximumNote = 1_024
    /// The longest failure code, in bytes: a stable word for programs.
    public static let maximumFailureCode = 64
    /// The longest media type of a result, in bytes.
    public static let maximumMediaType = 255
    /// The longest file name of a result, in bytes.
    public static let maximumResultName = 255
    /// How many result transfers a stream may have open at once: each holds a file and a compressor at the server.
    public static let maximumTransfers = 64
    /// The longest text downwards (detail of a refusal, reason of a cancel, text of an error), in bytes.
    public static let maximumDetail = 1_024
    /// One hundred percent, in basis points.
    public static let maximumProgress: UInt16 = 10_000
    /// The largest first sequence number of a stream: 2⁶² numbers are left above it, so that none ever overflows.
    public static let maximumFirstSequence: UInt64 = 1 << 62
}
