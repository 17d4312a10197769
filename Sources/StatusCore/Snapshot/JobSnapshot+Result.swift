extension JobSnapshot {
    /// The result of a completed job, or none: none was given, its time is over, or the job is removed.
    public var resultID: ResultID {
        guard state == .completed, hasDetail, resultExpiry > readAt.wall else { return .none }
        return detail.result
    }

    /// A whole result that is not the job's own yet: staged on a live job, or what a failed or cancelled one leaves.
    public var stagedResultID: ResultID {
        guard record.state != .completed, !isRemoved, hasDetail else { return .none }
        return detail.result
    }

    /// How long a result is kept once it is there, in seconds.
    public var resultTTL: UInt32 {
        hasDetail && detail.resultTTL != 0 ? detail.resultTTL : JobRecord.defaultResultTTL
    }

    /// When the result goes: at the end of its own time or of the job's, whichever is earlier. nil without a result.
    public var resultExpiresAt: Int64? { resultID == .none ? nil : resultExpiry }

    private var resultExpiry: Int64 {
        min(detail.resultAt.milliseconds + Int64(resultTTL) * 1_000, expiresAt)
    }
}

extension JobRecord {
    /// Seven days, in seconds.
    internal static let defaultResultTTL: UInt32 = 604_800
}
