import Testing

@testable import StatusCore

@Suite("A source of slabs")
struct SlabSourceTests {
    private static let chunk = AddressSpace.chunkSize

    /// A source of slabs of 64 KiB, 32 a chunk, and its budget.
    private func make(chunks: Int, limit: Int = 1 << 30) -> (SlabSource, MemoryBudget) {
        let budget = MemoryBudget(limit: limit)
        return (SlabSource(slabSize: 65_536, size: chunks * Self.chunk, budget: budget), budget)
    }

    @Test(
        "No slab is handed out twice, its content is its holder's, and all memory but one chunk goes back",
        arguments: seeds
    )
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (source, budget) = make(chunks: 6)
        var held: [UInt32: UInt64] = [:]
        var most = 0
        for step in 0..<6_000 {
            // Long ups and downs, so that chunks come and go.
            if Int.random(in: 0..<100, using: &generator) < (step / 500 % 2 == 0 ? 70 : 25) {
                guard let slab = source.take(for: .newWork) else {
                    try #require(held.count == source.capacity, "seed \(seed), step \(step): refused too early")
                    continue
                }
                try #require(held[slab] == nil, "seed \(seed), step \(step): slab \(slab) twice")
                held[slab] = generator.next()
                mark(slab, held[slab]!, in: source)
            } else if let slab = held.keys.randomElement(using: &generator) {
                let isWhole = isMarked(slab, held[slab]!, in: source)
                try #require(isWhole, "seed \(seed), step \(step): somebody wrote to slab \(slab)")
                held[slab] = nil
                source.giveBack(slab)
            }
            most = max(most, held.count)
            let chunks = budget.inUse / Self.chunk
            #expect(chunks * 32 >= held.count && chunks <= 6)
        }
        #expect(most > 100)
        for (slab, _) in held { source.giveBack(slab) }
        #expect(budget.inUse == Self.chunk)
    }

    @Test("The lowest free slab comes first, so that chunks at the end empty out")
    func lowestFirst() {
        let (source, budget) = make(chunks: 4)
        for expected in 0..<128 { #expect(source.take(for: .end) == UInt32(expected)) }
        #expect(source.take(for: .end) == nil)
        for slab in [UInt32](64..<128) + [5] { source.giveBack(slab) }
        #expect(source.take(for: .end) == 5)
        #expect(budget.inUse == 3 * Self.chunk, "one spare chunk is kept")
    }

    @Test("Each purpose is turned away at its own bound")
    func purposes() {
        let (source, budget) = make(chunks: 16, limit: 8 * Self.chunk)
        for (purpose, chunks) in [(MemoryBudget.Purpose.newWork, 6), (.report, 7), (.end, 8)] {
            while source.take(for: purpose) != nil {}
            #expect(budget.inUse == chunks * Self.chunk)
        }
    }

    @Test("Memory that was given back can still be read, and comes again as zeros")
    func staleReaders() {
        let (source, budget) = make(chunks: 2)
        for _ in 0..<64 { _ = source.take(for: .end) }
        for slab in UInt32(0)..<64 { mark(slab, 7, in: source) }
        for slab in UInt32(0)..<64 { source.giveBack(slab) }
        #expect(budget.inUse == Self.chunk)
        #expect(isMarked(0, 7, in: source), "the chunk that was empty first is kept")
        #expect(isMarked(63, 0, in: source), "the other one reads as zeros")
        for slab in UInt32(0)..<64 { #expect(source.take(for: .end) == slab) }
        #expect(isMarked(63, 0, in: source))
    }

    @Test("A slab that was not handed out cannot be given back")
    func twice() async {
        await #expect(processExitsWith: .failure) {
            let budget = MemoryBudget(limit: 1 << 30)
            let source = SlabSource(slabSize: 65_536, size: 1 << 21, budget: budget)
            let slab = source.take(for: .end)!
            source.giveBack(slab)
            source.giveBack(slab)
        }
    }

    @Test("Many threads: no slab is held by two")
    func threads() {
        let (source, budget) = make(chunks: 4)
        runThreads(8) { thread in
            var generator = SeededGenerator(seed: UInt64(thread))
            var held: [UInt32] = []
            for _ in 0..<2_000 {
                if held.count < 12, Bool.random(using: &generator), let slab = source.take(for: .end) {
                    held.append(slab)
                    mark(slab, UInt64(thread), in: source)
                } else if let slab = held.popLast() {
                    precondition(isMarked(slab, UInt64(thread), in: source), "slab \(slab) is held by two")
                    source.giveBack(slab)
                }
            }
            for slab in held { source.giveBack(slab) }
        }
        #expect(budget.inUse == Self.chunk)
    }
}

/// Writes `value` to both ends of a slab.
private func mark(_ slab: UInt32, _ value: UInt64, in source: SlabSource) {
    let memory = source.base + Int(slab) * source.slabSize
    memory.shareWord(value, 0)
    memory.shareWord(value, source.slabSize - 8)
}

private func isMarked(_ slab: UInt32, _ value: UInt64, in source: SlabSource) -> Bool {
    let memory = source.base + Int(slab) * source.slabSize
    return memory.sharedWord(0) == value && memory.sharedWord(source.slabSize - 8) == value
}
