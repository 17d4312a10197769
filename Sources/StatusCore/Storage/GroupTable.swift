internal import CMachine

/// One open-addressing table of slots: an array of groups, each one cache line that holds twelve tags beside the
/// twelve slots they stand for.
///
/// A group: 12 tags of a byte (0: empty) · 1 byte that counts the slots which would have liked to live here and went
/// on to a later group (255: has lost count) · 3 unused · 12 slots of four bytes. A search ends at the first group
/// that nobody went past, so a hit or a miss costs one cache line as a rule, and removal needs no markers.
///
/// This is a handle: copies of it name the same table, whose memory belongs to whoever allocated it. One thread at a
/// time may change a table. Others may call ``find(_:_:)`` meanwhile, and even after the memory went to another use,
/// as long as it can be read: the search ends and never faults, but what it finds or misses is right only if the
/// caller sees afterwards that nothing was changed meanwhile.
@safe
internal struct GroupTable {
    internal let memory: UnsafeMutableRawPointer
    /// The number of groups, a power of two.
    internal let groups: Int

    /// Bytes a group.
    internal static let line = 64
    private static let overflowOffset = 12
    private static let slotOffset = 16

    /// The table of `groups` groups that lies at `memory`, aligned to a group; empty when that is all zero.
    @inline(__always)
    internal init(at memory: UnsafeMutableRawPointer, groups: Int) {
        unsafe self.memory = unsafe memory
        self.groups = groups
    }

    /// The table that ``packed`` stood for; nil for 0.
    @inline(__always)
    internal init?(packed: UInt64) {
        let address = UInt(packed & ~UInt64(GroupTable.line - 1))
        guard let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        unsafe self.init(at: memory, groups: 1 &<< Int(packed & UInt64(GroupTable.line - 1)))
    }

    /// Address and size in one word, never 0: the low six bits are the logarithm of the number of groups.
    @inline(__always)
    internal var packed: UInt64 {
        unsafe UInt64(UInt(bitPattern: memory)) | UInt64(groups.trailingZeroBitCount)
    }

    /// Bytes that the table takes.
    internal var size: Int { groups * GroupTable.line }

    /// Calls `matches` with the slots under `hash`, and with one of about 25 others that it passes, until it says yes;
    /// returns where that one is. Looks at each group once at most.
    @inline(__always)
    internal func find(_ hash: UInt64, _ matches: (Slot) -> Bool) -> Place? {
        let tag = GroupTable.tag(hash)
        var group = home(hash)
        var left = groups
        repeat {
            let second = unsafe address(group).sharedWord(8)
            var lanes = GroupTable.lanes(unsafe address(group).sharedWord(0), second, holding: tag)
            while lanes != 0 {
                let lane = GroupTable.firstLane(lanes)
                let slot = slot(group, lane)
                if matches(slot) { return Place(group: group, lane: lane, slot: slot) }
                lanes &= lanes &- 1
            }
            if UInt8(truncatingIfNeeded: second &>> 32) == 0 { return nil }
            group = next(group, tag)
            left &-= 1
        } while left > 0
        return nil
    }

    /// The first slot under `hash` in the group where it would like to live: nearly always the one that
    /// ``find(_:_:)`` looks at first.
    @inline(__always)
    internal func firstSlot(_ hash: UInt64) -> Slot? {
        let group = home(hash)
        let lanes = unsafe CMachine_equalSharedBytes(address(group), GroupTable.tag(hash)) & GroupTable.everyLane
        return lanes == 0 ? nil : slot(group, GroupTable.firstLane(lanes))
    }

    internal struct Place {
        internal let group: Int
        internal let lane: Int
        internal let slot: Slot
    }

    /// Puts `slot` under `hash`; there must be room, and it must not be there yet.
    internal func insert(_ hash: UInt64, _ slot: Slot) {
        let tag = GroupTable.tag(hash)
        var group = home(hash)
        for _ in 0..<groups {
            let empty = unsafe GroupTable.lanes(address(group).sharedWord(0), address(group).sharedWord(8), holding: 0)
            if empty != 0 {
                let lane = GroupTable.firstLane(empty)
                unsafe address(group).shareHalf(slot.rawValue, GroupTable.slotOffset + lane * 4)
                unsafe address(group).shareByte(tag, lane)
                return
            }
            let past = overflow(group)
            if past < 255 { setOverflow(group, past + 1) }
            group = next(group, tag)
        }
        preconditionFailure("a table of \(groups) groups is full")
    }

    /// Takes the slot at `place`, which was put under `hash`, out.
    internal func remove(_ hash: UInt64, _ place: Place) {
        let tag = GroupTable.tag(hash)
        var group = home(hash)
        while group != place.group {
            let past = overflow(group)
            if past < 255 { setOverflow(group, past - 1) }
            group = next(group, tag)
        }
        unsafe address(place.group).shareByte(0, place.lane)
    }

    /// Takes all slots out of one group and calls `body` with each. Who went past it is still counted.
    @inline(__always)
    internal func empty(_ group: Int, _ body: (Slot) -> Void) {
        let empty = unsafe GroupTable.lanes(address(group).sharedWord(0), address(group).sharedWord(8), holding: 0)
        var lanes = empty ^ GroupTable.everyLane
        while lanes != 0 {
            let lane = GroupTable.firstLane(lanes)
            unsafe address(group).shareByte(0, lane)
            body(slot(group, lane))
            lanes &= lanes &- 1
        }
    }
}

extension GroupTable {
    /// Any value but 0, which stands for an empty lane.
    @inline(__always)
    internal static func tag(_ hash: UInt64) -> UInt8 {
        let tag = UInt8(truncatingIfNeeded: hash &>> 40)
        return tag &+ (tag == 0 ? 1 : 0)
    }

    /// Where `hash` would like to live.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        // A table of more than 2⁴⁰ groups there will not be, so these bits are not those of the tag.
        Int(truncatingIfNeeded: hash) & (groups &- 1)
    }

    /// The group after `group` for a slot of that tag: an odd step visits all.
    @inline(__always)
    private func next(_ group: Int, _ tag: UInt8) -> Int {
        (group &+ 2 &* Int(tag) &+ 1) & (groups &- 1)
    }

    @inline(__always)
    private func address(_ group: Int) -> UnsafeMutableRawPointer {
        unsafe memory + group &* GroupTable.line
    }

    @inline(__always)
    private func slot(_ group: Int, _ lane: Int) -> Slot {
        Slot(unsafe address(group).sharedHalf(GroupTable.slotOffset &+ lane &* 4))
    }

    @inline(__always)
    private func overflow(_ group: Int) -> UInt8 {
        unsafe address(group).sharedByte(GroupTable.overflowOffset)
    }

    private func setOverflow(_ group: Int, _ value: UInt8) {
        unsafe address(group).shareByte(value, GroupTable.overflowOffset)
    }

    /// The lanes of a group that hold `tag`, given the group's first two words: a bit a lane, the lowest for the first.
    @inline(__always)
    internal static func lanes(_ first: UInt64, _ second: UInt64, holding tag: UInt8) -> UInt32 {
        CMachine_equalBytes(first, second, tag) & everyLane
    }

    /// All twelve lanes, as ``lanes(_:_:holding:)`` tells them.
    internal static var everyLane: UInt32 { 0xFFF }

    @inline(__always)
    internal static func firstLane(_ lanes: UInt32) -> Int {
        lanes.trailingZeroBitCount
    }
}
