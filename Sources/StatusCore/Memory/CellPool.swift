/// The number of a cell of a ``CellPool``: its slab times 64, plus its place in the slab. 0 stands for none.
internal struct Cell: Hashable, BitwiseCopyable {
    internal let rawValue: UInt32
    internal static let none = Cell(0)

    @inline(__always) internal init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A stripe's cells of one size, in slabs that it gets from the table's source and returns when they are empty.
///
/// A slab holds 64 cells; the first is its header: how many are used, the free ones, and its neighbours in the list of
/// slabs with room. Used under the stripe's lock. Readers without the lock may look into a cell that is given back and
/// used again at that moment: every write is a relaxed atomic store, and memory never becomes unreadable.
@safe
internal struct CellPool: ~Copyable {
    internal let source: SlabSource
    private let base: UnsafeMutableRawPointer
    private let cellSize: Int
    /// Where in a free cell the place of the next one stands.
    private let linkOffset: Int
    /// Slabs with room of which some cells are used.
    private var roomy: SlabList
    /// Slabs of which no cell is used.
    private var empty: SlabList
    /// Cells that can be taken at once.
    internal private(set) var available = 0
    /// Cells that are taken.
    internal private(set) var used = 0

    /// Cells a slab that are not its header.
    internal static let perSlab = 63

    // The header: how many cells are used, the first of the free ones, the first that never was in use since the slab
    // came here, and its neighbours in a SlabList.
    private static let usedOffset = 0
    private static let freeOffset = 4
    private static let freshOffset = 8

    internal init(_ source: SlabSource, linkOffset: Int = 0) {
        self.source = source
        self.linkOffset = linkOffset
        unsafe base = unsafe source.base
        cellSize = source.slabSize / 64
        roomy = SlabList(source)
        empty = SlabList(source)
    }

    /// The address of a cell, which may be any cell that was ever handed out.
    @inline(__always)
    internal func address(_ cell: Cell) -> UnsafeMutableRawPointer {
        unsafe base + Int(cell.rawValue) &* cellSize
    }

    /// The address of a cell of some stripe's pool.
    @inline(__always)
    internal static func address(_ cell: Cell, in source: SlabSource) -> UnsafeMutableRawPointer {
        unsafe source.base + Int(cell.rawValue) &* (source.slabSize / 64)
    }

    @inline(__always)
    private func header(_ slab: UInt32) -> UnsafeMutableRawPointer {
        unsafe base + Int(slab) &* 64 &* cellSize
    }

    /// How many slabs are missing before `count` cells can be taken.
    @inline(__always)
    internal func slabsMissing(for count: Int) -> Int {
        count <= available ? 0 : (count - available + CellPool.perSlab - 1) / CellPool.perSlab
    }

    /// Takes a slab that the source handed out.
    internal mutating func give(_ slab: UInt32) {
        let header = unsafe header(slab)
        unsafe header.shareHalf(0, CellPool.usedOffset)
        unsafe header.shareHalf(0, CellPool.freeOffset)
        unsafe header.shareHalf(1, CellPool.freshOffset)
        empty.insert(slab)
        available += CellPool.perSlab
    }

    /// A slab of which no cell is used, for the caller to return to the source once the lock is released. Kept ones
    /// would hold on to the chunks that they lie in.
    internal mutating func takeEmptySlab() -> UInt32? {
        guard let slab = empty.first else { return nil }
        empty.remove(slab)
        available -= CellPool.perSlab
        return slab
    }

    /// Takes a cell; its content is what it held before. There must be one.
    internal mutating func take() -> Cell {
        let slab = slabToTakeFrom()
        let header = unsafe header(slab)
        var place = unsafe header.sharedHalf(CellPool.freeOffset)
        if place != 0 {
            let next = unsafe address(Cell(slab << 6 | place)).sharedHalf(linkOffset)
            unsafe header.shareHalf(next, CellPool.freeOffset)
        } else {
            place = unsafe header.sharedHalf(CellPool.freshOffset)
            unsafe header.shareHalf(place + 1, CellPool.freshOffset)
        }
        let count = unsafe header.sharedHalf(CellPool.usedOffset) + 1
        unsafe header.shareHalf(count, CellPool.usedOffset)
        if count == CellPool.perSlab { roomy.remove(slab) }
        available -= 1
        used += 1
        return Cell(slab << 6 | place)
    }

    /// Gives `cell` back, which was taken.
    internal mutating func giveBack(_ cell: Cell) {
        let slab = cell.rawValue >> 6
        let header = unsafe header(slab)
        unsafe address(cell).shareHalf(header.sharedHalf(CellPool.freeOffset), linkOffset)
        unsafe header.shareHalf(cell.rawValue & 63, CellPool.freeOffset)
        let count = unsafe header.sharedHalf(CellPool.usedOffset)
        precondition(count > 0, "cell \(cell.rawValue) was not taken")
        unsafe header.shareHalf(count - 1, CellPool.usedOffset)
        available += 1
        used -= 1
        if count == CellPool.perSlab { roomy.insert(slab) }
        guard count == 1 else { return }
        roomy.remove(slab)
        empty.insert(slab)
    }

    /// A slab with room; an empty one only when there is no other.
    private mutating func slabToTakeFrom() -> UInt32 {
        if let slab = roomy.first { return slab }
        guard let slab = empty.first else { preconditionFailure("no cell is left of \(used)") }
        empty.remove(slab)
        roomy.insert(slab)
        return slab
    }
}

/// A list of slabs of one source, linked through their headers.
@safe
private struct SlabList {
    private let base: UnsafeMutableRawPointer
    private let slabSize: Int
    private var head = SlabList.end

    private static let end = UInt32.max
    private static let nextOffset = 12
    private static let previousOffset = 16

    init(_ source: SlabSource) {
        unsafe base = unsafe source.base
        slabSize = source.slabSize
    }

    var first: UInt32? { head == SlabList.end ? nil : head }

    private func header(_ slab: UInt32) -> UnsafeMutableRawPointer {
        unsafe base + Int(slab) &* slabSize
    }

    mutating func insert(_ slab: UInt32) {
        unsafe header(slab).shareHalf(head, SlabList.nextOffset)
        unsafe header(slab).shareHalf(SlabList.end, SlabList.previousOffset)
        if head != SlabList.end { unsafe header(head).shareHalf(slab, SlabList.previousOffset) }
        head = slab
    }

    mutating func remove(_ slab: UInt32) {
        let next = unsafe header(slab).sharedHalf(SlabList.nextOffset)
        let previous = unsafe header(slab).sharedHalf(SlabList.previousOffset)
        if next != SlabList.end { unsafe header(next).shareHalf(previous, SlabList.previousOffset) }
        if previous == SlabList.end {
            head = next
        } else {
            unsafe header(previous).shareHalf(next, SlabList.nextOffset)
        }
    }
}
