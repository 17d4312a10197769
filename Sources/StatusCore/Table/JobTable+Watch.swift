/// What came of asking to watch a job.
public enum WatchOutcome: Hashable, Sendable {
    /// The mailbox hears of the next visible change.
    case watching(WatchID)
    /// The job's version is not the one that the caller has seen: there is something to read at once.
    case differs
    /// The job is gone, or its time over.
    case gone
    /// There is no room for another watcher.
    case full
}

extension JobTable {
    /// Makes a mailbox, for one event loop. At most ``Limits/mailboxes`` a table; more are a fault of the program.
    /// - Parameter signal: is to bring about a ``drain(_:_:)`` soon, on that loop. Called on any thread, under no
    ///   lock, and at most once between two drains.
    public func makeMailbox(signal: @escaping @Sendable () -> Void) -> Mailbox {
        mailboxes.make(signal: signal)
    }

    /// Has `mailbox` told of each visible change of a job, its end by time included, until ``unwatch(_:)``.
    ///
    /// Changes that follow one another before the mailbox is drained are told once. A wake-up may come without a
    /// change; none is ever lost. A watch of a job that has gone wants to be ended too.
    /// - Parameters:
    ///   - version: what the caller has seen; a job that has another one already is not watched.
    ///   - token: the caller's name for the watcher, which ``drain(_:_:)`` gives back.
    public func watch(
        _ reference: JobReference,
        unlike version: UInt64,
        from mailbox: Mailbox,
        token: UInt64,
        at now: Instant
    ) -> WatchOutcome {
        withChange(Int(reference.stripe)) { stripe in
            guard let slot = stripe.slot(of: reference, at: now) else { return .gone }
            if stripe.jobs[slot].version != version { return .differs }
            guard let number = stripe.watchers.add(slot, mailbox.index, token: token) else { return .full }
            stripe.jobs[slot].flags.insert(.watched)
            return .watching(WatchID(stripe: reference.stripe, number: number))
        }
    }

    /// Ends a watch; does nothing when it has ended. A wake-up that is on its way may still come.
    public func unwatch(_ id: WatchID) {
        withChange(Int(id.stripe)) { stripe in
            if let slot = stripe.watchers.remove(id.number) { stripe.jobs[slot].flags.remove(.watched) }
        }
    }

    /// Calls `body` with the token of each watcher of `mailbox` whose job has changed, or is gone, since it was last
    /// told. To be called on the mailbox's loop when it was signalled.
    ///
    /// It hands out ``Limits/wakesPerDrain`` at most; when there are more, the mailbox signals again.
    public func drain(_ mailbox: Mailbox, _ body: (_ token: UInt64) -> Void) {
        var batch = WakeBatch()
        var left = Limits.wakesPerDrain
        mailbox.drain { number in
            batch.removeAll()
            let hasMore = withChange(number) { stripe in
                let hasMore = stripe.watchers.take(mailbox.index, limit: left, into: &batch)
                for slot in batch.slots { stripe.jobs[slot].flags.insert(.watched) }
                return hasMore
            }
            left -= batch.tokens.count
            for token in batch.tokens { body(token) }
            return !hasMore && left > 0
        }
    }
}
