/// Everything about a job that is short: two cache lines, so that ten million jobs fit and a status check reads no
/// more than it needs.
///
/// It is plain memory: copying it copies bits. What is long hangs off ``detail``, which the stripe that holds the
/// record owns. The first line holds what an update reads and writes, the second what only readers and timers need.
internal struct JobRecord {
    // First line. The order of fields leaves no gap in it.
    /// Tells this job from others that had or will have the same slot; never 0.
    internal var generation: UInt32 = 0
    internal var attempt: UInt32 = 1
    internal var version: UInt64 = 1
    internal var owner: OwnerID = .none
    internal var detail = DetailPointer()
    /// The last sign of life while processing: the low 32 bits of the monotonic milliseconds. Losing the stream
    /// restarts it, under ``Flags/ownerIsLost``.
    internal var lastSign: UInt32 = 0
    internal var pace = Pace()
    internal var state = JobState.queued
    internal var progress = BasisPoints.zero
    internal var flags = Flags()
    /// Moves with each binding that takes the job over; never 0 once bound.
    internal var binding: UInt16 = 0
    internal var updatedAt = WallTime.none
    internal var worker = WorkerAnswer.pending
    internal var idLength: UInt8 = 0

    // Second line. Two gaps of two bytes behind times are free.
    /// The owner's name for the job.
    internal var handle = Handle(0)
    /// Seconds from ``createdAt`` to the end of the job.
    internal var ttl: UInt32 = 0
    internal var timer = TimerLinks()
    internal var createdAt = WallTime.none
    /// When the present attempt began, or none.
    internal var startedAt = WallTime.none
    /// When a terminal state was reached, or none.
    internal var endedAt = WallTime.none
    /// The characters of a task id of up to 26; a longer one lies in the detail.
    internal var shortID = InlineArray<26, UInt8>(repeating: 0)

    /// One bit each.
    internal struct Flags: OptionSet {
        internal var rawValue: UInt16 = 0
        internal static let stalled = Flags(rawValue: 1 << 0)
        /// The owner's stream ended without unbinding.
        internal static let ownerIsLost = Flags(rawValue: 1 << 1)
        /// Streams other than the owner's may update under the present binding.
        internal static let shared = Flags(rawValue: 1 << 2)
        internal static let removed = Flags(rawValue: 1 << 3)
        internal static let failureIsRetryable = Flags(rawValue: 1 << 4)
        internal static let failsWhenStalled = Flags(rawValue: 1 << 5)
        internal static let hasUnits = Flags(rawValue: 1 << 6)
        internal static let hasStep = Flags(rawValue: 1 << 7)
    }

    /// Milliseconds since 1970 UTC at which the job's time is over.
    internal var expiresAt: Int64 { createdAt.milliseconds &+ Int64(ttl) &* 1_000 }

    /// The state that readers see.
    internal var visibleState: JobState { flags.contains(.removed) ? .cancelled : state }
}

/// Milliseconds since 1970 UTC in 48 bits, which last until the year 10889; 0 stands for no time.
internal struct WallTime: Equatable {
    private var low: UInt32
    private var high: UInt16

    internal static let none = WallTime(0)

    /// `milliseconds`, brought into the range of 48 bits.
    @inline(__always)
    internal init(_ milliseconds: Int64) {
        let clamped = UInt64(clamping: milliseconds)
        low = UInt32(truncatingIfNeeded: clamped)
        high = UInt16(truncatingIfNeeded: clamped >> 32)
    }

    @inline(__always)
    internal var milliseconds: Int64 { Int64(high) << 32 | Int64(low) }

    /// nil for ``none``.
    internal var orNil: Int64? { self == .none ? nil : milliseconds }
}

/// The links of a record in its stripe's timing wheel, or in the list of free slots.
internal struct TimerLinks {
    internal var next = Slot.none
    /// The record before, or the bucket whose head this is, or none when no timer is set.
    internal var previous = Slot.none
}
