import Testing

@testable import StatusCore

@Suite("The arena of the indexes")
struct IndexArenaTests {
    private static let chunk = AddressSpace.chunkSize

    /// A block that was handed out, with a word that is written all over it.
    private struct Block {
        let start: UnsafeMutableRawPointer
        let bytes: Int
        let mark: UInt64

        /// Every place of a small block, some of a large one, its ends among them.
        var places: [Int] {
            let step = max(8, bytes / 256)
            return Array(stride(from: 0, to: bytes, by: step)) + [bytes - 8]
        }

        var isZero: Bool { places.allSatisfy { start.sharedWord($0) == 0 } }
        var isUnharmed: Bool { places.allSatisfy { start.sharedWord($0) == mark } }

        func fill() { places.forEach { start.shareWord(mark, $0) } }
    }

    private static func allocate(_ arena: IndexArena, _ bytes: Int, mark: UInt64) -> Block? {
        arena.allocate(bytes: bytes, for: .end).map { Block(start: $0, bytes: bytes, mark: mark) }
    }

    @Test("Blocks are zero, aligned, apart from each other, and join again when all are back", arguments: seeds)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let budget = MemoryBudget(limit: .max)
        let arena = IndexArena(size: 8 * Self.chunk, budget: budget)
        var blocks: [Block] = []
        var refused = 0
        for round in 0..<2_000 {
            let grows = round % 500 < 300 ? 2 : 1
            if Int.random(in: 0..<3, using: &generator) < grows {
                let bytes = 64 << Int.random(in: 0...Int.random(in: 8...16, using: &generator), using: &generator)
                guard let block = Self.allocate(arena, bytes, mark: generator.next()) else {
                    refused += 1
                    continue
                }
                #expect(block.isZero)
                #expect(Int(bitPattern: block.start) % min(bytes, Self.chunk) == 0)
                block.fill()
                blocks.append(block)
            } else if !blocks.isEmpty {
                let block = blocks.remove(at: Int.random(in: 0..<blocks.count, using: &generator))
                #expect(block.isUnharmed)
                arena.free(block.start, bytes: block.bytes)
            }
            #expect(budget.inUse <= 8 * Self.chunk)
        }
        #expect(refused > 0, "the arena was never full")
        for block in blocks.shuffled(using: &generator) {
            #expect(block.isUnharmed)
            arena.free(block.start, bytes: block.bytes)
        }
        #expect(budget.inUse == Self.chunk, "one free chunk keeps its memory")
        let whole = Self.allocate(arena, 8 * Self.chunk, mark: 1)
        #expect(whole?.isZero == true)
        #expect(budget.inUse == 8 * Self.chunk)
        if let whole { arena.free(whole.start, bytes: whole.bytes) }
        #expect(budget.inUse == 0)
    }

    @Test("A size that is no power of two is used to its end, and no further")
    func oddSize() {
        let budget = MemoryBudget(limit: .max)
        let arena = IndexArena(size: 5 * Self.chunk - 64, budget: budget)
        #expect(arena.allocate(bytes: 8 * Self.chunk, for: .end) == nil)
        let large = arena.allocate(bytes: 4 * Self.chunk, for: .end)
        let small = (0..<2).map { _ in arena.allocate(bytes: Self.chunk / 2, for: .end) }
        #expect(large != nil && !small.contains(nil))
        #expect(arena.allocate(bytes: 64, for: .end) == nil)
        #expect(budget.inUse == 5 * Self.chunk)
    }

    @Test("Without budget nothing is handed out, and nothing stays taken")
    func budget() {
        let budget = MemoryBudget(limit: 8 * Self.chunk)
        let arena = IndexArena(size: 64 * Self.chunk, budget: budget)
        #expect(arena.allocate(bytes: 16 * Self.chunk, for: .end) == nil)
        #expect(arena.allocate(bytes: 8 * Self.chunk, for: .newWork) == nil)
        #expect(budget.inUse == 0)
        let first = (0..<6).compactMap { _ in arena.allocate(bytes: Self.chunk, for: .newWork) }
        #expect(first.count == 6 && arena.allocate(bytes: 64, for: .newWork) == nil)
        let last = Self.allocate(arena, 2 * Self.chunk, mark: 7)
        #expect(last?.isZero == true && arena.allocate(bytes: 64, for: .end) == nil)
        arena.free(first[3], bytes: Self.chunk)
        // The chunk that kept its memory serves whoever comes, before any other.
        #expect(arena.allocate(bytes: 64, for: .newWork) != nil)
        #expect(budget.inUse == 8 * Self.chunk)
    }

    @Test("What was given back can be read")
    func stale() throws {
        let arena = IndexArena(size: 8 * Self.chunk, budget: MemoryBudget(limit: .max))
        let block = try #require(arena.allocate(bytes: 4 * Self.chunk, for: .end))
        block.shareWord(9, 0)
        arena.free(block, bytes: 4 * Self.chunk)
        #expect(block.sharedWord(0) == 0 && block.sharedWord(4 * Self.chunk - 8) == 0)
    }

    @Test("Threads do not get each other's blocks")
    func threads() async {
        let budget = MemoryBudget(limit: .max)
        let arena = IndexArena(size: 64 * Self.chunk, budget: budget)
        let harmed = await withTaskGroup(of: Int.self) { group in
            for seed in 1...2 as ClosedRange<UInt64> {
                group.addTask { IndexArenaTests.countHarm(in: arena, rounds: 150, seed: seed) }
            }
            return await group.reduce(0, +)
        }
        #expect(harmed == 0)
        #expect(budget.inUse <= Self.chunk)
        #expect(arena.allocate(bytes: 64 * Self.chunk, for: .end) != nil)
    }

    /// Takes blocks and gives them back; returns how many were not as they had to be.
    private static func countHarm(in arena: IndexArena, rounds: Int, seed: UInt64) -> Int {
        var generator = SeededGenerator(seed: seed)
        var blocks: [Block] = []
        var harmed = 0
        for _ in 0..<rounds {
            let bytes = 64 << Int.random(in: 0...16, using: &generator)
            guard let block = allocate(arena, bytes, mark: generator.next()) else { continue }
            if !block.isZero { harmed += 1 }
            block.fill()
            blocks.append(block)
            guard blocks.count > 4 else { continue }
            let old = blocks.remove(at: Int.random(in: 0..<blocks.count, using: &generator))
            if !old.isUnharmed { harmed += 1 }
            arena.free(old.start, bytes: old.bytes)
        }
        for block in blocks { arena.free(block.start, bytes: block.bytes) }
        return harmed
    }

    @Test("A block that is given back twice, or with another size, is a fault of the program")
    func faults() async {
        await #expect(processExitsWith: .failure) {
            let arena = IndexArena(size: 1, budget: MemoryBudget(limit: .max))
            guard let block = arena.allocate(bytes: 64, for: .end) else { return }
            arena.free(block, bytes: 64)
            arena.free(block, bytes: 64)
        }
        await #expect(processExitsWith: .failure) {
            let arena = IndexArena(size: 1, budget: MemoryBudget(limit: .max))
            guard let block = arena.allocate(bytes: 128, for: .end) else { return }
            arena.free(block, bytes: 64)
        }
    }
}
