extension JobTable {
    /// Lets `event` happen to a job that the stream `owner` has bound; `reference` came from that binding.
    ///
    /// Refused with `unknownJob` when the job is gone, `expired` when its time is over, `boundElsewhere` when another
    /// binding has taken it over, `overQuota` when there is no room for a report's words.
    public func apply(
        _ event: JobEvent,
        to reference: JobReference,
        from owner: OwnerID,
        at now: Instant
    ) -> ApplyOutcome {
        let (wants, purpose) = event.wants
        return withRoom(Int(reference.stripe), forJob: false, wants, purpose) { stripe, hasRoom in
            if let refusal = stripe.refusal(reference, owner, at: now) { return refusal }
            let fits = hasRoom || stripe.hasRoom(for: wants, of: reference.slot)
            return stripe.apply(event, to: reference.slot, hasRoom: fits, at: now)
        }
    }

    /// Lets `event` happen to a job by its id, whoever owns it: the way of the HTTP bridge.
    public func apply(
        _ event: JobEvent,
        to id: TaskID,
        of tenant: TenantID = .sole,
        at now: Instant
    ) -> (Lookup, ApplyOutcome) {
        let (wants, purpose) = event.wants
        let hash = hash(id, of: tenant)
        return withRoom(stripe(of: hash), forJob: false, wants, purpose) { stripe, hasRoom in
            let found = stripe.look(id, of: tenant, hash, at: now)
            switch found {
            case .found(let reference):
                let fits = hasRoom || stripe.hasRoom(for: wants, of: reference.slot)
                return (found, stripe.apply(event, to: reference.slot, hasRoom: fits, at: now))
            case .expired: return (found, ApplyOutcome(refusal: .expired, state: nil, attempt: 0))
            case .unknown: return (found, ApplyOutcome(refusal: .unknownJob, state: nil, attempt: 0))
            }
        }
    }

    /// The same as applying an update of progress alone by `attempt` (0: the present one), and much faster.
    public func advanceProgress(
        to progress: BasisPoints,
        of reference: JobReference,
        from owner: OwnerID,
        attempt: UInt32 = 0,
        at now: Instant
    ) -> ApplyOutcome {
        withChange(Int(reference.stripe)) { stripe in
            guard reference.binding != 0, reference.slot.rawValue < recordLimit else {
                return stripe.report(progress, of: reference, from: owner, attempt: attempt, at: now)
            }
            let base = unsafe recordBase.pointer
            let named = attempt == 0 ? unsafe RecordStore.attempt(of: reference.slot, at: base) : attempt
            let entry = HandleTable.Entry(reference, attempt: named)
            let report = RecordStore.Report(from: owner, at: now)
            switch unsafe RecordStore.advance(entry, to: progress.value, report, at: base, limit: recordLimit) {
            case .notHere: return stripe.report(progress, of: reference, from: owner, attempt: attempt, at: now)
            case .unseen: return ApplyOutcome(state: .processing, attempt: named)
            case .seen: break
            case .awaited: stripe.disarm(reference.slot)
            }
            return ApplyOutcome(state: .processing, attempt: named, isVisible: true)
        }
    }

    /// Shows readers a new job, or the end that one has reached, now that it is on disk; false when they see all of it
    /// already, or it is gone.
    @discardableResult
    public func publish(_ reference: JobReference, at now: Instant) -> Bool {
        let (isNew, hasEnded) = withChange(Int(reference.stripe)) { stripe -> (Bool, Bool) in
            guard stripe.jobs.records.isLive(reference.slot, reference.generation) else { return (false, false) }
            let isNew = stripe.jobs[reference.slot].flags.contains(.unwritten)
            stripe.jobs[reference.slot].flags.remove(.unwritten)
            guard stripe.jobs[reference.slot].ending != nil else { return (isNew, false) }
            // A result's own time begins.
            stripe.change(reference.slot, at: now, tellsCommitter: false) { $0.publish(in: &$1) }
            return (isNew, true)
        }
        if isNew { tellOfNew(reference, at: now) }
        return isNew || hasEnded
    }

    /// Tells those who follow the new jobs of a type. After the stripe's lock was released, as for
    /// ``CreationWatches/note(_:of:)``.
    private func tellOfNew(_ reference: JobReference, at now: Instant) {
        guard creations.hasFollowers else { return }
        let job = JobSnapshot()
        guard read(reference, at: now, into: job) else { return }
        let submission = job.image.submission
        creations.note(reference, of: submission)
    }
}

extension Stripe {
    /// Why `owner` may not update the job at `reference`; nil when it may.
    internal func refusal(_ reference: JobReference, _ owner: OwnerID, at now: Instant) -> ApplyOutcome? {
        guard jobs.records.isLive(reference.slot, reference.generation) else {
            return ApplyOutcome(refusal: .unknownJob, state: nil, attempt: 0)
        }
        let record = jobs[reference.slot]
        if record.expiresAt <= now.wall { return record.refuse(.expired) }
        return record.isBound(to: owner, reference.binding) ? nil : record.refuse(.boundElsewhere)
    }

    /// The long way of a report of progress.
    @inline(never)
    internal mutating func report(
        _ progress: BasisPoints,
        of reference: JobReference,
        from owner: OwnerID,
        attempt: UInt32,
        at now: Instant
    ) -> ApplyOutcome {
        if let refusal = refusal(reference, owner, at: now) { return refusal }
        let update = JobUpdate(attempt: attempt, progress: progress)
        return apply(.update(update), to: reference.slot, hasRoom: true, at: now)
    }

    /// True when there is room for `wants` in view of what the job at `slot` has already.
    internal func hasRoom(for wants: Wants, of slot: Slot) -> Bool {
        wants.cells <= jobs.memory.texts.available
            && (wants.details == 0 || jobs[slot].detail != .none || jobs.memory.details.available > 0)
    }

    /// Lets `event` happen to the job at `slot`, whose time is not over.
    internal mutating func apply(_ event: JobEvent, to slot: Slot, hasRoom: Bool, at now: Instant) -> ApplyOutcome {
        var outcome = ApplyOutcome(state: nil, attempt: 0)
        let settles = isSettling
        change(slot, at: now) { record, memory in
            let before = (record.state, record.flags.contains(.stalled))
            outcome = record.apply(event, in: &memory, hasRoom: hasRoom, isSettling: settles, at: now)
            // A timer is early at worst, except when stalling begins to count, or a result's own time does.
            return before != (record.state, record.flags.contains(.stalled))
        }
        return outcome
    }

    /// Tells whoever waits for the job's next change that it has come; nobody does from now on.
    @inline(never)
    internal mutating func disarm(_ slot: Slot) {
        if jobs[slot].flags.contains(.watched) {
            jobs[slot].flags.remove(.watched)
            wake(slot)
        }
        noteChange(slot)
    }
}
