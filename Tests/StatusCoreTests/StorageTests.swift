import Testing

@testable import StatusCore

@Suite("The keyed hash")
struct KeyedHashTests {
    private let seed = HashSeed(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)

    private func words(_ count: UInt8) -> InlineArray<8, UInt64> {
        var words = InlineArray<8, UInt64>(repeating: 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: 0..<count) }
        return words
    }

    @Test("It is SipHash: the example of the paper's appendix, and an empty text")
    func paper() {
        #expect(KeyedHash.digest(seed, words(15), count: 15, rounds: 2, finalRounds: 4) == 0xa129_ca61_49be_45e5)
        #expect(KeyedHash.digest(seed, words(0), count: 0, rounds: 2, finalRounds: 4) == 0x726f_db47_dd0e_0e31)
        #expect(KeyedHash.digest(seed, words(0), count: 0, rounds: 1, finalRounds: 3) == 0xabac_0158_050f_c4dc)
    }

    @Test("The length counts, and a full buffer is taken whole")
    func lengths() {
        let hash = KeyedHash(seed: seed)
        let hashes = (1...64).map { hash(named(String(repeating: "0", count: $0))) }
        #expect(Set(hashes).count == 64)
        #expect(hash(named("a")) != KeyedHash(seed: .random())(named("a")))
    }
}

/// Slots whose hash is a function of their number, with as many collisions as one likes.
private struct FakeOwner: SlotHashes {
    let spread: UInt64

    func hash(of slot: Slot) -> UInt64 {
        var generator = SeededGenerator(seed: UInt64(slot.rawValue) % spread)
        return generator.next()
    }
}

@Suite("The index of slots")
struct SlotIndexTests {
    @Test("It finds what is in it and nothing else, while it grows and shrinks", arguments: seeds)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let owner = FakeOwner(spread: .max)
        var index = SlotIndex()
        var model: Set<UInt32> = []
        for phase in 0..<8 {
            let grows = phase % 2 == 0
            for _ in 0..<3_000 {
                let number = UInt32.random(in: 0..<6_000, using: &generator)
                let slot = Slot(number)
                let hash = owner.hash(of: slot)
                let found = index.find(hash) { $0 == slot }
                #expect(found == (model.contains(number) ? slot : nil))
                if grows, model.insert(number).inserted {
                    index.insert(hash, slot, of: owner)
                } else if !grows, model.remove(number) != nil {
                    index.remove(hash, slot, of: owner)
                }
            }
            #expect(index.count == model.count)
            for number in 0..<UInt32(6_000) {
                let slot = Slot(number)
                let found = index.find(owner.hash(of: slot)) { $0 == slot }
                #expect(found == (model.contains(number) ? slot : nil))
            }
        }
    }

    @Test("Slots that share their hash are told apart")
    func collisions() {
        let owner = FakeOwner(spread: 3)
        var index = SlotIndex()
        for number in 0..<UInt32(60) { index.insert(owner.hash(of: Slot(number)), Slot(number), of: owner) }
        for number in stride(from: UInt32(0), to: 60, by: 2) {
            index.remove(owner.hash(of: Slot(number)), Slot(number), of: owner)
        }
        for number in 0..<UInt32(60) {
            let slot = Slot(number)
            let found = index.find(owner.hash(of: slot)) { $0 == slot }
            #expect((found != nil) == (number % 2 == 1))
        }
    }

    @Test("A miss does not look at the slots of other hashes")
    func misses() {
        let owner = FakeOwner(spread: .max)
        var index = SlotIndex()
        for number in 0..<UInt32(10_000) { index.insert(owner.hash(of: Slot(number)), Slot(number), of: owner) }
        var looked = 0
        for number in UInt32(10_000)..<20_000 {
            _ = index.find(owner.hash(of: Slot(number))) { _ in
                looked += 1
                return false
            }
        }
        // Ten tags of 255 values a group, and now and then a second group or table.
        #expect(looked < 1_500)
    }
}

@Suite("Records and queues")
struct RecordTests {
    @Test("A record takes two cache lines, and an update touches the first alone")
    func layout() {
        #expect(MemoryLayout<JobRecord>.stride == 128)
        #expect(MemoryLayout<JobRecord>.offset(of: \.idLength)! < 64)
        #expect(MemoryLayout<JobRecord>.offset(of: \.handle)! == 64)
    }

    @Test("Times keep 48 bits of milliseconds", arguments: [0, 1, 1_800_000_000_000, 1 << 48 - 1] as [Int64])
    func times(milliseconds: Int64) {
        #expect(WallTime(milliseconds).milliseconds == milliseconds)
        #expect(WallTime(-5).milliseconds == 0)
    }

    @Test("A slot that is used again has another generation")
    func generations() {
        var records = RecordSlab(hash: KeyedHash(seed: .random()))
        let slot = records.take()
        let generation = records[slot].generation
        records[slot].setID(named("a"))
        let isLive = records.isLive(slot, generation)
        records.giveBack(slot)
        let isLiveAfterwards = records.isLive(slot, generation)
        #expect(isLive && !isLiveAfterwards)
        let again = records.take()
        records[again].setID(named("b"))
        let isMistaken = records.isLive(slot, generation)
        let isInvented = records.isLive(Slot(77), 1)
        #expect(again == slot && !isMistaken && !isInvented)
    }

    @Test("A slot that was never used is a fault of the program")
    func unusedSlot() async {
        await #expect(processExitsWith: .failure) {
            let records = RecordSlab(hash: KeyedHash(seed: .random()))
            _ = records[Slot(0)].version
        }
    }

    @Test("A queue gives back in order what was put in", arguments: seeds)
    func queue(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = ChunkedQueue<UInt64>()
        var model: [UInt64] = []
        for _ in 0..<5_000 {
            if UInt8.random(in: 0..<3, using: &generator) > 0 {
                let value = generator.next()
                queue.append(value)
                model.append(value)
            } else {
                let value = queue.takeFirst()
                #expect(value == (model.isEmpty ? nil : model.removeFirst()))
            }
        }
        #expect((0..<queue.count).map { queue[$0] } == model)
    }

    @Test("The creation log sweeps out what is gone and keeps the order", arguments: seeds)
    func creationLog(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var records = RecordSlab(hash: KeyedHash(seed: .random()))
        var log = CreationLog()
        var live: [(key: UInt64, slot: Slot)] = []
        var wall: Int64 = 1_000
        for round in 0..<20_000 {
            wall += Int64.random(in: -2...4, using: &generator)
            if live.count < 500 || live.count < 1_500 && Bool.random(using: &generator) {
                let slot = records.take()
                records[slot].setID(named("job"))
                live.append((log.append(slot, records[slot].generation, at: wall), slot))
            } else {
                let gone = live.remove(at: Int.random(in: 0..<live.count, using: &generator))
                records.giveBack(gone.slot)
                log.noteRemoval(of: records)
            }
            guard round % 1_000 == 999 else { continue }
            let entries = (0..<log.count).map { log[$0] }.filter { records.isLive($0.slot, $0.generation) }
            #expect(entries.map(\.key) == live.map(\.key))
            #expect(log.count < live.count * 3 + 1_000)
            let middle = live[live.count / 2].key
            #expect(log[log.position(of: middle)].key == middle)
        }
    }
}
