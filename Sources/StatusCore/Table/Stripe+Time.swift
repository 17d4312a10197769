extension Stripe {
    /// What one look at a job whose time may have come brings.
    internal struct Tick {
        internal var event: TimerEvent?
        /// The key and the place of a job that is gone, to take the key out of the table of keys.
        internal var key: (bytes: [UInt8], JobReference)?
    }

    /// Looks at one job whose time may have come by `now`; nil when there is none.
    internal mutating func tick(at now: Instant) -> Tick? {
        guard let slot = wheel.takeNext(by: now.monotonic, in: records) else { return nil }
        if records[slot].expiresAt <= now.wall { return expire(slot) }
        let place = reference(slot)
        var event: TimerEvent?
        change(slot, at: now) { record in
            event = record.lookAtClock(at: now, place)
            return true
        }
        return Tick(event: event)
    }

    /// Takes the job at `slot`, which has no timer, out of everything and leaves a tombstone.
    private mutating func expire(_ slot: Slot) -> Tick {
        let id = records[slot].id
        let hash = records.hash(of: slot)
        let key = unsafe Array(records[slot].detail.value.origin.text(.idempotencyKey))
        var tick = Tick()
        if !key.isEmpty { tick.key = (key, reference(slot)) }
        tick.event = .expired(
            id,
            owner: records[slot].owner,
            handle: records[slot].handle,
            dropped: records[slot].takeResult()
        )
        counts.add(-1, JobCounts.Place(records[slot]))
        retire(records[slot].version)
        if tombstones.set(hash, expiredAt: records[slot].expiresAt) { forgetVersions() }
        index.remove(hash, slot, of: records)
        records.giveBack(slot)
        log.noteRemoval(of: records)
        return tick
    }

    /// Gives tombstones up whose time is over; returns how many.
    internal mutating func giveUpTombstones(at now: Instant, limit: Int) -> Int {
        let given = tombstones.giveUp(at: now.wall, limit: limit)
        if given > 0 { forgetVersions() }
        return given
    }
}

extension JobRecord {
    /// Lets time do to the job, which has not expired, what is due at `now`; `place` is the job's own.
    fileprivate mutating func lookAtClock(at now: Instant, _ place: JobReference) -> TimerEvent? {
        if let deadline = resultDeadline, deadline <= now.wall {
            touch(at: now)
            return .resultExpired(id, takeResult())
        }
        guard let deadline = stallDeadline(at: now), deadline <= now.monotonic else { return nil }
        let hasFailed = flags.contains(.failsWhenStalled)
        if hasFailed {
            failOfStalling(at: now)
        } else {
            flags.insert(.stalled)
            touch(at: now)
        }
        return .stalled(id, place, hasFailed: hasFailed, owner: owner, handle: handle)
    }
}
