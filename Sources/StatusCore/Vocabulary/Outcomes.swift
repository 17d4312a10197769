/// What came of looking for a job.
public enum Lookup: Hashable, Sendable {
    case found(JobReference)
    /// The job's time was over at `at`, in milliseconds since 1970 UTC.
    case expired(at: Int64)
    case unknown
}

/// What came of submitting a job.
public enum SubmitOutcome: Hashable, Sendable {
    case created(JobReference)
    /// The job was there, submitted with the same fields; in any state.
    case existing(JobReference)
    /// The id, or the idempotency key, is taken by a job with other fields.
    case conflict(JobReference)
    /// The id belonged to a job that expired at `at`, in milliseconds since 1970 UTC.
    case expired(at: Int64)
    /// There is no room for a new job.
    case full
    /// A text, a count or a duration is beyond its limit.
    case malformed
}

/// What came of binding a job to a stream.
public enum BindOutcome: Hashable, Sendable {
    /// The stream may update the job through the reference. `dropped` is a staged result that a newer attempt let go
    /// of; the caller frees it.
    case bound(JobReference, attempt: UInt32, dropped: ResultID)
    /// The job's true state and attempt go with it, where there is such a job.
    case refused(Refusal, state: JobState?, attempt: UInt32)
}

/// What came of an event.
public struct ApplyOutcome: Hashable, Sendable {
    /// nil when the event was accepted.
    public var refusal: Refusal?
    /// The job's state after it, as readers see it; nil when there is no such job.
    public var state: JobState?
    /// The job's attempt after it; 0 when there is no such job.
    public var attempt: UInt32
    /// The version has moved: readers see a difference.
    public var isVisible: Bool
    /// The job has ended, and readers are not told before ``JobTable/publish(_:at:)`` is: the caller has the end
    /// written first.
    public var isSettling: Bool
    /// A staged result that a newer attempt let go of; the caller frees it.
    public var releasedResult: ResultID

    @inlinable
    public init(
        refusal: Refusal? = nil,
        state: JobState?,
        attempt: UInt32,
        isVisible: Bool = false,
        isSettling: Bool = false,
        releasedResult: ResultID = .none
    ) {
        self.refusal = refusal
        self.state = state
        self.attempt = attempt
        self.isVisible = isVisible
        self.isSettling = isSettling
        self.releasedResult = releasedResult
    }
}

/// What came of cancelling a job.
public enum CancelOutcome: Hashable, Sendable {
    case unknown
    case expired(at: Int64)
    /// The job is cancelled now. `owner` is to be told under `handle`, unless it is none.
    case cancelled(owner: OwnerID, handle: Handle)
    /// The job was in a terminal state; nothing changed.
    case alreadyTerminal
    /// The job has ended and the end is not published yet; nothing changed. Ask again once it is.
    case settling(JobReference)
}

/// What came of deleting a job.
public enum DeleteOutcome: Hashable, Sendable {
    case unknown
    case expired(at: Int64)
    /// The job was live and is cancelled now. `owner` is to be told under `handle`, unless it is none.
    case cancelled(owner: OwnerID, handle: Handle)
    /// The job was terminal and is removed now, or was before. The caller frees `dropped`.
    case removed(dropped: ResultID)
    /// The job has ended and the end is not published yet; nothing changed. Ask again once it is.
    case settling(JobReference)
}

/// What came of giving a job its result.
public enum AttachOutcome: Hashable, Sendable {
    /// Staged until the job completes. The caller frees `dropped`, the result that it replaced.
    case attached(dropped: ResultID)
    /// The job's true state and attempt; the caller frees the result that it brought.
    case refused(Refusal, state: JobState, attempt: UInt32)
    case unknown
    case expired(at: Int64)
}

/// What time brought about, for the shell to act upon.
public enum TimerEvent: Hashable, Sendable {
    /// A job that is gone, and when its time was over, in milliseconds since 1970 UTC.
    public struct Expired: Hashable, Sendable {
        public let id: TaskID
        public let tenant: TenantID
        public let at: Int64

        public init(_ id: TaskID, of tenant: TenantID = .sole, at: Int64) {
            self.id = id
            self.tenant = tenant
            self.at = at
        }
    }

    /// The job is gone. `owner` is to be told under `handle`, unless it is none; the caller frees `dropped`.
    case expired(Expired, owner: OwnerID, handle: Handle, dropped: ResultID)
    /// The job reads `stalled` now, or has failed of it where its policy says so. `owner` is to be told of a failure.
    case stalled(TaskID, JobReference, hasFailed: Bool, owner: OwnerID, handle: Handle)
    /// The job lives on without its result; the caller frees it.
    case resultExpired(TaskID, ResultID)
}
