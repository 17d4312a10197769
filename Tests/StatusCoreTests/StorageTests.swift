import Testing

@testable import StatusCore

@Suite("The keyed hash")
struct KeyedHashTests {
    private let seed = HashSeed(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)

    private func words(_ count: UInt8) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: 8)
        words.withUnsafeMutableBytes { $0.copyBytes(from: 0..<count) }
        return words
    }

    @Test("Its secrets are drawn by SipHash: the example of the paper's appendix, and an empty text")
    func paper() {
        #expect(SipHash.digest(seed, words(15), count: 15) == 0xa129_ca61_49be_45e5)
        #expect(SipHash.digest(seed, words(0), count: 0) == 0x726f_db47_dd0e_0e31)
    }

    @Test("Ids that differ in one character anywhere have hashes that agree in no more bits than chance gives")
    func spread() {
        let hash = KeyedHash(seed: .random())
        for length in [1, 8, 13, 16, 17, 26, 36, 64] {
            var same = 0
            var pairs = 0
            let id = named(String(repeating: "k", count: length))
            for place in 0..<length {
                for other in "abcdefgh" {
                    var characters = [Character](repeating: "k", count: length)
                    characters[place] = other
                    same += 64 - (hash(id, of: .sole) ^ hash(named(String(characters)), of: .sole)).nonzeroBitCount
                    pairs += 1
                }
            }
            // Five standard deviations around the half; neighbours of one id are pairwise independent.
            let slack = 5 * (Double(pairs * 64)).squareRoot() / 2 * 4
            #expect(abs(Double(same) - Double(pairs * 32)) < slack, "\(length): \(same) of \(pairs * 64)")
        }
    }

    @Test("The length counts, and a full buffer is taken whole")
    func lengths() {
        let hash = KeyedHash(seed: seed)
        let hashes = (1...64).map { hash(named(String(repeating: "0", count: $0)), of: .sole) }
        #expect(Set(hashes).count == 64)
        #expect(hash(named("a"), of: .sole) != KeyedHash(seed: .random())(named("a"), of: .sole))
    }

    @Test("Tenants count: the same id of two has two hashes")
    func tenants() {
        let hash = KeyedHash(seed: seed)
        #expect(Set((0..<100).map { hash(named("job"), of: TenantID($0)) }).count == 100)
    }
}

@Suite("Records")
struct RecordTests {
    @Test("A record takes two cache lines, and an update touches the first alone")
    func layout() {
        #expect(MemoryLayout<JobRecord>.size == 128)
        #expect(MemoryLayout<JobRecord>.offset(of: \.idLength)! < 64)
        #expect(MemoryLayout<JobRecord>.offset(of: \.shortID)! == 64)
        #expect(RecordStore.readLayout.allSatisfy { $0.assumed == $0.actual }, "\(RecordStore.readLayout)")
        #expect(RecordStore.layout.allSatisfy { $0.assumed == $0.actual }, "\(RecordStore.layout)")
        #expect(MemoryLayout<JobDetail>.size <= JobDetail.cellSize && MemoryLayout<JobDetail>.size % 8 == 0)
    }

    @Test("What is packed into a record comes out again")
    func packing() {
        var record = JobRecord()
        for state in JobState.allCases {
            for answer in [WorkerAnswer.pending, .received, .stopped, .refused] {
                record.state = state
                record.worker = answer
                record.pace = Pace(rate: 1.5, position: 77, sampledAt: .max, samples: 5)
                #expect(record.state == state && record.worker == answer)
                #expect(record.pace == Pace(rate: 1.5, position: 77, sampledAt: .max, samples: 5))
            }
        }
        record.flags = [.stalled, .watched]
        for ending in [JobState.completed, .failed, .cancelled, nil] {
            record.ending = ending
            #expect(record.ending == ending && record.flags.isSuperset(of: [.stalled, .watched]))
        }
        #expect(record.flags == [.stalled, .watched])
    }

    @Test("Times keep 48 bits of milliseconds", arguments: [0, 1, 1_800_000_000_000, 1 << 48 - 1] as [Int64])
    func times(milliseconds: Int64) {
        #expect(WallTime(milliseconds).milliseconds == milliseconds)
        #expect(WallTime(-5).milliseconds == 0)
    }

    @Test("A slot that is used again has another generation")
    func generations() {
        var records = TestRecords()
        let slot = records.take("a")
        let generation = records.store[slot].generation
        let isLive = records.store.isLive(slot, generation)
        records.store.giveBack(slot)
        let isLiveAfterwards = records.store.isLive(slot, generation)
        #expect(isLive && !isLiveAfterwards)
        let again = records.take("b")
        let isMistaken = records.store.isLive(slot, generation)
        #expect(again == slot && !isMistaken)
    }

    @Test("A slot beyond the address space is a fault of the program")
    func unusedSlot() async {
        await #expect(processExitsWith: .failure) {
            let records = TestRecords()
            _ = records.store[Slot(1 << 30)].version
        }
    }

    @Test("The creation log sweeps out what is gone and keeps the order", arguments: seeds)
    func creationLog(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var records = TestRecords()
        var log = CreationLog()
        var live: [(key: UInt64, slot: Slot)] = []
        var wall: Int64 = 1_000
        for round in 0..<20_000 {
            wall += Int64.random(in: -2...4, using: &generator)
            if live.count < 500 || live.count < 1_500 && Bool.random(using: &generator) {
                let slot = records.take()
                live.append((log.append(slot, records.store[slot].generation, at: wall), slot))
            } else {
                let gone = live.remove(at: Int.random(in: 0..<live.count, using: &generator))
                records.store.giveBack(gone.slot)
                log.noteRemoval(of: records.store)
            }
            guard round % 1_000 == 999 else { continue }
            let entries = (0..<log.count).map { log[$0] }.filter { records.store.isLive($0.slot, $0.generation) }
            #expect(entries.map(\.key) == live.map(\.key))
            #expect(log.count < live.count * 3 + 1_000)
            let middle = live[live.count / 2].key
            #expect(log[log.position(of: middle)].key == middle)
        }
    }
}
