/// The rings: watchers of a group, groups of a mailbox. Both are closed and linked both ways.
extension WatchList {
    /// Appends a watcher to its group.
    internal mutating func link(_ place: WatcherPlace, into group: GroupPlace) {
        let first = groups[group].first
        if first == .none {
            watchers[place].next = place
            watchers[place].previous = place
            groups[group].first = place
            return
        }
        let last = watchers[first].previous
        watchers[place].next = first
        watchers[place].previous = last
        watchers[last].next = place
        watchers[first].previous = place
    }

    /// Takes a watcher out of its group, which may be empty afterwards, and is not pending if it is.
    internal mutating func unlink(_ place: WatcherPlace, from group: GroupPlace) {
        let next = watchers[place].next
        let first = groups[group].first
        if groups[group].cursor == place {
            // The ring ends behind it: it was the only one left to take.
            if next == first { unpend(group) } else { groups[group].cursor = next }
        }
        if first == place { groups[group].first = next == place ? .none : next }
        let previous = watchers[place].previous
        watchers[previous].next = next
        watchers[next].previous = previous
    }

    /// Makes all of a group pending; false when they are.
    internal mutating func pend(_ group: GroupPlace) -> Bool {
        let cursor = groups[group].cursor
        if cursor == groups[group].first { return false }
        if cursor != .none {
            // Some were taken and have to be woken again: the ring begins anew where taking goes on.
            groups[group].first = cursor
            return true
        }
        groups[group].cursor = groups[group].first
        let mailbox = groups[group].mailbox
        let rank = pendingMailboxes.rank(of: mailbox)
        guard pendingMailboxes.contains(mailbox) else {
            pendingMailboxes.insert(mailbox)
            heads.insert(group, at: rank)
            groups[group].nextPending = group
            groups[group].previousPending = group
            return true
        }
        let head = heads[rank]
        let last = groups[head].previousPending
        groups[group].nextPending = head
        groups[group].previousPending = last
        groups[last].nextPending = group
        groups[head].previousPending = group
        return true
    }

    /// Notes that none of a group, which was pending, is so any more.
    internal mutating func unpend(_ group: GroupPlace) {
        groups[group].cursor = .none
        let mailbox = groups[group].mailbox
        let rank = pendingMailboxes.rank(of: mailbox)
        let next = groups[group].nextPending
        if next == group {
            pendingMailboxes.remove(mailbox)
            heads.remove(at: rank)
            return
        }
        let previous = groups[group].previousPending
        groups[previous].nextPending = next
        groups[next].previousPending = previous
        if heads[rank] == group { heads[rank] = next }
    }
}
