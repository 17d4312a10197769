/// Tells the hash under which a slot was put into an index.
internal protocol SlotHashes: ~Copyable {
    func hash(of slot: Slot) -> UInt64
}

/// Finds slots by hash, and grows without a pause.
///
/// When its table is full another one takes over, and each insertion or removal after that moves a few groups, so
/// that no single one does more than a bounded amount of work. A search looks into both meanwhile. The index holds
/// no hashes: the owner of the slots tells a slot's hash when it has to move.
///
/// It runs under a stripe's lock and so takes no memory itself: it says by ``tableWanted`` what it needs, is handed
/// that by ``give(_:)``, and hands back by ``takeRetired()`` what it needs no more. All tables belong to the caller.
internal struct SlotIndex: ~Copyable {
    private var current: GroupTable?
    /// The table before, while it is being emptied.
    private var old: GroupTable?
    /// A larger table that was given before it was needed.
    private var spare: GroupTable?
    /// A table that is empty again, for the caller to take.
    private var retired: GroupTable?
    /// How many groups of ``old`` are empty.
    private var drained = 0
    /// How many slots there are in both.
    internal private(set) var count = 0

    internal init() {}

    /// A table that the index asks for.
    internal struct TableWish: Equatable {
        /// How many groups it must have.
        internal let groups: Int
        /// True when the next insertion cannot be taken without it; else it would be good to have.
        internal let isUrgent: Bool
    }

    /// The table that the index needs, or would like to have, to go on.
    @inline(__always)
    internal var tableWanted: TableWish? {
        guard let current else { return TableWish(groups: SlotIndex.smallest, isUrgent: true) }
        if count >= SlotIndex.askAt(current.groups), spare == nil {
            return TableWish(groups: current.groups * 2, isUrgent: count >= SlotIndex.limit(current.groups))
        }
        let isWide = count < SlotIndex.shrinkBelow(current.groups) && current.groups > SlotIndex.smallest
        if isWide, old == nil, retired == nil, spare == nil {
            return TableWish(groups: current.groups / 2, isUrgent: false)
        }
        return nil
    }

    /// Takes an empty table with as many groups as ``tableWanted`` says; returns it when that has changed meanwhile.
    internal mutating func give(_ table: GroupTable) -> GroupTable? {
        guard tableWanted?.groups == table.groups else { return table }
        guard let current else {
            self.current = table
            return nil
        }
        if table.groups > current.groups { spare = table } else { begin(table) }
        return nil
    }

    /// A table that the index is done with, if there is one; it may hold leftovers. To be asked after each change, or
    /// at least long before the next growth.
    internal mutating func takeRetired() -> GroupTable? {
        if let table = retired.take() { return table }
        if let current, count < SlotIndex.keepSpareFrom(current.groups) { return spare.take() }
        return nil
    }

    /// The tables to search, in this order, as ``GroupTable/packed``; 0: none.
    @inline(__always)
    internal var currentPacked: UInt64 { current?.packed ?? 0 }
    @inline(__always)
    internal var oldPacked: UInt64 { old?.packed ?? 0 }

    /// The slot under `hash` that `matches` says yes to.
    @inline(__always)
    internal func find(_ hash: UInt64, _ matches: (Slot) -> Bool) -> Slot? {
        if let place = current?.find(hash, matches) { return place.slot }
        if let old { return old.find(hash, matches)?.slot }
        return nil
    }

    /// Puts `slot` under `hash`, where it is not yet. There must be no urgent ``tableWanted``.
    internal mutating func insert(_ hash: UInt64, _ slot: Slot, of owner: borrowing some SlotHashes & ~Copyable) {
        guard let current else { preconditionFailure("an insertion before the index was given a table") }
        move(owner)
        if count >= SlotIndex.comfort(current.groups), let table = spare.take() {
            begin(table)
            table.insert(hash, slot)
        } else {
            precondition(count < SlotIndex.limit(current.groups), "\(count) slots in \(current.groups) groups")
            current.insert(hash, slot)
        }
        count += 1
    }

    /// Takes `slot`, which is under `hash`, out.
    internal mutating func remove(_ hash: UInt64, _ slot: Slot, of owner: borrowing some SlotHashes & ~Copyable) {
        if let place = current?.find(hash, { $0 == slot }) {
            current?.remove(hash, place)
        } else if let place = old?.find(hash, { $0 == slot }) {
            old?.remove(hash, place)
        } else {
            preconditionFailure("slot \(slot.rawValue) is not in the index")
        }
        count -= 1
        move(owner)
    }

    /// Makes `table` the current one; the one before is emptied from now on.
    private mutating func begin(_ table: GroupTable) {
        // A move ends long before the next can begin: it takes half as many changes as there are groups, and from
        // one begin to the next growth there are at least four insertions a group, to the next shrinking no `old`.
        precondition(old == nil && retired == nil, "a move of tables begins before the one before has ended")
        old = current
        drained = 0
        current = table
    }

    /// Moves a few groups, if a move is under way.
    @inline(__always)
    private mutating func move(_ owner: borrowing some SlotHashes & ~Copyable) {
        if old != nil { moveGroups(owner) }
    }

    @inline(never)
    private mutating func moveGroups(_ owner: borrowing some SlotHashes & ~Copyable) {
        guard let old, let current else { return }
        for _ in 0..<SlotIndex.groupsPerChange where drained < old.groups {
            old.empty(drained) { slot in current.insert(owner.hash(of: slot), slot) }
            drained += 1
        }
        if drained == old.groups {
            retired = old
            self.old = nil
        }
    }
}

extension SlotIndex {
    /// Groups moved with each change, so at most twice twelve slots. One would do to be done before the next growth;
    /// two halve the time in which a search pays for both.
    internal static let groupsPerChange = 2
    /// Tables have at least this many groups.
    internal static let smallest = 4

    /// From this many slots on a larger table takes over as soon as there is one: five sixths of all lanes.
    @inline(__always)
    private static func comfort(_ groups: Int) -> Int { groups * 10 }

    /// From this many slots on a larger table is asked for: late, because many stripes are equally full, and the
    /// spare tables of all would double the index; early enough for some hundred insertions to come in between.
    @inline(__always)
    private static func askAt(_ groups: Int) -> Int { groups * 10 - groups / 4 }

    /// So many slots a table takes at most: searches get longer and longer.
    @inline(__always)
    private static func limit(_ groups: Int) -> Int { groups * 11 }

    /// Below this many slots a smaller table is asked for, which is then a fifth full.
    @inline(__always)
    private static func shrinkBelow(_ groups: Int) -> Int { groups + groups / 4 }

    /// Below this many slots a spare table is handed back.
    @inline(__always)
    private static func keepSpareFrom(_ groups: Int) -> Int { groups * 8 }
}
