import Bytes
import Testing

@testable import StatusCore

/// A pool of cells for texts, with a source and a budget of its own.
private struct TestPool: ~Copyable {
    let budget = MemoryBudget(limit: 1 << 30)
    let source: SlabSource
    var pool: CellPool

    init() {
        source = SlabSource(slabSize: TextRun.cellSize * 64, size: 64 << 20, budget: budget)
        pool = CellPool(source)
    }

    /// Gets what is missing for `count` cells.
    mutating func makeRoom(for count: Int) {
        for _ in 0..<pool.slabsMissing(for: count) { pool.give(source.take(for: .end)!) }
    }

    mutating func set(_ run: inout TextRun, to text: [UInt8]) {
        makeRoom(for: TextRun.cells(for: text.count))
        text.withUnsafeBytes { pool.set(&run, to: $0) }
    }

    mutating func returnEmptySlabs() {
        while let slab = pool.takeEmptySlab() { source.giveBack(slab) }
    }

    func text(_ run: TextRun) -> [UInt8] {
        var buffer = OutputBuffer()
        _ = CellPool.append(run, of: source, to: &buffer) { true }
        return buffer.copy()
    }

    /// The cells of a run, in order.
    func cells(_ run: TextRun) -> [Cell] {
        var cells: [Cell] = []
        var cell = run.first
        for _ in 0..<TextRun.cells(for: Int(run.count)) {
            cells.append(cell)
            cell = Cell(pool.address(cell).sharedHalf(0))
        }
        return cells
    }
}

/// Lengths around the borders of cells, and the longest that a job brings and more.
private let lengths = [0, 1, 59, 60, 61, 119, 120, 121, 1_024, 22_000]

private func bytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
}

@Suite("Cells and the texts in them")
struct CellPoolTests {
    @Test("A text comes back as it was set, over whatever was there before", arguments: lengths)
    func comesBack(length: Int) {
        var generator = SeededGenerator(seed: UInt64(length))
        for before in lengths {
            var pool = TestPool()
            var run = TextRun()
            pool.set(&run, to: bytes(before, &generator))
            let text = bytes(length, &generator)
            pool.set(&run, to: text)
            #expect(pool.text(run) == text, "\(length) bytes over \(before)")
            #expect(text.withUnsafeBytes { pool.pool.isEqual(run, to: $0) })
            if length > 0 {
                var other = text
                other[length - 1] ^= 1
                #expect(!other.withUnsafeBytes { pool.pool.isEqual(run, to: $0) })
                #expect(!other[..<(length - 1)].withUnsafeBytes { pool.pool.isEqual(run, to: $0) })
            }
            #expect(pool.pool.used == TextRun.cells(for: length))
            pool.pool.free(&run)
            #expect(pool.pool.used == 0 && run.count == 0 && run.first == .none)
        }
    }

    @Test("A text that takes as many cells as the one before lies where that lay")
    func inPlace() {
        var generator = SeededGenerator(seed: 1)
        var pool = TestPool()
        var run = TextRun()
        pool.set(&run, to: bytes(61, &generator))
        let cells = pool.cells(run)
        for length in [120, 61, 99] {
            pool.set(&run, to: bytes(length, &generator))
            #expect(pool.cells(run) == cells, "\(length) bytes")
        }
        pool.set(&run, to: bytes(121, &generator))
        #expect(pool.cells(run).count == 3)
    }

    @Test("No cell is in two texts, none is a header, and everything goes back", arguments: seeds)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var pool = TestPool()
        var texts: [(run: TextRun, text: [UInt8])] = []
        for step in 0..<1_500 {
            let grows = Int.random(in: 0..<100, using: &generator) < (step / 300 % 2 == 0 ? 60 : 30)
            let length = lengths.randomElement(using: &generator)!
            if grows || texts.isEmpty {
                texts.append((TextRun(), []))
                texts[texts.count - 1].text = bytes(length, &generator)
                pool.set(&texts[texts.count - 1].run, to: texts[texts.count - 1].text)
            } else if Bool.random(using: &generator) {
                let which = Int.random(in: 0..<texts.count, using: &generator)
                texts[which].text = bytes(length, &generator)
                pool.set(&texts[which].run, to: texts[which].text)
            } else {
                let which = Int.random(in: 0..<texts.count, using: &generator)
                pool.pool.free(&texts[which].run)
                texts.remove(at: which)
            }
            if step % 7 == 0 { pool.returnEmptySlabs() }
            guard step % 50 == 0 else { continue }
            var seen: Set<Cell> = []
            for (run, text) in texts {
                try #require(pool.text(run) == text, "seed \(seed), step \(step): \(text.count) bytes")
                for cell in pool.cells(run) {
                    try #require(seen.insert(cell).inserted, "seed \(seed), step \(step): cell \(cell) twice")
                    try #require(cell.rawValue & 63 != 0, "seed \(seed), step \(step): cell \(cell) is a header")
                }
            }
            try #require(pool.pool.used == seen.count, "seed \(seed), step \(step)")
        }
        for index in texts.indices { pool.pool.free(&texts[index].run) }
        pool.returnEmptySlabs()
        #expect(pool.pool.used == 0)
        #expect(pool.pool.available <= 126, "more than the spare slab and one in use is kept")
        #expect(pool.budget.inUse == AddressSpace.chunkSize)
    }

    @Test("What was room for a text is room for it too once another one has gone")
    func roomStays() async {
        // Two slabs of which one holds a single cell: 125 cells are free. That cell goes, and 71 are wanted.
        await #expect(processExitsWith: .success) {
            var pool = TestPool()
            var first = TextRun()
            pool.set(&first, to: [1])
            var filler = TextRun()
            pool.set(&filler, to: [UInt8](repeating: 2, count: 60 * 120))
            pool.pool.free(&filler)
            var second = TextRun()
            precondition(pool.pool.available == 125 && pool.pool.slabsMissing(for: 71) == 0)
            pool.pool.free(&first)
            [UInt8](repeating: 3, count: 60 * 71).withUnsafeBytes { pool.pool.set(&second, to: $0) }
        }
    }

    @Test("Slabs that were got for a text that never came go back")
    func unusedSlabs() {
        var pool = TestPool()
        pool.makeRoom(for: 300)
        pool.returnEmptySlabs()
        #expect(pool.pool.available <= 126)
    }
}
