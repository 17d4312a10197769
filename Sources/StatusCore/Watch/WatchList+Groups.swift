extension WatchList {
    /// The group of those who watch `slot` for `mailbox`.
    internal func group(of slot: Slot, _ mailbox: MailboxIndex) -> GroupPlace? {
        var group = slots[slot] ?? .none
        while group != .none, groups[group].mailbox != mailbox { group = groups[group].nextOfSlot }
        return group == .none ? nil : group
    }

    /// An empty group for `slot` and `mailbox`, which have none.
    internal mutating func makeGroup(_ slot: Slot, _ mailbox: MailboxIndex) -> GroupPlace {
        let group = Group(slot: slot, nextOfSlot: slots[slot] ?? .none, mailbox: mailbox)
        let place: GroupPlace
        if firstFreeGroup != .none {
            place = firstFreeGroup
            firstFreeGroup = groups[place].nextOfSlot
            groups[place] = group
        } else {
            place = GroupPlace(groups.count)
            if groups.count == groups.capacity {
                // There are never more groups than watchers.
                groups.reserveCapacity(min(WatchList.roomy(groups.count + 1), watchers.capacity))
            }
            groups.append(group)
        }
        slots[slot] = place
        return place
    }

    /// Gives up a group that is empty; returns its slot when that was the slot's last group.
    internal mutating func drop(_ group: GroupPlace) -> Slot? {
        let slot = groups[group].slot
        let next = groups[group].nextOfSlot
        groups[group].nextOfSlot = firstFreeGroup
        firstFreeGroup = group
        guard slot != .none, let head = slots[slot] else { return nil }
        if head != group {
            var before = head
            while groups[before].nextOfSlot != group { before = groups[before].nextOfSlot }
            groups[before].nextOfSlot = next
            return nil
        }
        slots[slot] = next == .none ? nil : next
        return next == .none ? slot : nil
    }
}
