extension WatchList {
    /// Makes every watcher of `slot` pending, each once however often it is called; the caller then clears the
    /// record's bit, for no further change is of interest until a watcher waits again.
    /// - Returns: the mailboxes that have something to take which they had not before; they are to be told.
    internal mutating func wake(_ slot: Slot) -> MailboxMask {
        var woken = MailboxMask()
        var group = slots[slot] ?? .none
        while group != .none {
            if pend(group) { woken.insert(groups[group].mailbox) }
            group = groups[group].nextOfSlot
        }
        return woken
    }

    /// Wakes every watcher of `slot` for the last time, because the job is gone. Their numbers can still be removed,
    /// and must be; the slot has no watchers from now on and may go to another job.
    internal mutating func detach(_ slot: Slot) -> MailboxMask {
        let woken = wake(slot)
        var group = slots.removeValue(forKey: slot) ?? .none
        while group != .none {
            let next = groups[group].nextOfSlot
            groups[group].slot = .none
            groups[group].nextOfSlot = .none
            group = next
        }
        return woken
    }

    /// Takes up to `limit` pending watchers of `mailbox`, which wait again from now on, and adds them to `batch`;
    /// the caller sets the bits of the records at the slots that it names.
    ///
    /// Groups come in the order in which they were woken. One that does not fit goes behind the others with what is
    /// left of it, so that a job with very many watchers holds up nobody.
    /// - Returns: true when there is more.
    internal mutating func take(_ mailbox: MailboxIndex, limit: Int, into batch: inout WakeBatch) -> Bool {
        var left = limit
        while pendingMailboxes.contains(mailbox) {
            guard left > 0 else { return true }
            let rank = pendingMailboxes.rank(of: mailbox)
            let group = heads[rank]
            let first = groups[group].first
            var cursor = groups[group].cursor
            repeat {
                batch.tokens.append(watchers[cursor].token)
                cursor = watchers[cursor].next
                left -= 1
            } while cursor != first && left > 0
            if groups[group].slot != .none { batch.slots.append(groups[group].slot) }
            if cursor == first {
                unpend(group)
            } else {
                groups[group].cursor = cursor
                heads[rank] = groups[group].nextPending
            }
        }
        return false
    }
}
