/// Everything about a job that is short: two cache lines, so that ten million jobs fit and a status check reads no
/// more than it needs.
///
/// It is plain memory: copying it copies bits. What is long hangs off ``detail``. The first line holds what an update
/// reads and writes, the second the task id and what only readers and timers need.
internal struct JobRecord: BitwiseCopyable {
    // First line. The order of fields leaves no gap in either line.
    /// Tells this job from others that had or will have the same slot; never 0.
    internal var generation: UInt32 = 0
    internal var attempt: UInt32 = 1
    internal var version: UInt64 = 1
    internal var owner: OwnerID = .none
    internal var detail = Cell.none
    /// The last sign of life while processing: the low 32 bits of the monotonic milliseconds. Losing the stream
    /// restarts it, under ``Flags/ownerIsLost``.
    internal var lastSign: UInt32 = 0
    /// What ``pace`` is put together from.
    internal var rate: Float = 0
    internal var position: Float = 0
    internal var sampledAt: UInt32 = 0
    /// When the job's time is over.
    internal var expiry = WallTime.none
    private var handleLow: UInt16 = 0
    // In one word, so that an update compares both at once.
    internal var updatedAt = WallTime.none
    /// Moves with each binding that takes the job over; never 0 once bound.
    internal var binding: UInt16 = 0
    internal var progressBits: UInt16 = 0
    internal var flags = Flags()
    internal var tenantBits: UInt16 = 0
    internal var idLength: UInt8 = 0
    /// The state in three bits, the worker's answer in two, the number of samples of the pace in three.
    internal var standing: UInt8 = JobState.queued.rawValue

    // Second line.
    /// The characters of a task id of up to 36, and zeros; the first 36 of a longer one, which lies among the words
    /// of its submission.
    internal var shortID = InlineArray<36, UInt8>(repeating: 0)
    internal var createdAt = WallTime.none
    /// When the present attempt began, or none.
    internal var startedAt = WallTime.none
    /// When a terminal state was reached, or none.
    internal var endedAt = WallTime.none
    private var handleHigh: UInt16 = 0
    /// Written and read by the timing wheel alone.
    internal var timer = TimerLinks()

    /// One bit each, but for the last two.
    internal struct Flags: OptionSet, BitwiseCopyable {
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
        /// Somebody waits for the next visible change.
        internal static let watched = Flags(rawValue: 1 << 8)
        /// There was no room for what the job's end said.
        internal static let wordsAreLost = Flags(rawValue: 1 << 9)
        /// What is kept of the job is what it is: its next change has to be told. Never set where nothing is kept.
        internal static let kept = Flags(rawValue: 1 << 10)
        /// The committer is to take the job without delay, and knows.
        internal static let hurried = Flags(rawValue: 1 << 11)
        /// The job is new and the committer has not said yet that it is on disk: readers are told that there is none.
        internal static let unwritten = Flags(rawValue: 1 << 12)
        /// The job has ended and the committer has not said so yet: the terminal state, less two, in two bits.
        internal static let endingShift: UInt16 = 14
    }
}

extension JobRecord {
    internal var state: JobState {
        @inline(__always) get {
            // The bits come from a state and nothing else.
            JobState(rawValue: standing & 7) ?? .queued
        }
        @inline(__always) set { standing = standing & ~7 | newValue.rawValue }
    }

    internal var worker: WorkerAnswer {
        get { WorkerAnswer(rawValue: standing >> 3 & 3) ?? .pending }
        set { standing = standing & ~24 | newValue.rawValue << 3 }
    }

    internal var progress: BasisPoints {
        @inline(__always) get { BasisPoints(trusted: progressBits) }
        @inline(__always) set { progressBits = newValue.value }
    }

    internal var pace: Pace {
        @inline(__always) get {
            Pace(rate: rate, position: position, sampledAt: sampledAt, samples: standing >> 5)
        }
        @inline(__always) set {
            rate = newValue.rate
            position = newValue.position
            sampledAt = newValue.sampledAt
            standing = standing & 31 | newValue.samples << 5
        }
    }

    /// The owner's name for the job.
    internal var handle: Handle {
        get { Handle(UInt32(handleHigh) << 16 | UInt32(handleLow)) }
        set {
            handleLow = UInt16(truncatingIfNeeded: newValue.rawValue)
            handleHigh = UInt16(truncatingIfNeeded: newValue.rawValue >> 16)
        }
    }

    internal var tenant: TenantID {
        get { TenantID(tenantBits) }
        set { tenantBits = newValue.rawValue }
    }

    /// Milliseconds since 1970 UTC at which the job's time is over.
    internal var expiresAt: Int64 {
        @inline(__always) get { expiry.milliseconds }
    }

    /// Seconds from the job's creation to its end.
    internal var ttl: UInt32 { UInt32(clamping: (expiresAt - createdAt.milliseconds) / 1_000) }

    /// The state that readers see.
    internal var visibleState: JobState { flags.contains(.removed) ? .cancelled : state }

    /// The terminal state that the job has reached and readers do not see yet.
    internal var ending: JobState? {
        get {
            let bits = flags.rawValue >> Flags.endingShift
            return bits == 0 ? nil : JobState(rawValue: UInt8(bits) + 2)
        }
        set {
            let bits = newValue.map { UInt16($0.rawValue) - 2 } ?? 0
            flags.rawValue = flags.rawValue & (1 << Flags.endingShift - 1) | bits << Flags.endingShift
        }
    }
}

/// Milliseconds since 1970 UTC in 48 bits, which last until the year 10889; 0 stands for no time.
internal struct WallTime: Equatable, BitwiseCopyable {
    private var low: UInt16
    private var middle: UInt16
    private var high: UInt16

    internal static let none = WallTime(0)

    /// `milliseconds`, brought into the range of 48 bits.
    @inline(__always)
    internal init(_ milliseconds: Int64) {
        let clamped = min(UInt64(clamping: milliseconds), 0xFFFF_FFFF_FFFF)
        low = UInt16(truncatingIfNeeded: clamped)
        middle = UInt16(truncatingIfNeeded: clamped >> 16)
        high = UInt16(truncatingIfNeeded: clamped >> 32)
    }

    @inline(__always)
    internal var milliseconds: Int64 { Int64(high) << 32 | Int64(middle) << 16 | Int64(low) }

    /// nil for ``none``.
    internal var orNil: Int64? { self == .none ? nil : milliseconds }
}

/// The links of a record in its stripe's timing wheel, or in the list of free slots.
internal struct TimerLinks: BitwiseCopyable {
    internal var next = Slot.none
    /// The record before, or the bucket whose head this is, or none when no timer is set.
    internal var previous = Slot.none
}
