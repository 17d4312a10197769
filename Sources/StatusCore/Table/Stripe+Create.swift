extension Stripe {
    /// Makes a job out of `draft`, whose id is free here; there is room for it.
    internal mutating func create(_ draft: borrowing Draft, at now: Instant) -> Slot {
        // An expired namesake may have been forgotten at this very moment, before the wheel came round to it.
        if tombstones.holds(draft.hash) { forgetVersions() }
        credits -= 1
        let slot = jobs.records.take()
        var record = jobs[slot]
        fill(&record, draft, at: now)
        jobs[slot] = record
        index.insert(draft.hash, slot, of: jobs)
        log.append(slot, record.generation, at: now.wall)
        counts.add(1, JobCounts.Place(record))
        setTimer(slot, at: now)
        return slot
    }

    private mutating func fill(_ record: inout JobRecord, _ draft: borrowing Draft, at now: Instant) {
        let submission = draft.submission
        record.setID(submission.id, of: submission.tenant)
        record.version = firstVersion
        record.createdAt = WallTime(now.wall)
        record.updatedAt = WallTime(now.wall)
        record.expiry = WallTime(now.wall + Int64(submission.ttl) * 1_000)
        if submission.stallPolicy == .fail { record.flags.insert(.failsWhenStalled) }
        guard draft.needsDetail else { return }
        jobs.memory.withDetail(of: &record) { detail, texts in
            detail.resultTTL = draft.resultTTL
            detail.stall = submission.stall ?? 0
            unsafe draft.origin.withUnsafeBytes { unsafe texts.set(&detail.origin, to: $0) }
        }
    }

    /// True when the job at `slot` was submitted with the same fields.
    internal func matches(_ slot: Slot, _ draft: borrowing Draft) -> Bool {
        let record = jobs[slot]
        let detail = jobs.memory.detail(of: record)
        return record.ttl == draft.submission.ttl && detail.resultTTL == draft.resultTTL
            && detail.stall == draft.submission.stall ?? 0
            && record.flags.contains(.failsWhenStalled) == (draft.submission.stallPolicy == .fail)
            && Origin.isSame(jobs.memory.origin(of: record), draft.origin)
    }
}

/// A submission, made ready outside the stripe's lock.
internal struct Draft {
    internal let submission: Submission
    internal let hash: UInt64
    /// Its words, packed.
    internal let origin: [UInt8]
    /// In seconds; 0 for the default.
    internal let resultTTL: UInt32

    internal init(_ submission: Submission, hash: UInt64) {
        self.submission = submission
        self.hash = hash
        origin = Origin.pack(submission)
        resultTTL = submission.resultTTL == JobRecord.defaultResultTTL ? 0 : submission.resultTTL
    }

    internal var needsDetail: Bool { !origin.isEmpty || resultTTL != 0 || submission.stall != nil }

    internal var wants: Wants { needsDetail ? Wants(details: 1, texts: origin.count) : .nothing }
}
