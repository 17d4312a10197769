import StatusCore
import Testing

@testable import JobStore

/// What a store kept, put back into a table.
@Suite struct RestoreTests {
    private let now = Instant(wall: 1_700_000_100_000, monotonic: 5_000)

    private func table(publication: JobTable.Publication = .atOnce) -> JobTable {
        var configuration = JobTable.Configuration()
        configuration.stripes = 4
        configuration.maximumJobs = 10_000
        configuration.maximumBytes = 64 << 20
        configuration.maximumTombstones = 64
        configuration.publication = publication
        return JobTable(configuration: configuration)
    }

    private func image(_ name: String, in table: JobTable, at now: Instant) throws -> JobImage {
        let snapshot = JobSnapshot()
        guard case .found = table.read(try .named(name), at: now, into: snapshot) else {
            throw Missing(name: name)
        }
        return snapshot.image
    }

    private struct Missing: Error { let name: String }

    @discardableResult
    private func put(_ image: JobImage, into table: JobTable) throws -> JobReference {
        guard case .restored(let reference) = table.restore(image, at: now) else {
            throw Missing(name: image.submission.id.description)
        }
        return reference
    }

    @Test("a job comes back as it was", arguments: UInt64(1)...20)
    func roundTrip(seed: UInt64) throws {
        let table = table()
        var random = SplitMix(seed: seed)
        for index in 0..<200 {
            var image = try JobImage.any("job-\(index)", using: &random)
            image.submission.tenant = .sole
            image.submission.idempotencyKey?.append(UInt8(index))
            // Only a job that somebody works at is bound, and has its patience to lose.
            if image.state != .processing || image.isStalled { image.isBound = false }
            if let stall = image.submission.stall, stall <= 30 { image.isBound = false }
            if image.expiresAt <= now.wall {
                #expect(table.restore(image, at: now) == .over)
                continue
            }
            guard case .restored = table.restore(image, at: now) else {
                Issue.record("seed \(seed), job \(index): \(table.restore(image, at: now))")
                continue
            }
            #expect(try self.image("job-\(index)", in: table, at: now) == image, "seed \(seed), job \(index)")
        }
    }

    @Test func aJobThatABoundWorkerLeftStallsThirtySecondsAfterTheStart() throws {
        let table = table()
        var image = try JobImage.bare("a", createdAt: now.wall - 3_600_000)
        image.state = .processing
        image.startedAt = image.createdAt
        image.isBound = true
        try put(image, into: table)
        var later = Instant(wall: now.wall + 29_000, monotonic: now.monotonic + 29_000)
        while !table.advance(to: later, limit: 100, { _ in }) {}
        #expect(try !self.image("a", in: table, at: later).isStalled)
        later = Instant(wall: now.wall + 30_100, monotonic: now.monotonic + 30_100)
        while !table.advance(to: later, limit: 100, { _ in }) {}
        #expect(try self.image("a", in: table, at: later).isStalled)
    }

    @Test func aJobThatNobodyHadBoundDoesNotStall() throws {
        let table = table()
        var image = try JobImage.bare("a", createdAt: now.wall - 1_000)
        image.state = .processing
        image.startedAt = image.createdAt
        try put(image, into: table)
        let later = Instant(wall: now.wall + 80_000, monotonic: now.monotonic + 80_000)
        while !table.advance(to: later, limit: 100, { _ in }) {}
        #expect(try !self.image("a", in: table, at: later).isStalled)
    }

    @Test func aTombstoneSaysWhenItsJobExpired() throws {
        let table = table()
        table.restoreTombstone(try .named("gone"), expiredAt: now.wall - 10)
        #expect(table.find(try .named("gone"), at: now) == .expired(at: now.wall - 10))
        #expect(table.find(try .named("never"), at: now) == .unknown)
    }

    @Test func anIdempotencyKeyFindsItsJobAgain() throws {
        let table = table()
        var image = try JobImage.bare("a", createdAt: now.wall - 10)
        image.submission.idempotencyKey = Array("key".utf8)
        let reference = try put(image, into: table)
        var again = image.submission
        again.id = try .named("another")
        #expect(table.submit(again, at: now) == .existing(reference))
    }

    @Test func restoredJobsAreListedNewestFirst() throws {
        let table = table()
        for index in 0..<50 {
            let image = try JobImage.bare("job-\(index)", createdAt: now.wall - 1_000 + Int64(index))
            try put(image, into: table)
        }
        #expect(table.counts().queued == 50)
        var names: [String] = []
        _ = table.list(ListFilter(), after: nil, limit: 100, at: now) { names.append($0.id.description) }
        #expect(names == (0..<50).reversed().map { "job-\($0)" })
    }

    @Test func whatContradictsItselfIsRefused() throws {
        let table = table()
        let good = try JobImage.bare("a", createdAt: now.wall)
        var image = good
        image.version = 0
        #expect(table.restore(image, at: now) == .malformed)
        image = good
        image.state = .completed
        #expect(table.restore(image, at: now) == .malformed)
        image = good
        image.isRemoved = true
        #expect(table.restore(image, at: now) == .malformed)
        image = good
        image.note = String(repeating: "x", count: 1_025)
        #expect(table.restore(image, at: now) == .malformed)
        try put(good, into: table)
        #expect(table.restore(good, at: now) == .occupied)
    }

    @Test func anEndThatReadersDoNotSeeYetIsInTheImageAndIsSeenAfterTheRestart() throws {
        let table = table(publication: .byCommitter)
        _ = table.submit(Submission(id: try .named("a")), at: now)
        let (_, outcome) = table.apply(.complete(attempt: 0), to: try .named("a"), at: now)
        #expect(outcome.isSettling)
        let before = JobSnapshot()
        let found = table.read(try .named("a"), at: now, into: before)
        guard case .found(let reference) = found else { throw Missing(name: "a") }
        #expect(before.state == .queued)
        let kept = before.image
        #expect(kept.state == .completed && kept.progress == .complete)
        // Publishing makes of the job what was kept.
        #expect(table.publish(reference, at: now))
        #expect(try image("a", in: table, at: now) == kept)
        let other = self.table()
        try put(kept, into: other)
        #expect(try image("a", in: other, at: now) == kept)
    }
}
