extension Stripe {
    /// What one look at a job whose time may have come brings.
    internal struct Tick {
        internal var event: TimerEvent?
        /// The key and the place of a job that is gone, to take the key out of the table of keys.
        internal var key: (bytes: [UInt8], TenantID, JobReference)?
        /// What has to be got before the job can be looked at; nothing has happened then.
        internal var shortage = Shortage()
    }

    /// What the words of a job that fails of stalling may need.
    private static let stallWants = Wants(details: 1, texts: 1, 1)

    /// Looks at one job whose time may have come by `now`; nil when there is none. When something is lacking for it
    /// and `isRefused`, it does without.
    internal mutating func tick(isRefused: Bool, at now: Instant) -> Tick? {
        guard let slot = nextDue(at: now) else { return nil }
        var shortage = Shortage()
        let isOver = jobs[slot].expiresAt <= now.wall
        if !isOver, jobs[slot].flags.contains(.failsWhenStalled) {
            shortage = self.shortage(forJob: false, Stripe.stallWants)
        }
        if !shortage.isNone, !isRefused {
            heldBack = slot
            return Tick(shortage: shortage)
        }
        if isOver { return expire(slot) }
        let hasRoom = shortage.isNone
        let place = reference(slot)
        let id = jobs.memory.id(of: jobs[slot])
        let settles = isSettling
        var event: TimerEvent?
        change(slot, at: now) { record, memory in
            event = record.lookAtClock(id, place, in: &memory, hasRoom: hasRoom, isSettling: settles, at: now)
            return true
        }
        if case .stalled(_, _, hasFailed: true, _, _) = event { histories.noteSilentEnd(slot) }
        return Tick(event: event)
    }

    /// The job that was held back for want of something, or the next whose time may have come; it has no timer then.
    private mutating func nextDue(at now: Instant) -> Slot? {
        guard let slot = heldBack else { return wheel.takeNext(by: now.monotonic, in: jobs.records) }
        heldBack = nil
        wheel.clear(slot, in: jobs.records)
        return slot
    }

    /// True when there may be something to do at `now`.
    internal mutating func isDue(at now: Instant) -> Bool {
        heldBack != nil || wheel.isDue(by: now.monotonic)
    }

    /// Takes the job at `slot`, which has no timer, out of everything and leaves a tombstone.
    private mutating func expire(_ slot: Slot) -> Tick {
        var record = jobs[slot]
        let id = jobs.memory.id(of: record)
        let hash = jobs.hash(of: slot)
        let origin = jobs.memory.origin(of: record)
        let key = unsafe origin.withUnsafeBytes { unsafe Array(Origin.text(.idempotencyKey, in: $0)) }
        var tick = Tick()
        if !key.isEmpty { tick.key = (key, record.tenant, reference(slot)) }
        tick.event = .expired(
            TimerEvent.Expired(id, of: record.tenant, at: record.expiresAt),
            owner: record.owner,
            handle: record.handle,
            dropped: record.takeResult(in: &jobs.memory)
        )
        counts.add(-1, JobCounts.Place(record))
        retire(record.version)
        if tombstones.set(hash, expiredAt: record.expiresAt) { forgetVersions() }
        if watchers.hasWatchers(slot) { signals.formUnion(watchers.detach(slot)) }
        histories.remove(slot)
        index.remove(hash, slot, of: jobs)
        jobs.giveBack(slot)
        log.noteRemoval(of: jobs.records)
        credits += 1
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
    fileprivate mutating func lookAtClock(
        _ id: TaskID,
        _ place: JobReference,
        in memory: inout JobMemory,
        hasRoom: Bool,
        isSettling: Bool,
        at now: Instant
    ) -> TimerEvent? {
        if let deadline = resultDeadline(in: memory), deadline <= now.wall {
            touch(at: now)
            return .resultExpired(id, takeResult(in: &memory))
        }
        guard let deadline = stallDeadline(in: memory, at: now), deadline <= now.monotonic else { return nil }
        let hasFailed = flags.contains(.failsWhenStalled)
        if hasFailed {
            failOfStalling(in: &memory, hasRoom: hasRoom, isSettling: isSettling, at: now)
        } else {
            flags.insert(.stalled)
            touch(at: now)
        }
        return .stalled(id, place, hasFailed: hasFailed, owner: owner, handle: handle)
    }
}
