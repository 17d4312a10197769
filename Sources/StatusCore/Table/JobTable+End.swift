extension JobTable {
    /// Cancels a job: final at once for readers. The caller tells the owner.
    public func cancel(_ id: TaskID, reason: String?, at now: Instant) -> CancelOutcome {
        withStripe(of: id) { stripe, hash in
            switch stripe.look(id, hash, at: now) {
            case .unknown: return .unknown
            case .expired(let at): return .expired(at: at)
            case .found(let reference):
                guard let (owner, handle) = stripe.cancel(reference.slot, reason, at: now) else {
                    return .alreadyTerminal
                }
                return .cancelled(owner: owner, handle: handle)
            }
        }
    }

    /// Cancels a live job, as ``cancel(_:reason:at:)`` does, or marks a terminal one as removed.
    ///
    /// Readers see a removed job as cancelled, without result, failure and time of completion; its state is not
    /// touched. Removing it again changes nothing.
    public func delete(_ id: TaskID, at now: Instant) -> DeleteOutcome {
        withStripe(of: id) { stripe, hash in
            switch stripe.look(id, hash, at: now) {
            case .unknown: return .unknown
            case .expired(let at): return .expired(at: at)
            case .found(let reference):
                if let (owner, handle) = stripe.cancel(reference.slot, nil, at: now) {
                    return .cancelled(owner: owner, handle: handle)
                }
                var dropped = ResultID.none
                stripe.change(reference.slot, at: now) { record in
                    dropped = record.remove(at: now)
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
        attempt: UInt32,
        from owner: OwnerID?,
        at now: Instant
    ) -> AttachOutcome {
        withStripe(of: id) { stripe, hash in
            switch stripe.look(id, hash, at: now) {
            case .unknown: return .unknown
            case .expired(let at): return .expired(at: at)
            case .found(let reference):
                return stripe.attach(result, reference.slot, attempt, owner, at: now)
            }
        }
    }
}

extension Stripe {
    /// Cancels the job at `slot` and says whom to tell; nil when it is terminal.
    fileprivate mutating func cancel(_ slot: Slot, _ reason: String?, at now: Instant) -> (OwnerID, Handle)? {
        if records[slot].state.isTerminal { return nil }
        change(slot, at: now) { record in
            record.cancel(reason: reason, at: now)
            return false
        }
        return (records[slot].owner, records[slot].handle)
    }

    fileprivate mutating func attach(
        _ result: ResultID,
        _ slot: Slot,
        _ attempt: UInt32,
        _ owner: OwnerID?,
        at now: Instant
    ) -> AttachOutcome {
        if let owner, !records[slot].accepts(resultOf: owner) {
            let state = records[slot].visibleState
            return .refused(.boundElsewhere, state: state, attempt: records[slot].attempt)
        }
        // A newer attempt begins, and an older one is refused, as with a report that says nothing else.
        let outcome = apply(.update(JobUpdate(attempt: attempt)), to: slot, at: now)
        if let refusal = outcome.refusal {
            return .refused(refusal, state: records[slot].visibleState, attempt: outcome.attempt)
        }
        let staged = records[slot].takeResult()
        records[slot].detail.make()
        records[slot].detail.value.result = result
        return .attached(dropped: staged == .none ? outcome.releasedResult : staged)
    }
}

extension JobRecord {
    fileprivate func accepts(resultOf owner: OwnerID) -> Bool {
        self.owner == owner || self.owner == .none || flags.contains(.shared)
    }

    /// Takes the worker's answer to a cancel.
    internal mutating func take(_ answer: WorkerAnswer, at now: Instant) {
        guard state == .cancelled, !flags.contains(.removed), worker == .pending || worker == .received else { return }
        switch answer {
        case .pending: break
        case .received: worker = .received
        case .stopped, .refused:
            worker = answer
            touch(at: now)
        }
    }
}
