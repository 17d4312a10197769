extension JobTable {
    /// Binds a job to the stream `owner`, which calls it `handle`; makes the job out of `submission` where there is
    /// none.
    ///
    /// The stream owns the job from then on, and references of earlier bindings are refused; `sharing` lets them go
    /// on, and leaves the job to the owner that it has. A newer attempt than the job's acts as a retry; 0 stands for
    /// the job's own. Refused when there is no such job (or no room for it), its time is over, it is finished, or the
    /// attempt is older than the job's.
    public func bind(
        _ id: TaskID,
        of tenant: TenantID = .sole,
        attempt: UInt32,
        creating submission: Submission?,
        sharing: Bool,
        owner: OwnerID,
        handle: Handle,
        at now: Instant
    ) -> BindOutcome {
        let hash = hash(id, of: tenant)
        let draft = submission.map { Draft($0, hash: hash) }
        let wants = draft?.wants ?? .nothing
        var isNew = false
        let outcome = withRoom(stripe(of: hash), forJob: draft != nil, wants, .newWork) {
            (stripe: inout Stripe, hasRoom) -> BindOutcome in
            let slot: Slot
            switch stripe.look(id, of: tenant, hash, at: now) {
            case .found(let reference): slot = reference.slot
            case .expired: return .refused(.expired, state: nil, attempt: 0)
            case .unknown:
                guard let draft else { return .refused(.unknownJob, state: nil, attempt: 0) }
                guard draft.submission.isWithinLimits, draft.submission.id == id, draft.submission.tenant == tenant,
                    draft.submission.idempotencyKey == nil
                else { return .refused(.malformed, state: nil, attempt: 0) }
                guard hasRoom else { return .refused(.overQuota, state: nil, attempt: 0) }
                slot = stripe.createNew(draft, at: now)
                stripe.jobs[slot].attempt = max(1, attempt)
                isNew = true
            }
            return stripe.bind(slot, attempt, sharing: sharing, owner, handle, at: now)
        }
        if isNew, showsAtOnce, let draft, case .bound(let reference, _, _) = outcome {
            creations.note(reference, of: draft.submission)
        }
        return outcome
    }

    /// The stream `owner` lets go of a job: nobody owns it, and no stall is counted for that. Does nothing when the
    /// stream does not own it.
    public func unbind(_ reference: JobReference, owner: OwnerID, at now: Instant) {
        withOwned(reference, owner, at: now) { stripe, slot in
            stripe.jobs[slot].owner = .none
            stripe.noteChange(slot)
        }
    }

    /// The stream `owner` ended without unbinding: unless somebody reports, the job counts as stalled after
    /// ``Limits/lostStreamGrace``, or after its own stall time where that is over earlier. Does nothing when the
    /// stream does not own it.
    public func ownerLeft(_ reference: JobReference, owner: OwnerID, at now: Instant) {
        withOwned(reference, owner, at: now) { stripe, slot in
            var record = stripe.jobs[slot]
            record.loseOwner(in: stripe.jobs.memory, at: now)
            stripe.jobs[slot] = record
            stripe.noteChange(slot)
            stripe.setTimer(slot, at: now)
        }
    }

    /// The worker's answer to a cancel, from the stream that had bound the job when it was cancelled. The first final
    /// answer stays.
    public func answerCancel(_ reference: JobReference, from owner: OwnerID, _ answer: WorkerAnswer, at now: Instant) {
        withChange(Int(reference.stripe)) { stripe in
            guard let slot = stripe.slot(of: reference, at: now),
                stripe.jobs[slot].isBound(to: owner, reference.binding)
            else { return }
            stripe.change(slot, at: now) { record, _ in
                record.take(answer, at: now)
                return false
            }
        }
    }

    private func withOwned(
        _ reference: JobReference,
        _ owner: OwnerID,
        at now: Instant,
        _ body: (inout Stripe, Slot) -> Void
    ) {
        withChange(Int(reference.stripe)) { stripe in
            guard let slot = stripe.slot(of: reference, at: now), stripe.jobs[slot].owner == owner,
                stripe.jobs[slot].binding == reference.binding
            else { return }
            body(&stripe, slot)
        }
    }
}

extension Stripe {
    /// Binds the job at `slot`, whose time is not over.
    fileprivate mutating func bind(
        _ slot: Slot,
        _ attempt: UInt32,
        sharing: Bool,
        _ owner: OwnerID,
        _ handle: Handle,
        at now: Instant
    ) -> BindOutcome {
        let record = jobs[slot]
        if record.visibleState.isTerminal || record.ending != nil {
            return .refused(.alreadyFinished, state: record.visibleState, attempt: record.attempt)
        }
        if attempt != 0, attempt < record.attempt {
            return .refused(.attemptIsOver, state: record.state, attempt: record.attempt)
        }
        var dropped = ResultID.none
        // A newer attempt acts as a retry, and a retry that names the present one does nothing.
        if attempt > record.attempt {
            dropped = apply(.retry(attempt: attempt), to: slot, hasRoom: true, at: now).releasedResult
        }
        jobs[slot].bind(to: owner, handle, sharing: sharing, at: now)
        noteChange(slot)
        let bound = jobs[slot]
        let reference = JobReference(
            stripe: number,
            slot: slot,
            generation: bound.generation,
            binding: bound.binding
        )
        return .bound(reference, attempt: bound.attempt, dropped: dropped)
    }
}
