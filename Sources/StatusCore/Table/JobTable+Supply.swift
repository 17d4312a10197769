/// What a stripe lacks before it can take a job or some words.
internal struct Shortage {
    internal var needsCredits = false
    internal var needsRecords = false
    /// Slabs of details, and of cells for texts.
    internal var details = 0
    internal var texts = 0
    /// Groups of the table that the index has to have, or wants.
    internal var table: Int?

    internal var isNone: Bool {
        !needsCredits && !needsRecords && details == 0 && texts == 0 && table == nil
    }
}

/// What is handed to a stripe against a ``Shortage``, or what it has no use for any more.
internal struct Supplies {
    /// A slab of records, and what the generations in it must exceed, or are at most.
    internal var records: [(slab: UInt32, generation: UInt32)] = []
    internal var details: [UInt32] = []
    internal var texts: [UInt32] = []
    internal var tables: [GroupTable] = []
}

extension Stripe {
    /// What is lacking for a new job (if `forJob`) and for `wants`.
    @inline(__always)
    internal func shortage(forJob: Bool, _ wants: Wants) -> Shortage {
        var shortage = Shortage()
        shortage.details = jobs.memory.details.slabsMissing(for: wants.details)
        shortage.texts = jobs.memory.texts.slabsMissing(for: wants.cells)
        guard forJob else { return shortage }
        shortage.needsCredits = credits == 0
        shortage.needsRecords = jobs.records.available == 0
        if let wish = index.tableWanted, wish.isUrgent { shortage.table = wish.groups }
        return shortage
    }

    /// Takes what it was given, and leaves in `supplies` what it has no use for any more.
    internal mutating func take(_ supplies: inout Supplies) {
        while let (slab, floor) = supplies.records.popLast() { jobs.records.give(slab, above: floor) }
        while let slab = supplies.details.popLast() { jobs.memory.details.give(slab) }
        while let slab = supplies.texts.popLast() { jobs.memory.texts.give(slab) }
        let given = supplies.tables.popLast()
        while let table = index.takeRetired() { supplies.tables.append(table) }
        if let given, let unwanted = index.give(given) { supplies.tables.append(unwanted) }
    }
}

extension JobTable {
    /// Calls `body` with a stripe, under its lock, and whether there is room for a new job (if `forJob`) and `wants`.
    ///
    /// What is lacking is got from the system and cleared first, while the lock is free: the stripe stands still for
    /// no longer than the change itself takes. `body` is called once.
    @inline(__always)
    internal func withRoom<R>(
        _ number: Int,
        forJob: Bool,
        _ wants: Wants,
        _ purpose: MemoryBudget.Purpose,
        _ body: (_ stripe: inout Stripe, _ hasRoom: Bool) -> R
    ) -> R {
        var isRefused = false
        while true {
            var shortage = Shortage()
            let result: R? = withChange(number) { stripe in
                shortage = stripe.shortage(forJob: forJob, wants)
                guard shortage.isNone || isRefused else { return nil }
                let result = body(&stripe, shortage.isNone)
                if forJob { showIndex(of: stripe, number) }
                return result
            }
            if let result { return result }
            isRefused = !supply(number, shortage, purpose)
        }
    }

    /// Gets what a stripe lacks and hands it over; false when that was refused.
    @inline(never)
    internal func supply(_ number: Int, _ shortage: Shortage, _ purpose: MemoryBudget.Purpose) -> Bool {
        var supplies = Supplies()
        var isWhole = true
        if shortage.needsCredits {
            isWhole = quota.take(orElse: collectCredits) { places in withStripe(number) { $0.credits += places } }
        }
        if isWhole, shortage.needsRecords {
            if let slab = sources.records.take(for: purpose) {
                supplies.records.append((slab, sources.generationFloor))
            } else {
                isWhole = false
            }
        }
        for _ in 0..<shortage.details where isWhole {
            if let slab = sources.details.take(for: purpose) { supplies.details.append(slab) } else { isWhole = false }
        }
        for _ in 0..<shortage.texts where isWhole {
            if let slab = sources.texts.take(for: purpose) { supplies.texts.append(slab) } else { isWhole = false }
        }
        if isWhole, let groups = shortage.table {
            if let table = sources.indexes.makeTable(groups: groups, for: purpose) {
                supplies.tables.append(table)
            } else {
                isWhole = false
            }
        }
        if isWhole {
            withChange(number) { stripe in
                stripe.take(&supplies)
                showIndex(of: stripe, number)
            }
        }
        sources.takeBack(supplies)
        return isWhole
    }

    /// Takes the credits of all stripes away; returns how many they were.
    private func collectCredits() -> Int {
        (0..<stripeCount).reduce(0) { $0 + takeCredits(of: $1) }
    }

    private func takeCredits(of number: Int) -> Int {
        withStripe(number) { stripe in
            defer { stripe.credits = 0 }
            return stripe.credits
        }
    }

    /// Gives the credits of a stripe back to the quota.
    internal func giveCreditsBack(of number: Int) {
        quota.giveBack(takeCredits(of: number))
    }

    /// Takes from a stripe what it has no use for any more, and gives it the tables that it would like to have.
    internal func tidy(_ number: Int) {
        var surplus = Supplies()
        var shortage = Shortage()
        withStripe(number) { stripe in
            while let slab = stripe.jobs.records.takeEmptySlab() { surplus.records.append(slab) }
            while let slab = stripe.jobs.memory.details.takeEmptySlab() { surplus.details.append(slab) }
            while let slab = stripe.jobs.memory.texts.takeEmptySlab() { surplus.texts.append(slab) }
            while let table = stripe.index.takeRetired() { surplus.tables.append(table) }
            let kept = quota.isStarved ? 0 : quota.share
            if stripe.credits > 2 * kept {
                quota.giveBack(stripe.credits - kept)
                stripe.credits = kept
            }
            shortage.table = stripe.index.tableWanted?.groups
        }
        sources.takeBack(surplus)
        if !shortage.isNone { _ = supply(number, shortage, .end) }
    }
}

extension MemorySources {
    /// Takes back what no stripe uses.
    internal func takeBack(_ supplies: Supplies) {
        for (slab, generation) in supplies.records { takeBack(records: slab, generation: generation) }
        for slab in supplies.details { details.giveBack(slab) }
        for slab in supplies.texts { texts.giveBack(slab) }
        for table in supplies.tables { indexes.free(table) }
    }
}
