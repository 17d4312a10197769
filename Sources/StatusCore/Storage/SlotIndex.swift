/// Tells the hash under which a slot was put into an index.
internal protocol SlotHashes: ~Copyable {
    func hash(of slot: Slot) -> UInt64
}

/// Finds slots by hash, and grows without a pause.
///
/// When the table is full a larger one takes over, and each insertion or removal after that moves a few groups, so
/// that no single one does more than a bounded amount of work. A search looks into both meanwhile. The index holds
/// no hashes: the owner of the slots tells a slot's hash when it has to move.
@safe
internal struct SlotIndex: ~Copyable {
    private var current = GroupTable(groups: 1)
    /// The table before, while it is being emptied.
    private var old: GroupTable?
    /// How many groups of ``old`` are empty.
    private var drained = 0
    /// How many slots there are in both.
    internal private(set) var count = 0

    /// Groups moved with each change. Two would do to be done before the next growth; four halve the time in which a
    /// search pays for both.
    private static let groupsPerChange = 4
    /// A table this small never shrinks.
    private static let smallest = 4

    internal init() {}

    deinit {
        current.deallocate()
        old?.deallocate()
    }

    /// The slot under `hash` that `matches` says yes to.
    @inline(__always)
    internal func find(_ hash: UInt64, _ matches: (Slot) -> Bool) -> Slot? {
        if let place = current.find(hash, matches) { return place.slot }
        if let old { return old.find(hash, matches)?.slot }
        return nil
    }

    /// Puts `slot` under `hash`, where it is not yet.
    internal mutating func insert(_ hash: UInt64, _ slot: Slot, of owner: borrowing some SlotHashes & ~Copyable) {
        move(owner)
        if count >= GroupTable.comfort(current.groups) {
            while old != nil { move(owner) }
            resize(to: current.groups * 2)
        }
        current.insert(hash, slot)
        count += 1
    }

    /// Takes `slot`, which is under `hash`, out.
    internal mutating func remove(_ hash: UInt64, _ slot: Slot, of owner: borrowing some SlotHashes & ~Copyable) {
        if let place = current.find(hash, { $0 == slot }) {
            current.remove(hash, place)
        } else if let old, let place = old.find(hash, { $0 == slot }) {
            old.remove(hash, place)
        } else {
            preconditionFailure("slot \(slot.rawValue) is not in the index")
        }
        count -= 1
        move(owner)
        if old == nil, current.groups > SlotIndex.smallest, count * 8 < GroupTable.comfort(current.groups) {
            resize(to: current.groups / 2)
        }
    }

    private mutating func resize(to groups: Int) {
        old = current
        drained = 0
        current = GroupTable(groups: groups)
    }

    /// Moves a few groups, if a move is under way.
    private mutating func move(_ owner: borrowing some SlotHashes & ~Copyable) {
        guard let old else { return }
        let target = current
        for _ in 0..<SlotIndex.groupsPerChange where drained < old.groups {
            while let slot = old.takeAny(from: drained) { target.insert(owner.hash(of: slot), slot) }
            drained += 1
        }
        if drained == old.groups {
            old.deallocate()
            self.old = nil
        }
    }
}
