extension JobTable {
    /// Makes a job, or finds the one that the same submission made before.
    ///
    /// With an idempotency key the key decides: the job that it made is the answer for as long as that job lives,
    /// whatever id comes along.
    public func submit(_ submission: Submission, at now: Instant) -> SubmitOutcome {
        guard submission.isWithinLimits else { return .malformed }
        guard let key = submission.idempotencyKey else { return submitByID(submission, at: now) }
        return keys.withEntry(of: key) { entry in
            if let reference = entry, let outcome = existing(reference, submission, at: now) { return outcome }
            let outcome = submitByID(submission, at: now)
            if case .created(let reference) = outcome { entry = reference }
            return outcome
        }
    }

    /// What the job at `reference` makes of `submission`; nil when the job is gone.
    private func existing(_ reference: JobReference, _ submission: Submission, at now: Instant) -> SubmitOutcome? {
        withStripe(Int(reference.stripe)) { stripe in
            guard let slot = stripe.slot(of: reference, at: now) else { return nil }
            return stripe.matches(slot, submission) ? .existing(reference) : .conflict(reference)
        }
    }

    private func submitByID(_ submission: Submission, at now: Instant) -> SubmitOutcome {
        withStripe(of: submission.id) { stripe, hash in
            switch stripe.look(submission.id, hash, at: now) {
            case .found(let reference):
                stripe.matches(reference.slot, submission) ? .existing(reference) : .conflict(reference)
            case .expired(let at): .expired(at: at)
            case .unknown:
                quota.take()
                    ? .created(stripe.reference(stripe.create(submission, hash, at: now)))
                    : .full
            }
        }
    }
}
