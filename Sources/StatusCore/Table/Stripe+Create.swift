extension Stripe {
    /// Makes a job out of `submission`, which is within its limits and whose id is free here.
    internal mutating func create(_ submission: Submission, _ hash: UInt64, at now: Instant) -> Slot {
        // An expired namesake may have been forgotten at this very moment, before the wheel came round to it.
        if tombstones.holds(hash) { forgetVersions() }
        let slot = records.take()
        fill(slot, submission, at: now)
        index.insert(hash, slot, of: records)
        log.append(slot, records[slot].generation, at: now.wall)
        counts.add(1, JobCounts.Place(records[slot]))
        setTimer(slot, at: now)
        return slot
    }

    private func fill(_ slot: Slot, _ submission: Submission, at now: Instant) {
        records[slot].setID(submission.id)
        records[slot].version = firstVersion
        records[slot].createdAt = WallTime(now.wall)
        records[slot].updatedAt = WallTime(now.wall)
        records[slot].ttl = submission.ttl
        if submission.stallPolicy == .fail { records[slot].flags.insert(.failsWhenStalled) }
        var origin = Origin()
        origin.set(submission)
        let resultTTL = submission.resultTTL == JobRecord.defaultResultTTL ? 0 : submission.resultTTL
        if origin.isEmpty, resultTTL == 0, submission.stall == nil { return }
        records[slot].detail.make()
        records[slot].detail.value.origin = origin
        records[slot].detail.value.resultTTL = resultTTL
        records[slot].detail.value.stall = submission.stall ?? 0
    }

    /// True when the job at `slot` was submitted with the same fields.
    internal func matches(_ slot: Slot, _ submission: Submission) -> Bool {
        let detail = records[slot].detail.value
        let resultTTL = detail.resultTTL == 0 ? JobRecord.defaultResultTTL : detail.resultTTL
        return records[slot].ttl == submission.ttl && resultTTL == submission.resultTTL
            && detail.stall == submission.stall ?? 0
            && records[slot].flags.contains(.failsWhenStalled) == (submission.stallPolicy == .fail)
            && detail.origin.matches(submission)
    }
}
