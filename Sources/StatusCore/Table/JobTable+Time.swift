extension JobTable {
    /// Lets time pass up to `now`: expires jobs and results, notices stalls, gives tombstones up, and returns memory
    /// that nobody uses.
    ///
    /// Looks at no more than `limit` jobs and goes on from there at the next call, so that a million jobs that end in
    /// one second do not stop the caller. To be called every 50 to 100 ms, by one thread.
    /// - Parameter event: called for each thing that happened, under no lock, in the order in which it did for a job.
    /// - Returns: true when everything that was due is done.
    @discardableResult
    public func advance(to now: Instant, limit: Int, _ event: (TimerEvent) -> Void) -> Bool {
        var left = limit
        var ticks: [Stripe.Tick] = []
        for number in 0..<stripeCount {
            tidy(number)
            while true {
                let slice = min(left, JobTable.ticksPerSection)
                guard slice > 0 else { return false }
                let looked = lookAtClock(number, slice, at: now, &ticks)
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

    /// Looks at no more than `limit` jobs of a stripe; returns how many it looked at.
    private func lookAtClock(_ number: Int, _ limit: Int, at now: Instant, _ ticks: inout [Stripe.Tick]) -> Int {
        var looked = 0
        // Nothing is due most of the time, and readers are to notice nothing then.
        let isDue = withStripe(number) { stripe in
            looked = stripe.giveUpTombstones(at: now, limit: limit)
            return stripe.isDue(at: now)
        }
        guard isDue else { return looked }
        var isRefused = false
        while true {
            var shortage = Shortage()
            withChange(number) { stripe in
                while looked < limit, shortage.isNone, let tick = stripe.tick(isRefused: isRefused, at: now) {
                    shortage = tick.shortage
                    if shortage.isNone { looked += 1 }
                    if tick.event != nil { ticks.append(tick) }
                }
                showIndex(of: stripe, number)
            }
            if quota.isStarved { giveCreditsBack(of: number) }
            if shortage.isNone { return looked }
            isRefused = !supply(number, shortage, .end)
        }
    }

    private func pass(_ tick: Stripe.Tick, _ event: (TimerEvent) -> Void) {
        if let (key, tenant, reference) = tick.key { keys.remove(key, tenant, of: reference) }
        if let happened = tick.event { event(happened) }
    }
}
