import StatusCore
import Testing

@testable import JobStore

@Suite struct CommitTests {
    @Test("every field of a job comes back as it went in", arguments: UInt64(1)...20)
    func everyField(seed: UInt64) throws {
        let scratch = try Scratch()
        var random = SplitMix(seed: seed)
        let images = try (0..<100).map { try JobImage.any("job-\($0)", using: &random) }
        var batch = CommitBatch()
        batch.jobs = images
        try scratch.store().commit(batch)
        #expect(try scratch.store().jobs() == images, "seed \(seed)")
    }

    @Test func aJobThatIsWrittenAgainKeepsItsPlaceInTheOrder() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        for name in ["a", "b", "c"] { try store.commit([.bare(name)]) }
        var again = try JobImage.bare("a")
        again.progress = .complete
        try store.commit([again])
        #expect(try store.jobs() == [again, .bare("b"), .bare("c")])
    }

    @Test func jobsOfDifferentTenantsDoNotMeet() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let one = try JobImage.bare("same")
        var other = one
        other.submission.tenant = TenantID(7)
        other.note = "other"
        try store.commit([one, other])
        #expect(try store.jobs() == [one, other])
    }

    @Test func anExpiredJobLeavesATombstone() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        try store.commit([.bare("stays"), .bare("goes")])
        let stone = StoredTombstone(id: try .named("goes"), expiredAt: 5_000)
        var batch = CommitBatch()
        batch.expired = [stone]
        try store.commit(batch)
        let again = try scratch.store()
        #expect(try again.jobs() == [.bare("stays")])
        #expect(try again.tombstones() == [stone])
    }

    @Test func tombstonesAreGivenUpByAgeAndByNumberTheOldestFirst() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        var batch = CommitBatch()
        batch.expired = try (1...10).map { StoredTombstone(id: try .named("j\($0)"), expiredAt: Int64($0 * 100)) }
        try store.commit(batch)
        batch = CommitBatch()
        batch.giveUpTombstonesBefore = 300
        try store.commit(batch)
        #expect(try store.tombstones().map(\.expiredAt) == (3...10).map { Int64($0 * 100) })
        batch = CommitBatch()
        batch.tombstoneLimit = 3
        try store.commit(batch)
        #expect(try scratch.store().tombstones().map(\.expiredAt) == [800, 900, 1_000])
        batch = CommitBatch()
        batch.giveUpTombstonesBefore = 5_000
        try store.commit(batch)
        #expect(try store.tombstones().isEmpty)
    }

    @Test func producersAreReplacedAndForgotten() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        var first = StoredProducer(name: "a", epoch: 3, named: 2, first: 10, applied: 99, heardAt: 1_000)
        let second = StoredProducer(
            tenant: TenantID(1),
            name: "a",
            epoch: .max,
            named: 0,
            first: 1,
            applied: .max,
            heardAt: 2_000
        )
        var batch = CommitBatch()
        batch.producers = [first, second]
        try store.commit(batch)
        first.applied = 120
        first.heardAt = 3_000
        batch.producers = [first]
        try store.commit(batch)
        #expect(try scratch.store().producers() == [second, first])
        batch = CommitBatch()
        batch.forgetProducersBefore = 2_500
        try store.commit(batch)
        #expect(try scratch.store().producers() == [first])
    }

    @Test func theHighestVersionOutlivesItsJob() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        #expect(store.highestVersion == 0)
        var image = try JobImage.bare("a")
        image.version = 1 << 40
        try store.commit([image])
        var batch = CommitBatch()
        batch.expired = [StoredTombstone(id: try .named("a"), expiredAt: 1)]
        try store.commit(batch)
        #expect(store.highestVersion == 1 << 40)
        #expect(try scratch.store().highestVersion == 1 << 40)
    }

    @Test func aCommitThatFailsLeavesNothingBehindAndMayBeTriedAgain() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let other = try Connection(scratch.database)
        try store.commit([.bare("before")])
        // Nothing can be written while another program writes.
        try store.connection.run("PRAGMA busy_timeout = 1")
        try other.run("BEGIN IMMEDIATE")
        #expect { try store.commit([.bare("a"), .bare("b")]) } throws: { ($0 as? DatabaseFailure)?.kind == .locked }
        #expect(try store.jobs() == [.bare("before")])
        try other.run("COMMIT")
        try store.commit([.bare("a"), .bare("b")])
        #expect(try scratch.store().jobs().count == 3)
    }

    @Test func aRowThatSomebodyMadeUnreadableIsLeftAndCounted() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        try store.commit([.bare("good"), .bare("bad")])
        try store.connection.run("UPDATE jobs SET task_id = 'no such id!' WHERE task_id = 'bad'")
        var images: [JobImage] = []
        let skipped = try store.loadJobs {
            images.append($0)
            return true
        }
        #expect(try skipped == 1 && images == [.bare("good")])
        #expect(try store.connection.integer("SELECT count(*) FROM jobs") == 2)
    }

    @Test("the database and the one in memory say the same", arguments: UInt64(1)...5)
    func model(seed: UInt64) throws {
        let scratch = try Scratch()
        let memory = MemoryJobStore()
        var random = SplitMix(seed: seed)
        for round in 0..<30 {
            var batch = CommitBatch()
            for name in Set((0..<random.below(6)).map { _ in random.below(20) }) {
                batch.jobs.append(try .any("job-\(name)", using: &random))
            }
            for _ in 0..<random.below(3) {
                let id = try TaskID.named("job-\(random.below(20))")
                batch.expired.append(StoredTombstone(id: id, expiredAt: Int64(round * 10)))
            }
            if random.below(4) == 0 { batch.giveUpTombstonesBefore = Int64((round - 5) * 10) }
            if random.below(4) == 0 { batch.tombstoneLimit = random.below(8) }
            // Opened anew each time.
            let store = try scratch.store()
            try store.commit(batch)
            try memory.commit(batch)
            #expect(try store.jobs() == memory.jobs(), "seed \(seed), round \(round)")
            #expect(try store.tombstones() == memory.tombstones(), "seed \(seed), round \(round)")
            #expect(store.highestVersion == memory.highestVersion)
        }
    }
}

extension JobStoring {
    func commit(_ images: [JobImage]) throws {
        var batch = CommitBatch()
        batch.jobs = images
        try commit(batch)
    }

    func jobs() throws -> [JobImage] {
        var images: [JobImage] = []
        let skipped = try loadJobs {
            images.append($0)
            return true
        }
        #expect(skipped == 0)
        return images
    }

    func tombstones() throws -> [StoredTombstone] {
        var stones: [StoredTombstone] = []
        try loadTombstones { stones.append($0) }
        return stones
    }

    func producers() throws -> [StoredProducer] {
        var producers: [StoredProducer] = []
        try loadProducers { producers.append($0) }
        return producers
    }
}
