internal import Glibc

/// One open-addressing table of slots: an array of groups, each one cache line that holds twelve tags beside the
/// twelve slots they stand for.
///
/// A group: 12 tags of a byte (0: empty) · 1 byte that counts the slots which would have liked to live here and went
/// on to a later group (255: has lost count) · 3 unused · 12 slots of four bytes. A search ends at the first group
/// that nobody went past, so a miss costs one cache line as a rule, and removal needs no markers.
/// Handles of one table may be copied; `SlotIndex` owns the memory.
@safe
internal struct GroupTable {
    private let base: UnsafeMutableRawPointer
    /// The number of groups, a power of two.
    internal let groups: Int

    private static let lanes = 12
    private static let line = 64
    private static let overflowOffset = 12
    private static let slotOffset = 16
    /// Above this a table comes from the kernel, which hands out zeros page by page as they are touched.
    private static let mapThreshold = 65_536
    private static let hugePage = 2 << 20

    /// How many slots a table of `groups` takes before it should grow: five sixths.
    internal static func comfort(_ groups: Int) -> Int { groups * 10 }

    /// An empty table; clearing it takes a bounded time whatever its size. Traps when memory has run out.
    internal init(groups: Int) {
        self.groups = groups
        let size = groups * GroupTable.line
        if size < GroupTable.mapThreshold {
            unsafe base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: GroupTable.line)
            unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        } else {
            let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
                fatalError("no memory: \(size) bytes")
            }
            if size >= GroupTable.hugePage { unsafe madvise(memory, size, MADV_HUGEPAGE) }
            unsafe base = unsafe memory
        }
    }

    /// Gives the memory back; no handle of this table may be used afterwards.
    internal func deallocate() {
        let size = groups * GroupTable.line
        if size < GroupTable.mapThreshold {
            unsafe base.deallocate()
        } else {
            unsafe munmap(base, size)
        }
    }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt8 {
        max(1, UInt8(truncatingIfNeeded: hash &>> 40))
    }

    /// Where `hash` would like to live.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash & 0xFF_FFFF_FFFF) & (groups &- 1)
    }

    /// The group after `group` for a slot of that tag: an odd step visits all.
    @inline(__always)
    private func next(_ group: Int, _ tag: UInt8) -> Int {
        (group &+ 2 &* Int(tag) &+ 1) & (groups &- 1)
    }

    @inline(__always)
    private func address(_ group: Int) -> UnsafeMutableRawPointer {
        unsafe base + group &* GroupTable.line
    }

    @inline(__always)
    private func slot(_ group: Int, _ lane: Int) -> Slot {
        Slot(unsafe address(group).load(fromByteOffset: GroupTable.slotOffset &+ lane &* 4, as: UInt32.self))
    }

    /// The lanes of a group whose tag is `tag`: bit 7 of byte `lane % 8` of the first or second word.
    @inline(__always)
    private func lanes(_ group: Int, _ tag: UInt8) -> (UInt64, UInt64) {
        let pattern = UInt64(tag) &* 0x0101_0101_0101_0101
        let first = unsafe address(group).load(as: UInt64.self) ^ pattern
        let second = UInt64(unsafe address(group).load(fromByteOffset: 8, as: UInt32.self)) ^ pattern
        return (GroupTable.zeroBytes(first), GroupTable.zeroBytes(second) & 0xFFFF_FFFF)
    }

    /// Bit 7 of each byte that is zero, and nothing else.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        ~(((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F) | word | 0x7F7F_7F7F_7F7F_7F7F)
    }

    /// The place of the slot under `hash` that `matches` says yes to.
    @inline(__always)
    internal func find(_ hash: UInt64, _ matches: (Slot) -> Bool) -> Place? {
        let tag = GroupTable.tag(hash)
        var group = home(hash)
        for _ in 0..<groups {
            var (first, second) = lanes(group, tag)
            while first != 0 {
                let lane = first.trailingZeroBitCount &>> 3
                let slot = slot(group, lane)
                if matches(slot) { return Place(group: group, lane: lane, slot: slot) }
                first &= first &- 1
            }
            while second != 0 {
                let lane = second.trailingZeroBitCount &>> 3 &+ 8
                let slot = slot(group, lane)
                if matches(slot) { return Place(group: group, lane: lane, slot: slot) }
                second &= second &- 1
            }
            if overflow(group) == 0 { return nil }
            group = next(group, tag)
        }
        return nil
    }

    internal struct Place {
        internal let group: Int
        internal let lane: Int
        internal let slot: Slot
    }

    @inline(__always)
    private func overflow(_ group: Int) -> UInt8 {
        unsafe address(group).load(fromByteOffset: GroupTable.overflowOffset, as: UInt8.self)
    }

    private func setOverflow(_ group: Int, _ value: UInt8) {
        unsafe address(group).storeBytes(of: value, toByteOffset: GroupTable.overflowOffset, as: UInt8.self)
    }

    private func setTag(_ group: Int, _ lane: Int, _ tag: UInt8) {
        unsafe address(group).storeBytes(of: tag, toByteOffset: lane, as: UInt8.self)
    }

    /// Puts `slot` under `hash`; there must be room, and it must not be there yet.
    internal func insert(_ hash: UInt64, _ slot: Slot) {
        let tag = GroupTable.tag(hash)
        var group = home(hash)
        for _ in 0..<groups {
            let (first, second) = lanes(group, 0)
            if first | second != 0 {
                let lane = first != 0 ? first.trailingZeroBitCount / 8 : second.trailingZeroBitCount / 8 + 8
                setTag(group, lane, tag)
                let offset = GroupTable.slotOffset + lane * 4
                unsafe address(group).storeBytes(of: slot.rawValue, toByteOffset: offset, as: UInt32.self)
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
        setTag(place.group, place.lane, 0)
    }

    /// Takes some slot out of one group; nil when the group is empty. Who went past it is still counted.
    internal func takeAny(from group: Int) -> Slot? {
        for lane in 0..<GroupTable.lanes where unsafe address(group).load(fromByteOffset: lane, as: UInt8.self) != 0 {
            setTag(group, lane, 0)
            return slot(group, lane)
        }
        return nil
    }
}
