/// Which changed jobs are asked for.
public enum ChangeScope: Sendable {
    /// Those that somebody waits for: new ones, and those whose state, attempt, result or removal changed.
    case urgent
    /// All.
    case all
}

extension JobTable {
    /// Makes the mailbox of the committer, of a table whose ``Configuration/publication`` is by one; before there are
    /// jobs, and once.
    /// - Parameter signal: is to bring about a ``takeChanges(_:_:_:)`` soon. Called on any thread, under no lock, and
    ///   at most once between two of them.
    public func makeChangeMailbox(signal: @escaping @Sendable () -> Void) -> Mailbox {
        mailboxes.makeCommitter(signal: signal)
    }

    /// Hands out each job that has changed since it was handed out last, or was never; to be kept from its state as it
    /// is read after this call. A job that changes in between is handed out again.
    ///
    /// Looks at the stripes one after the other and holds no lock for longer than some microseconds. For one thread at
    /// a time. `mailbox` is the committer's.
    public func takeChanges(_ scope: ChangeScope, of mailbox: Mailbox, _ body: (JobReference) -> Void) {
        mailbox.drain { number in
            takeChanges(of: number, isAll: false, body)
            return true
        }
        guard case .all = scope else { return }
        for number in 0..<stripeCount where withStripe(number, { $0.changes.idle.count > 0 }) {
            takeChanges(of: number, isAll: true, body)
        }
    }

    private func takeChanges(of number: Int, isAll: Bool, _ body: (JobReference) -> Void) {
        var batch: [JobReference] = []
        var hasMore = true
        while hasMore {
            batch.removeAll(keepingCapacity: true)
            hasMore = withChange(number) { stripe in
                stripe.takeChanges(limit: JobTable.changesPerSection, isAll: isAll) { batch.append($0) }
            }
            batch.forEach(body)
        }
    }

    /// Has a job handed out again that was handed out and could not be kept.
    public func giveBackChange(_ reference: JobReference) {
        withChange(Int(reference.stripe)) { stripe in
            if stripe.jobs.records.isLive(reference.slot, reference.generation) { stripe.hurry(reference.slot) }
        }
    }

    /// True of a new job that ``publish(_:at:)`` has not shown yet; see ``JobSnapshot/isUnwritten``.
    public func isUnwritten(_ reference: JobReference) -> Bool {
        if showsAtOnce { return false }
        return withStripe(Int(reference.stripe)) { stripe in
            stripe.jobs.records.isLive(reference.slot, reference.generation)
                && stripe.jobs[reference.slot].flags.contains(.unwritten)
        }
    }

    /// How many jobs wait to be handed out, at most: some may have gone meanwhile.
    public func countChanges() -> Int {
        (0..<stripeCount).reduce(0) { sum, number in
            sum + withStripe(number) { $0.changes.urgent.count + $0.changes.idle.count }
        }
    }

    /// Jobs taken out of a stripe under one lock.
    private static let changesPerSection = 64
}
