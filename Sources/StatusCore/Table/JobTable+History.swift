extension JobTable {
    /// The life of a job so far, found by its id; nil unless the job is found. It takes the stripe's lock.
    ///
    /// It tells of the last ``Limits/transitions`` steps. All histories of a table together take about
    /// ``Limits/historyBytes`` at most; when that is used up, retries, stalls and removals of further jobs are left
    /// out.
    public func history(of id: TaskID, of tenant: TenantID = .sole, at now: Instant) -> (Lookup, JobHistory?) {
        let hash = hash(id, of: tenant)
        return withStripe(stripe(of: hash)) { stripe in
            let found = stripe.look(id, of: tenant, hash, at: now)
            guard case .found(let reference) = found else { return (found, nil) }
            return (found, stripe.histories.history(reference.slot, of: stripe.jobs[reference.slot]))
        }
    }
}
