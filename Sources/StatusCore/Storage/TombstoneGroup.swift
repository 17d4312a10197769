/// A handle to a cache line that holds twelve tags and the twelve numbers of tombstones that they stand for.
///
/// 12 tags of a byte (0: empty), in the order and with the values that `GroupTable` gives them · the link to the
/// group that this one goes on in (0: none), four bytes · 12 numbers of four bytes.
@safe
internal struct TombstoneGroup {
    private let memory: UnsafeMutableRawPointer

    private static let linkOffset = 12
    private static let numberOffset = 16

    /// The group at `memory`, aligned to 64 bytes, which outlives the handle.
    @inline(__always)
    fileprivate init(at memory: UnsafeMutableRawPointer) {
        unsafe self.memory = unsafe memory
    }

    internal func clear() {
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: GroupTable.line)
    }

    internal func copy(_ other: TombstoneGroup) {
        unsafe memory.copyMemory(from: other.memory, byteCount: GroupTable.line)
    }

    /// The lanes that hold `tag`.
    @inline(__always)
    internal func lanes(holding tag: UInt8) -> UInt32 {
        let first = unsafe memory.load(as: UInt64.self)
        return GroupTable.lanes(first, unsafe memory.load(fromByteOffset: 8, as: UInt64.self), holding: tag)
    }

    /// The lanes that are not empty.
    @inline(__always)
    internal var filled: UInt32 { lanes(holding: 0) ^ GroupTable.everyLane }

    internal func tag(_ lane: Int) -> UInt8 {
        unsafe memory.load(fromByteOffset: lane, as: UInt8.self)
    }

    @inline(__always)
    internal func number(_ lane: Int) -> Slot {
        Slot(unsafe memory.load(fromByteOffset: TombstoneGroup.numberOffset + lane * 4, as: UInt32.self))
    }

    internal func set(_ lane: Int, _ tag: UInt8, _ number: Slot) {
        unsafe memory.storeBytes(of: tag, toByteOffset: lane, as: UInt8.self)
        let offset = TombstoneGroup.numberOffset + lane * 4
        unsafe memory.storeBytes(of: number.rawValue, toByteOffset: offset, as: UInt32.self)
    }

    internal var link: UInt32 {
        @inline(__always) get { unsafe memory.load(fromByteOffset: TombstoneGroup.linkOffset, as: UInt32.self) }
        nonmutating set {
            unsafe memory.storeBytes(of: newValue, toByteOffset: TombstoneGroup.linkOffset, as: UInt32.self)
        }
    }
}

/// A run of groups, numbered from 0, which grows and shrinks at its end in segments of 4 KiB.
@safe
internal struct TombstoneGroups: ~Copyable {
    private var segments: [UnsafeMutableRawPointer]
    internal private(set) var count = 0

    private static let perSegment = 64

    internal init() {
        unsafe segments = []
    }

    deinit {
        for index in unsafe segments.indices { unsafe segments[index].deallocate() }
    }

    /// Group `number`, which must be in the run.
    @inline(__always)
    internal subscript(number: Int) -> TombstoneGroup {
        precondition(number >= 0 && number < count, "group \(number) of \(count)")
        let segment = unsafe segments[number / Self.perSegment]
        return unsafe TombstoneGroup(at: segment + number % Self.perSegment * GroupTable.line)
    }

    /// Bytes that are taken for groups, present or to come.
    internal var bytes: Int { unsafe segments.count * Self.perSegment * GroupTable.line }

    /// Adds an empty group.
    internal mutating func append() {
        if unsafe count == segments.count * Self.perSegment {
            let size = Self.perSegment * GroupTable.line
            unsafe segments.append(.allocate(byteCount: size, alignment: GroupTable.line))
        }
        count += 1
        self[count - 1].clear()
    }

    /// Takes away the last group; ``trim()`` returns the memory.
    internal mutating func removeLast() {
        precondition(count > 0, "there is no group")
        count -= 1
    }

    /// Returns the memory of one segment, if there are two or more that hold nothing.
    internal mutating func trim() {
        if unsafe segments.count * Self.perSegment >= count + 2 * Self.perSegment {
            unsafe segments.removeLast().deallocate()
        }
    }
}
