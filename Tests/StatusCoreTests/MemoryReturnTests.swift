import Glibc
import Testing

@testable import StatusCore

@Suite("Memory that jobs give back")
struct MemoryReturnTests {
    @Test(
        "Jobs with long words give their memory back when they expire, together or one by one",
        arguments: [1, 64],
        [4, 256]
    )
    func afterExpiry(lives: UInt32, stripes: Int) throws {
        let bench = Bench {
            $0.stripes = stripes
            $0.maximumBytes = 256 << 20
            $0.maximumTombstones = 0
        }
        let count = 20_000
        let words = [UInt8](repeating: 0x31, count: 2_048)
        var generator = SeededGenerator(seed: 1)
        for number in 0..<count {
            bench.submit(named("job-\(number)")) {
                $0.metadata = words
                $0.ttl = .random(in: 1...lives, using: &generator)
            }
        }
        let most = bench.table.bytesInUse
        let residentAtMost = bench.table.residentWords
        #expect(most > count * 2_048)
        #expect(residentAtMost > count * 2_048)
        for _ in 0..<lives + 1 { bench.pass(seconds: 1) }
        bench.pass(seconds: 1)
        #expect(bench.table.counts().total == 0)
        // Records stay for other jobs to use: 128 bytes each. Of details, texts and indexes each a spare chunk is kept.
        let records = (count + stripes * 64) * 128 + AddressSpace.chunkSize
        #expect(bench.table.bytesInUse <= records + 5 * AddressSpace.chunkSize, "of \(most) bytes")
        #expect(bench.table.residentWords <= 3 * AddressSpace.chunkSize, "of \(residentAtMost) bytes")
    }

    @Test("Submitting a job again and again, refused or not, leaves no memory behind")
    func nothingPilesUp() {
        let bench = Bench { $0.stripes = 1 }
        let words = [UInt8](repeating: 0x31, count: Limits.metadataLength)
        bench.submit(named("job"))
        for _ in 0..<3 {
            _ = bench.table.submit(Submission(id: named("job"), metadata: words), at: bench.now)
            bench.pass(milliseconds: 100)
        }
        bench.table.withStripe(0) { stripe in
            #expect(stripe.jobs.memory.texts.available <= 126, "one slab in use and a spare one")
        }
    }

    @Test("No cell is taken any more when all jobs have gone, whatever words they had", arguments: seeds)
    func nothingLeaks(seed: UInt64) {
        let bench = Bench()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            let id = named("job-\(Int.random(in: 0..<200, using: &generator))")
            let words = String(repeating: "w", count: .random(in: 0...250, using: &generator))
            let submission = Submission(id: id, metadata: Array(words.utf8), ttl: 60, stall: 1, stallPolicy: .fail)
            Text.with(words) { text in
                switch Int.random(in: 0..<9, using: &generator) {
                case 0, 1, 2: _ = bench.table.submit(submission, at: bench.now)
                case 3: bench.apply(.update(JobUpdate(units: Units(done: 1, total: 2), note: text)), to: id)
                case 4: _ = Text.with("rows") { bench.apply(.update(JobUpdate(unit: $0)), to: id) }
                case 5: bench.apply(.update(JobUpdate(step: StepUpdate(index: 1, total: 2, name: text))), to: id)
                case 6: bench.fail(id, words, code: "io")
                case 7: _ = bench.table.cancel(id, reason: words, at: bench.now)
                default: bench.apply(.retry(attempt: 0), to: id)
                }
            }
            if Int.random(in: 0..<50, using: &generator) == 0 { bench.pass(milliseconds: 700) }
        }
        bench.pass(seconds: 62)
        bench.pass(seconds: 1)
        #expect(bench.table.counts().total == 0)
        for number in 0..<4 {
            bench.table.withStripe(number) { stripe in
                #expect(stripe.jobs.memory.texts.used == 0 && stripe.jobs.memory.details.used == 0, "seed \(seed)")
            }
        }
    }

    @Test("A slot that comes to another stripe has another generation from the very start")
    func generations() throws {
        let bench = Bench { $0.stripes = 1 }
        let reference = try #require(bench.submit(named("job")) { $0.ttl = 1 })
        bench.pass(seconds: 2)
        bench.table.withStripe(0) { stripe in
            guard let (slab, highest) = stripe.jobs.records.takeEmptySlab() else { return }
            stripe.jobs.records.give(slab, above: highest)
            // Whoever copies the old job's record at this moment must not take what comes next for it.
            #expect(stripe.jobs.records[reference.slot].generation != reference.generation)
        }
    }

    @Test("A failure with the longest words, of a newer attempt, finds the room that it was promised")
    func failureOfANewerAttempt() async {
        await #expect(processExitsWith: .success) {
            let bench = Bench { $0.stripes = 1 }
            // One cell, alone in its slab once the other job, of 120 cells, has gone.
            Text.with("rows") { unit in
                bench.submit(named("job"))
                bench.apply(.update(JobUpdate(units: Units(done: 1, total: 2), unit: unit)), to: named("job"))
            }
            bench.submit(named("other")) {
                $0.metadata = [UInt8](repeating: 0x31, count: 7_000)
                $0.ttl = 1
            }
            bench.pass(seconds: 2)
            let text = String(repeating: "x", count: Limits.failureTextLength)
            let code = String(repeating: "y", count: Limits.failureCodeLength)
            precondition(bench.fail(named("job"), attempt: 2, text, code: code).refusal == nil)
            precondition(bench.read(named("job")).string(.failureText) == text)
        }
    }
}

extension JobTable {
    /// Bytes of memory behind the addresses of details and texts.
    fileprivate var residentWords: Int { resident(sources.details) + resident(sources.texts) }

    private func resident(_ source: SlabSource) -> Int {
        let size = source.capacity * source.slabSize
        var pages = [UInt8](repeating: 0, count: size / 4_096)
        precondition(mincore(source.base, size, &pages) == 0, "mincore, error \(errno)")
        return pages.count { $0 & 1 != 0 } * 4_096
    }
}
