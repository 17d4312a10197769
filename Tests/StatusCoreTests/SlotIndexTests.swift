import Synchronization
import Testing

@testable import StatusCore

/// Slots whose hash is a function of their number, with as many collisions as one likes; counts how often it is asked.
private final class FakeOwner: SlotHashes, Sendable {
    let spread: UInt64
    let asked = Atomic<Int>(0)

    init(spread: UInt64) { self.spread = spread }

    func hash(of slot: Slot) -> UInt64 {
        asked.add(1, ordering: .relaxed)
        return peek(slot)
    }

    func peek(_ slot: Slot) -> UInt64 {
        var generator = SeededGenerator(seed: UInt64(slot.rawValue) % spread)
        return generator.next()
    }
}

/// An index with an owner and an arena, used as a stripe is to use it.
private struct Bed: ~Copyable {
    let owner: FakeOwner
    let arena: IndexArena
    var index = SlotIndex()
    /// How often a table was needed at once.
    var urgent = 0

    init(spread: UInt64 = .max, size: Int = 64 << 20) {
        self.init(owner: FakeOwner(spread: spread), IndexArena(size: size, budget: MemoryBudget(limit: .max)))
    }

    init(owner: FakeOwner, _ arena: IndexArena) {
        self.owner = owner
        self.arena = arena
    }

    /// Does what the index asks for, and takes what it has left over.
    mutating func serve(onlyUrgent: Bool = false) {
        if let wish = index.tableWanted, wish.isUrgent || !onlyUrgent {
            if wish.isUrgent { urgent += 1 }
            if let table = arena.makeTable(groups: wish.groups, for: .end) {
                #expect(index.give(table) == nil)
            } else {
                Issue.record("no table of \(wish.groups) groups")
            }
        }
        while let table = index.takeRetired() { arena.free(table) }
    }

    mutating func insert(_ number: UInt32, onlyUrgent: Bool = false) {
        serve(onlyUrgent: onlyUrgent)
        index.insert(owner.peek(Slot(number)), Slot(number), of: owner)
    }

    mutating func remove(_ number: UInt32) {
        index.remove(owner.peek(Slot(number)), Slot(number), of: owner)
        serve()
    }

    func find(_ number: UInt32) -> Slot? {
        index.find(owner.peek(Slot(number))) { $0 == Slot(number) }
    }
}

@Suite("The index of slots")
struct SlotIndexTests {
    @Test("It finds what is in it and nothing else, while it grows and shrinks", arguments: seeds)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bed = Bed()
        var model: Set<UInt32> = []
        for phase in 0..<8 {
            let grows = phase % 2 == 0
            for _ in 0..<(grows ? 5_000 : 40_000) {
                let number = UInt32.random(in: 0..<6_000, using: &generator)
                #expect(bed.find(number) == (model.contains(number) ? Slot(number) : nil))
                if grows, model.insert(number).inserted {
                    bed.insert(number, onlyUrgent: phase % 4 == 0)
                } else if !grows, model.remove(number) != nil {
                    bed.remove(number)
                }
            }
            #expect(bed.index.count == model.count)
            for number in 0..<UInt32(6_000) {
                #expect(bed.find(number) == (model.contains(number) ? Slot(number) : nil))
            }
        }
        for number in model { bed.remove(number) }
        for number in 0..<20 as Range<UInt32> { bed.insert(number) }
        for number in 0..<20 as Range<UInt32> { bed.remove(number) }
        #expect(bed.index.currentPacked & 63 == 2, "an empty index has shrunk to four groups")
    }

    @Test("Slots that share their hash are told apart")
    func collisions() {
        var bed = Bed(spread: 3)
        for number in 0..<UInt32(60) { bed.insert(number) }
        for number in stride(from: UInt32(0), to: 60, by: 2) { bed.remove(number) }
        for number in 0..<UInt32(60) {
            #expect((bed.find(number) != nil) == (number % 2 == 1))
        }
    }

    @Test("A miss does not look at the slots of other hashes")
    func misses() {
        var bed = Bed()
        for number in 0..<UInt32(10_000) { bed.insert(number) }
        var looked = 0
        for number in UInt32(10_000)..<20_000 {
            _ = bed.index.find(bed.owner.peek(Slot(number))) { _ in
                looked += 1
                return false
            }
        }
        // Ten tags of 254 values a group, and now and then a second group or table.
        #expect(looked < 1_500)
    }

    @Test("No insertion moves more than two groups on its way to four million slots")
    func growth() {
        let bed = grow(to: 4_000_000, onlyUrgent: false)
        #expect(bed.urgent == 1, "asked early, it is not asked urgently, but for the first table")
    }

    @Test("A table that is given at the last moment does as well")
    func lateGrowth() {
        let bed = grow(to: 200_000, onlyUrgent: true)
        #expect(bed.urgent == 14)
    }

    private func grow(to slots: UInt32, onlyUrgent: Bool) -> Bed {
        var bed = Bed(size: 256 << 20)
        var worst = 0
        var before = 0
        for number in 0..<slots {
            bed.insert(number, onlyUrgent: onlyUrgent)
            let asked = bed.owner.asked.load(ordering: .relaxed)
            worst = max(worst, asked - before)
            before = asked
        }
        #expect(worst > 12 && worst <= SlotIndex.groupsPerChange * 12)
        #expect(bed.index.count == Int(slots) && bed.find(0) != nil && bed.find(slots - 1) != nil)
        return bed
    }

    @Test("A table that is no longer wanted comes back")
    func unwanted() throws {
        var bed = Bed()
        bed.serve()
        let table = try #require(bed.arena.makeTable(groups: 8, for: .end))
        #expect(bed.index.give(table)?.packed == table.packed)
        for number in 0..<39 as Range<UInt32> { bed.insert(number, onlyUrgent: true) }
        #expect(bed.index.tableWanted == SlotIndex.TableWish(groups: 8, isUrgent: false))
        #expect(bed.index.give(table) == nil)
        #expect(bed.index.tableWanted == nil && bed.index.takeRetired() == nil)
        for number in 0..<8 as Range<UInt32> {
            bed.index.remove(bed.owner.peek(Slot(number)), Slot(number), of: bed.owner)
        }
        #expect(bed.index.takeRetired()?.packed == table.packed)
        #expect(bed.index.takeRetired() == nil)
    }

    @Test("An insertion without the table that it needs is a fault of the program")
    func disobedience() async {
        await #expect(processExitsWith: .failure) {
            var bed = Bed()
            bed.index.insert(bed.owner.peek(Slot(0)), Slot(0), of: bed.owner)
        }
        await #expect(processExitsWith: .failure) {
            var bed = Bed()
            bed.serve()
            for number in 0..<45 as Range<UInt32> {
                bed.index.insert(bed.owner.peek(Slot(number)), Slot(number), of: bed.owner)
            }
        }
    }
}

@Suite("A table of groups")
struct GroupTableTests {
    @Test("Address and size fit into a word", arguments: [0, 1, 7, 18])
    func packed(shift: Int) throws {
        let arena = IndexArena(size: 64 << 20, budget: MemoryBudget(limit: .max))
        let table = try #require(arena.makeTable(groups: 1 << shift, for: .end))
        let again = try #require(GroupTable(packed: table.packed))
        #expect(again.memory == table.memory && again.groups == 1 << shift)
        #expect(GroupTable(packed: 0) == nil)
    }

    @Test("A search of memory that has become something else ends", arguments: [0, 0x0101_0101_0101_0101, .max])
    func garbage(word: UInt64) throws {
        let arena = IndexArena(size: 1, budget: MemoryBudget(limit: .max))
        let table = try #require(arena.makeTable(groups: 64, for: .end))
        for offset in stride(from: 0, to: table.size, by: 8) { table.memory.shareWord(word, offset) }
        var looked = 0
        for tag in 0..<256 as Range<UInt64> {
            let place = table.find(tag << 40) { _ in
                looked += 1
                return false
            }
            #expect(place == nil)
        }
        #expect(looked <= 256 * 64 * 12)
    }

    @Test("A reader without a lock is right whenever nothing was changed meanwhile", arguments: seeds)
    func reader(seed: UInt64) async {
        let shared = Shared()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { shared.write(seed: seed) }
            group.addTask { shared.read(seed: seed &+ 100) }
        }
        #expect(shared.wrong.load(ordering: .relaxed) == 0)
        #expect(shared.checked.load(ordering: .relaxed) >= Shared.enough)
    }
}

/// What a writer and a reader of an index share: the tables as words, and a sequence that is odd during a change.
private final class Shared: Sendable {
    static let enough = 2_000
    /// Numbers below this are always there, up to twice this never, and those beyond come and go.
    private static let fixed: UInt32 = 64

    private let owner = FakeOwner(spread: .max)
    // It outlives the writer: the reader may be in a table that was given back.
    private let arena = IndexArena(size: 8 << 20, budget: MemoryBudget(limit: .max))
    private let sequence = Atomic<UInt64>(0)
    private let current = Atomic<UInt64>(0)
    private let old = Atomic<UInt64>(0)
    private let isDone = Atomic<Bool>(false)
    let checked = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)

    private func change(_ bed: inout Bed, _ body: (inout Bed) -> Void) {
        let before = sequence.load(ordering: .relaxed)
        sequence.store(before + 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        body(&bed)
        current.store(bed.index.currentPacked, ordering: .relaxed)
        old.store(bed.index.oldPacked, ordering: .relaxed)
        sequence.store(before + 2, ordering: .releasing)
    }

    /// Grows and shrinks the index until the reader has seen enough.
    func write(seed: UInt64) {
        var bed = Bed(owner: owner, arena)
        for number in 0..<Shared.fixed { change(&bed) { $0.insert(number) } }
        repeat {
            let top = Shared.fixed * 2 + 2_000
            for number in Shared.fixed * 2..<top { change(&bed) { $0.insert(number) } }
            for number in Shared.fixed * 2..<top { change(&bed) { $0.remove(number) } }
        } while checked.load(ordering: .relaxed) < Shared.enough
        isDone.store(true, ordering: .releasing)
    }

    func read(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        while !isDone.load(ordering: .acquiring) {
            let number = UInt32.random(in: 0..<Shared.fixed * 2, using: &generator)
            let before = sequence.load(ordering: .acquiring)
            let hash = owner.peek(Slot(number))
            let tables = [current.load(ordering: .relaxed), old.load(ordering: .relaxed)]
            let found = tables.contains { word in
                GroupTable(packed: word)?.find(hash) { $0 == Slot(number) } != nil
            }
            atomicMemoryFence(ordering: .acquiring)
            guard before % 2 == 0, before > 0, sequence.load(ordering: .relaxed) == before else { continue }
            if before < Shared.fixed * 2 { continue }
            checked.add(1, ordering: .relaxed)
            if found != (number < Shared.fixed) { wrong.add(1, ordering: .relaxed) }
        }
    }
}
