extension JobTable {
    /// Lets time pass up to `now`: expires jobs and results, notices stalls, gives tombstones up.
    ///
    /// Looks at no more than `limit` jobs and goes on from there at the next call, so that a million jobs that end in
    /// one second do not stop the caller. To be called every 50 to 100 ms, by one thread.
    /// - Parameter event: called for each thing that happened, under no lock, in the order in which it did for a job.
    /// - Returns: true when everything that was due is done.
    @discardableResult
    public func advance(to now: Instant, limit: Int, _ event: (TimerEvent) -> Void) -> Bool {
        var left = limit
        var ticks: [Stripe.Tick] = []
        for index in 0..<stripeCount {
            while true {
                let slice = min(left, JobTable.ticksPerSection)
                guard slice > 0 else { return false }
                let looked = withStripe(index) { stripe in
                    let given = stripe.giveUpTombstones(at: now, limit: slice)
                    var looked = given
                    while looked < slice, let tick = stripe.tick(at: now) {
                        looked += 1
                        if tick.event != nil { ticks.append(tick) }
                    }
                    return looked
                }
                left -= looked
                for tick in ticks { pass(tick, event) }
                ticks.removeAll(keepingCapacity: true)
                if looked < slice { break }
            }
        }
        return true
    }

    /// How many jobs of a stripe are looked at before its lock is released: some ten microseconds.
    private static let ticksPerSection = 32

    private func pass(_ tick: Stripe.Tick, _ event: (TimerEvent) -> Void) {
        if let (key, reference) = tick.key { keys.remove(key, of: reference) }
        guard let happened = tick.event else { return }
        if case .expired = happened { quota.giveBack() }
        event(happened)
    }
}
