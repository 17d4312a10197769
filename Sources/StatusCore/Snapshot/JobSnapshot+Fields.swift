extension JobSnapshot {
    /// The job's name.
    public var id: TaskID {
        record.hasLongID ? unsafe TaskID(trusted: originText(.longID)) : record.shortTaskID
    }

    public var tenant: TenantID { record.tenant }
    /// The job's place, not bound to any stream.
    public var reference: JobReference { unsafe copy.pointee.place }
    /// The state that readers see: a removed job reads cancelled.
    public var state: JobState { record.visibleState }
    /// True of a new job that is not on disk yet, where the table's publication is by a committer: whoever did not make
    /// it should be told that there is none.
    public var isUnwritten: Bool { record.flags.contains(.unwritten) }
    /// True when the job was terminal and then deleted.
    public var isRemoved: Bool { record.flags.contains(.removed) }
    /// From 1, or from the table's first version; moves by one on each visible change.
    public var version: UInt64 { record.version }
    public var progress: BasisPoints { record.progress }
    /// From 1.
    public var attempt: UInt32 { record.attempt }
    /// Milliseconds since 1970 UTC, as all times here.
    public var createdAt: Int64 { record.createdAt.milliseconds }
    /// When the version moved last.
    public var updatedAt: Int64 { record.updatedAt.milliseconds }
    public var expiresAt: Int64 { record.expiresAt }
    /// When the present attempt began, if it has.
    public var startedAt: Int64? { record.startedAt.orNil }
    /// When the job completed; nil in any other state.
    public var completedAt: Int64? { state == .completed ? record.endedAt.orNil : nil }
    /// Processing, and no sign of life for too long.
    public var isStalled: Bool { record.flags.contains(.stalled) }
    /// How far the job is in its worker's unit, if it said so.
    public var units: Units? { record.flags.contains(.hasUnits) ? detail.units : nil }
    /// Which step the job is at, if its worker said so; index and total are 0 where not known.
    public var step: (index: UInt32, total: UInt32)? {
        record.flags.contains(.hasStep) ? (detail.stepIndex, detail.stepTotal) : nil
    }

    /// True when the job has failed and is not removed.
    public var hasFailure: Bool { state == .failed }
    public var failureIsRetryable: Bool { hasFailure && record.flags.contains(.failureIsRetryable) }
    /// When the job was cancelled and what its worker said; nil for a job that was not, or was removed after another
    /// end.
    public var cancellation: (requestedAt: Int64, worker: WorkerAnswer)? {
        record.state == .cancelled ? (record.endedAt.milliseconds, record.worker) : nil
    }
}
