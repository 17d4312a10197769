/// Finds tombstones by hash, in memory that follows their number closely: linear hashing (Litwin 1980).
///
/// N groups grow by one at a time: the new one takes from group N - 2ᴸ, where 2ᴸ is the largest power of two up to
/// N, the numbers whose hash has bit L set. They shrink in the same way. So there are never two sizes at once, no
/// large memory is needed, and each change costs two groups at most. A full group goes on in a chain of others, all
/// full but the last; links are the numbers of those plus one. Used under a stripe's lock only.
internal struct TombstoneIndex: ~Copyable {
    /// Where the hashes lead to.
    private var homes = TombstoneGroups()
    /// The groups that full ones go on in.
    private var annexes = TombstoneGroups()
    /// Numbers on their way from one group to another; empty between calls.
    private var moving: [Slot] = []
    internal private(set) var count = 0

    /// A group is added when there are more numbers than so many a group, and taken away when there are fewer.
    /// With eight, 40 % of the groups on the way to being split go on in an annex, and more would cost what it saves.
    private static let growAbove = 8
    private static let shrinkBelow = 7

    internal init() {}

    /// Bytes that are taken.
    internal var bytes: Int { homes.bytes + annexes.bytes }

    /// The number under `hash` that `matches` says yes to, which is asked about all those under `hash` and seldom
    /// about others.
    @inline(__always)
    internal func find(_ hash: UInt64, _ matches: (Slot) -> Bool) -> Slot? {
        if count == 0 { return nil }
        var group = homes[home(hash)]
        while true {
            var lanes = group.lanes(holding: GroupTable.tag(hash))
            while lanes != 0 {
                let number = group.number(GroupTable.firstLane(lanes))
                if matches(number) { return number }
                lanes &= lanes &- 1
            }
            if group.link == 0 { return nil }
            group = annex(group.link)
        }
    }

    /// Puts `number` under `hash`.
    internal mutating func insert(_ hash: UInt64, _ number: Slot, of owner: borrowing some SlotHashes & ~Copyable) {
        count += 1
        if count > homes.count * TombstoneIndex.growAbove {
            let added = homes.count
            if added > 0 { collect(from: added - TombstoneIndex.levelSize(added), of: owner) }
            homes.append()
            putCollected(of: owner)
        }
        put(hash, number)
    }

    /// Takes `number`, which is under `hash`, out.
    internal mutating func remove(_ hash: UInt64, _ number: Slot, of owner: borrowing some SlotHashes & ~Copyable) {
        take(hash, number, of: owner)
        count -= 1
        if count < homes.count * TombstoneIndex.shrinkBelow, homes.count > 1 {
            collect(from: homes.count - 1, of: owner)
            homes.removeLast()
            putCollected(of: owner)
        }
        homes.trim()
        annexes.trim()
    }

    /// The home of `hash`. There must be a group.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        let level = TombstoneIndex.levelSize(homes.count)
        let group = Int(truncatingIfNeeded: hash & 0xFF_FFFF_FFFF) & (2 * level - 1)
        return group < homes.count ? group : group & (level - 1)
    }

    /// The largest power of two up to `groups`.
    @inline(__always)
    private static func levelSize(_ groups: Int) -> Int {
        1 << (Int.bitWidth - 1 - groups.leadingZeroBitCount)
    }
}

extension TombstoneIndex {
    /// Takes all numbers out of `home` and its chain, to be put anew when the number of homes has changed.
    private mutating func collect(from home: Int, of owner: borrowing some SlotHashes & ~Copyable) {
        let first = homes[home]
        collect(first)
        while first.link != 0 {
            let link = first.link
            collect(annex(link))
            first.link = annex(link).link
            giveBackAnnex(link, of: owner)
        }
        first.clear()
    }

    private mutating func collect(_ group: TombstoneGroup) {
        var lanes = group.filled
        while lanes != 0 {
            moving.append(group.number(GroupTable.firstLane(lanes)))
            lanes &= lanes - 1
        }
    }

    private mutating func putCollected(of owner: borrowing some SlotHashes & ~Copyable) {
        for number in moving { put(owner.hash(of: number), number) }
        moving.removeAll(keepingCapacity: true)
    }

    /// Puts `number` into the first free lane of its chain.
    private mutating func put(_ hash: UInt64, _ number: Slot) {
        var group = homes[home(hash)]
        var free = group.lanes(holding: 0)
        while free == 0 {
            if group.link == 0 { group.link = takeAnnex() }
            group = annex(group.link)
            free = group.lanes(holding: 0)
        }
        group.set(GroupTable.firstLane(free), GroupTable.tag(hash), number)
    }

    /// Takes `number` out and fills its lane from the end of the chain, so that no annex is in use for longer than
    /// need be.
    private mutating func take(_ hash: UInt64, _ number: Slot, of owner: borrowing some SlotHashes & ~Copyable) {
        var last = homes[home(hash)]
        var before: TombstoneGroup?
        var place = TombstoneIndex.lane(of: number, hash, in: last).map { (group: last, lane: $0) }
        while last.link != 0 {
            before = last
            last = annex(last.link)
            place = place ?? TombstoneIndex.lane(of: number, hash, in: last).map { (group: last, lane: $0) }
        }
        guard let place else { preconditionFailure("tombstone \(number.rawValue) is not in the index") }
        let filler = GroupTable.firstLane(last.filled)
        place.group.set(place.lane, last.tag(filler), last.number(filler))
        last.set(filler, 0, .none)
        if last.filled == 0, let before {
            let link = before.link
            before.link = 0
            giveBackAnnex(link, of: owner)
        }
    }

    private static func lane(of number: Slot, _ hash: UInt64, in group: TombstoneGroup) -> Int? {
        var lanes = group.lanes(holding: GroupTable.tag(hash))
        while lanes != 0 {
            let lane = GroupTable.firstLane(lanes)
            if group.number(lane) == number { return lane }
            lanes &= lanes - 1
        }
        return nil
    }

    @inline(__always)
    private func annex(_ link: UInt32) -> TombstoneGroup { annexes[Int(link) - 1] }

    /// The link to an empty annex.
    private mutating func takeAnnex() -> UInt32 {
        annexes.append()
        return UInt32(annexes.count)
    }

    /// Gives back an annex that no link leads to any more; the last one takes its place.
    private mutating func giveBackAnnex(_ link: UInt32, of owner: borrowing some SlotHashes & ~Copyable) {
        let last = UInt32(annexes.count)
        if link != last {
            let group = annex(last)
            // Any of its numbers, and there is one, tells at whose chain it hangs.
            var before = homes[home(owner.hash(of: group.number(GroupTable.firstLane(group.filled))))]
            while before.link != last { before = annex(before.link) }
            before.link = link
            annex(link).copy(group)
        }
        annexes.removeLast()
    }
}
