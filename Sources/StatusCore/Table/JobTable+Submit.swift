extension JobTable {
    /// Makes a job, or finds the one that the same submission made before.
    ///
    /// With an idempotency key the key decides: the job that it made is the answer for as long as that job lives,
    /// whatever id comes along.
    public func submit(_ submission: Submission, at now: Instant) -> SubmitOutcome {
        guard submission.isWithinLimits else { return .malformed }
        let draft = Draft(submission, hash: hash(submission.id, of: submission.tenant))
        guard let key = submission.idempotencyKey else { return submitByID(draft, at: now) }
        return keys.withEntry(of: key, submission.tenant) { entry in
            if let reference = entry, let outcome = existing(reference, draft, at: now) { return outcome }
            let outcome = submitByID(draft, at: now)
            if case .created(let reference) = outcome { entry = reference }
            return outcome
        }
    }

    /// What the job at `reference` makes of a submission; nil when the job is gone.
    private func existing(_ reference: JobReference, _ draft: Draft, at now: Instant) -> SubmitOutcome? {
        withStripe(Int(reference.stripe)) { stripe in
            guard let slot = stripe.slot(of: reference, at: now) else { return nil }
            return stripe.matches(slot, draft) ? .existing(reference) : .conflict(reference)
        }
    }

    private func submitByID(_ draft: Draft, at now: Instant) -> SubmitOutcome {
        let outcome = withRoom(stripe(of: draft.hash), forJob: true, draft.wants, .newWork) {
            (stripe: inout Stripe, hasRoom) -> SubmitOutcome in
            switch stripe.look(draft.submission.id, of: draft.submission.tenant, draft.hash, at: now) {
            case .found(let reference):
                stripe.matches(reference.slot, draft) ? .existing(reference) : .conflict(reference)
            case .expired(let at): .expired(at: at)
            case .unknown: hasRoom ? .created(stripe.reference(stripe.createNew(draft, at: now))) : .full
            }
        }
        if showsAtOnce, case .created(let reference) = outcome { creations.note(reference, of: draft.submission) }
        return outcome
    }
}
