extension JobTable {
    /// Cancels a job: final for readers at once, or when it is published. The caller tells the owner. A reason beyond
    /// ``Limits/cancelReasonLength`` is cut.
    public func cancel(
        _ id: TaskID,
        of tenant: TenantID = .sole,
        reason: String?,
        at now: Instant
    ) -> CancelOutcome {
        Text.with(reason?.cut(to: Limits.cancelReasonLength)) { (reason: Text?) in
            let hash = hash(id, of: tenant)
            let wants = reason.map { Wants(details: 1, texts: $0.count) } ?? .nothing
            return withRoom(stripe(of: hash), forJob: false, wants, .end) { stripe, hasRoom in
                switch stripe.look(id, of: tenant, hash, at: now) {
                case .unknown: return .unknown
                case .expired(let at): return .expired(at: at)
                case .found(let reference):
                    let record = stripe.jobs[reference.slot]
                    if record.state.isTerminal { return .alreadyTerminal }
                    if record.ending != nil { return .settling(reference) }
                    let (owner, handle) = stripe.cancel(reference.slot, reason, hasRoom: hasRoom, at: now)
                    return .cancelled(owner: owner, handle: handle)
                }
            }
        }
    }

    /// Cancels a live job, as ``cancel(_:of:reason:at:)`` does, or marks a terminal one as removed.
    ///
    /// Readers see a removed job as cancelled, without result, failure and time of completion; its state is not
    /// touched. Removing it again changes nothing.
    public func delete(_ id: TaskID, of tenant: TenantID = .sole, at now: Instant) -> DeleteOutcome {
        let hash = hash(id, of: tenant)
        return withChange(stripe(of: hash)) { stripe in
            switch stripe.look(id, of: tenant, hash, at: now) {
            case .unknown: return .unknown
            case .expired(let at): return .expired(at: at)
            case .found(let reference):
                let record = stripe.jobs[reference.slot]
                if record.ending != nil { return .settling(reference) }
                guard record.state.isTerminal else {
                    let (owner, handle) = stripe.cancel(reference.slot, nil, hasRoom: true, at: now)
                    return .cancelled(owner: owner, handle: handle)
                }
                var dropped = ResultID.none
                stripe.change(reference.slot, at: now) { record, memory in
                    dropped = record.remove(in: &memory, at: now)
                    return false
                }
                return .removed(dropped: dropped)
            }
        }
    }

    /// Gives a job a result that is stored and whole. It stays invisible until the job completes, by whatever route,
    /// and replaces one that was given before; a sign of life.
    /// - Parameters:
    ///   - attempt: the attempt that made it; a newer one than the job's acts as a retry first; 0 for the job's own.
    ///   - owner: the stream that brings it, which must be the job's owner unless the job is shared or has none; nil
    ///     for plain HTTP, which needs not own the job.
    public func attachResult(
        _ result: ResultID,
        to id: TaskID,
        of tenant: TenantID = .sole,
        attempt: UInt32,
        from owner: OwnerID?,
        at now: Instant
    ) -> AttachOutcome {
        let hash = hash(id, of: tenant)
        return withRoom(stripe(of: hash), forJob: false, Wants(details: 1), .end) { stripe, hasRoom in
            switch stripe.look(id, of: tenant, hash, at: now) {
            case .unknown: return .unknown
            case .expired(let at): return .expired(at: at)
            case .found(let reference):
                let fits = hasRoom || stripe.hasRoom(for: Wants(details: 1), of: reference.slot)
                return stripe.attach(result, reference.slot, attempt, owner, hasRoom: fits, at: now)
            }
        }
    }
}

extension Stripe {
    /// Cancels the job at `slot`, which is live, and says whom to tell.
    fileprivate mutating func cancel(
        _ slot: Slot,
        _ reason: Text?,
        hasRoom: Bool,
        at now: Instant
    ) -> (OwnerID, Handle) {
        let settles = isSettling
        change(slot, at: now) { record, memory in
            record.cancel(reason: reason, in: &memory, hasRoom: hasRoom, isSettling: settles, at: now)
            return false
        }
        return (jobs[slot].owner, jobs[slot].handle)
    }

    fileprivate mutating func attach(
        _ result: ResultID,
        _ slot: Slot,
        _ attempt: UInt32,
        _ owner: OwnerID?,
        hasRoom: Bool,
        at now: Instant
    ) -> AttachOutcome {
        let record = jobs[slot]
        if let owner, !record.accepts(resultOf: owner) {
            return .refused(.boundElsewhere, state: record.visibleState, attempt: record.attempt)
        }
        guard hasRoom else { return .refused(.overQuota, state: record.visibleState, attempt: record.attempt) }
        // A newer attempt begins, and an older one is refused, as with a report that says nothing else.
        let outcome = apply(.update(JobUpdate(attempt: attempt)), to: slot, hasRoom: true, at: now)
        if let refusal = outcome.refusal {
            return .refused(refusal, state: jobs[slot].visibleState, attempt: outcome.attempt)
        }
        var changed = jobs[slot]
        let staged = changed.takeResult(in: &jobs.memory)
        jobs.memory.withDetail(of: &changed) { detail, _ in detail.result = result }
        jobs[slot] = changed
        hurry(slot)
        return .attached(dropped: staged == .none ? outcome.releasedResult : staged)
    }
}

extension JobRecord {
    fileprivate func accepts(resultOf owner: OwnerID) -> Bool {
        self.owner == owner || self.owner == .none || flags.contains(.shared)
    }

    /// Takes the worker's answer to a cancel.
    internal mutating func take(_ answer: WorkerAnswer, at now: Instant) {
        guard state == .cancelled || ending == .cancelled, !flags.contains(.removed),
            worker == .pending || worker == .received
        else { return }
        switch answer {
        case .pending: break
        case .received: worker = .received
        case .stopped, .refused:
            worker = answer
            // Before the cancellation shows, its answer does not either.
            if ending == nil { touch(at: now) }
        }
    }
}

extension String {
    /// As many whole characters as fit into `limit` bytes.
    fileprivate func cut(to limit: Int) -> String {
        var text = self
        while text.utf8.count > limit { text.removeLast() }
        return text
    }
}
