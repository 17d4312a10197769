internal import Bytes

/// Where a text lies: in a chain of cells of 64 bytes, each the number of the next cell and 60 bytes of text.
///
/// Cells of one size need no search for a fit and leave no holes; a text of usual length is one or two of them.
internal struct TextRun: BitwiseCopyable {
    /// The first cell; none for the empty text.
    internal private(set) var first = Cell.none
    /// Bytes of UTF-8.
    internal private(set) var count: UInt32 = 0

    internal init() {}

    fileprivate init(first: Cell, count: Int) {
        self.first = first
        self.count = UInt32(count)
    }

    /// Bytes of text a cell.
    internal static let perCell = 60
    /// Bytes a cell.
    internal static let cellSize = 64

    /// How many cells a text of `count` bytes takes.
    internal static func cells(for count: Int) -> Int {
        (count + perCell - 1) / perCell
    }
}

extension CellPool {
    /// Makes `run` a copy of `text`; there must be room for it, as if `run` were empty.
    internal mutating func set(_ run: inout TextRun, to text: UnsafeRawBufferPointer) {
        let needed = TextRun.cells(for: text.count)
        if needed != TextRun.cells(for: Int(run.count)) {
            free(&run)
            run = TextRun(first: chain(needed), count: text.count)
        } else {
            run = TextRun(first: run.first, count: text.count)
        }
        var cell = run.first
        for start in stride(from: 0, to: text.count, by: TextRun.perCell) {
            let end = min(start + TextRun.perCell, text.count)
            cell = unsafe write(UnsafeRawBufferPointer(rebasing: text[start..<end]), to: cell)
        }
    }

    /// A chain of `count` cells.
    private mutating func chain(_ count: Int) -> Cell {
        var first = Cell.none
        for _ in 0..<count {
            let cell = take()
            unsafe address(cell).shareHalf(first.rawValue, 0)
            first = cell
        }
        return first
    }

    /// Writes at most 60 bytes into a cell and returns the next one.
    private func write(_ part: UnsafeRawBufferPointer, to cell: Cell) -> Cell {
        let target = unsafe address(cell)
        let next = unsafe target.sharedHalf(0)
        unsafe withUnsafeTemporaryAllocation(byteCount: TextRun.cellSize, alignment: 8) { copy in
            unsafe copy.storeBytes(of: next, as: UInt32.self)
            if let bytes = part.baseAddress {
                unsafe (copy.baseAddress! + 4).copyMemory(from: bytes, byteCount: part.count)
            }
            // The words behind the last byte hold what they held before.
            for offset in stride(from: 0, to: part.count + 4, by: 8) {
                unsafe target.shareWord(copy.load(fromByteOffset: offset, as: UInt64.self), offset)
            }
        }
        return Cell(next)
    }

    /// Gives the cells of `run` back; it is empty from then on.
    internal mutating func free(_ run: inout TextRun) {
        var cell = run.first
        for _ in 0..<TextRun.cells(for: Int(run.count)) {
            let next = unsafe Cell(address(cell).sharedHalf(0))
            giveBack(cell)
            cell = next
        }
        run = TextRun()
    }

    /// True when `run` holds `text`.
    internal func isEqual(_ run: TextRun, to text: UnsafeRawBufferPointer) -> Bool {
        guard Int(run.count) == text.count else { return false }
        var cell = run.first
        for start in stride(from: 0, to: text.count, by: TextRun.perCell) {
            let length = min(TextRun.perCell, text.count - start)
            let held = unsafe UnsafeRawBufferPointer(start: address(cell) + 4, count: length)
            let wanted = unsafe UnsafeRawBufferPointer(rebasing: text[start..<start + length])
            if unsafe !held.elementsEqual(wanted) { return false }
            cell = unsafe Cell(address(cell).sharedHalf(0))
        }
        return true
    }

    /// Appends a copy of the text of `run`, in cells of `source`, to `buffer`, cell by cell; `isStill` is asked before
    /// each cell is followed, and ends the copy when it says no. Under the stripe's lock it always says yes; a reader
    /// without the lock asks the stripe's sequence there.
    @inline(__always)
    internal static func append(
        _ run: TextRun,
        of source: SlabSource,
        to buffer: inout OutputBuffer,
        while isStill: () -> Bool
    ) -> Bool {
        var cell = run.first
        var left = Int(run.count)
        while left > 0 {
            let memory = unsafe address(cell, in: source)
            let next = unsafe Cell(memory.sharedHalf(0))
            let length = min(left, TextRun.perCell)
            unsafe buffer.append(length) { target in unsafe copy(from: memory, to: target, length) }
            left -= length
            guard isStill() else { return false }
            cell = next
        }
        return true
    }

    /// Copies the `length` bytes of text of a cell.
    @inline(__always)
    private static func copy(
        from source: UnsafeMutableRawPointer,
        to target: UnsafeMutableRawPointer,
        _ length: Int
    ) {
        var at = 0
        if length >= 4 {
            unsafe target.storeBytes(of: source.sharedHalf(4), as: UInt32.self)
            at = 4
        }
        while at + 8 <= length {
            unsafe target.storeBytes(of: source.sharedWord(4 + at), toByteOffset: at, as: UInt64.self)
            at += 8
        }
        while at < length {
            unsafe target.storeBytes(of: source.sharedByte(4 + at), toByteOffset: at, as: UInt8.self)
            at += 1
        }
    }
}
