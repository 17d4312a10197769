extension JobTable {
    /// Lets `event` happen to a job that the stream `owner` has bound; `reference` came from that binding.
    ///
    /// Refused with `unknownJob` when the job is gone, `expired` when its time is over, `boundElsewhere` when another
    /// binding has taken it over.
    public func apply(
        _ event: JobEvent,
        to reference: JobReference,
        from owner: OwnerID,
        at now: Instant
    ) -> ApplyOutcome {
        withStripe(Int(reference.stripe)) { stripe in
            if let refusal = stripe.refusal(reference, owner, at: now) { return refusal }
            return stripe.apply(event, to: reference.slot, at: now)
        }
    }

    /// Lets `event` happen to a job by its id, whoever owns it: the way of the HTTP bridge.
    public func apply(_ event: JobEvent, to id: TaskID, at now: Instant) -> (Lookup, ApplyOutcome) {
        withStripe(of: id) { stripe, hash in
            let found = stripe.look(id, hash, at: now)
            switch found {
            case .found(let reference): return (found, stripe.apply(event, to: reference.slot, at: now))
            case .expired: return (found, ApplyOutcome(refusal: .expired, state: nil, attempt: 0))
            case .unknown: return (found, ApplyOutcome(refusal: .unknownJob, state: nil, attempt: 0))
            }
        }
    }

    /// The same as applying an update of progress alone by `attempt` (0: the present one), a little faster.
    public func advanceProgress(
        to progress: BasisPoints,
        of reference: JobReference,
        from owner: OwnerID,
        attempt: UInt32 = 0,
        at now: Instant
    ) -> ApplyOutcome {
        withStripe(Int(reference.stripe)) { stripe in
            if let refusal = stripe.refusal(reference, owner, at: now) { return refusal }
            if attempt == 0 || attempt == stripe.records[reference.slot].attempt,
                let outcome = stripe.records[reference.slot].advance(to: progress, at: now)
            {
                return outcome
            }
            let update = JobUpdate(attempt: attempt, progress: progress)
            return stripe.apply(.update(update), to: reference.slot, at: now)
        }
    }
}

extension Stripe {
    /// Why `owner` may not update the job at `reference`; nil when it may.
    @inline(__always)
    internal func refusal(_ reference: JobReference, _ owner: OwnerID, at now: Instant) -> ApplyOutcome? {
        guard records.isLive(reference.slot, reference.generation) else {
            return ApplyOutcome(refusal: .unknownJob, state: nil, attempt: 0)
        }
        guard records[reference.slot].expiresAt > now.wall else { return records[reference.slot].refuse(.expired) }
        guard records[reference.slot].isBound(to: owner, reference.binding) else {
            return records[reference.slot].refuse(.boundElsewhere)
        }
        return nil
    }

    /// Lets `event` happen to the job at `slot`, whose time is not over.
    internal mutating func apply(_ event: JobEvent, to slot: Slot, at now: Instant) -> ApplyOutcome {
        var outcome = ApplyOutcome(state: nil, attempt: 0)
        change(slot, at: now) { record in
            let before = (record.state, record.flags.contains(.stalled))
            outcome = record.apply(event, at: now)
            // A timer is early at worst, except when stalling begins to count, or a result's own time does.
            return before != (record.state, record.flags.contains(.stalled))
        }
        return outcome
    }
}
