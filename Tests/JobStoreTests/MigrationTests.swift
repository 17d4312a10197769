import Foundation
import StatusCore
import Testing

@testable import JobStore

/// A database of every version that ever was, read and written by this one.
@Suite("Databases of earlier versions", .tags(.unit006))
struct MigrationTests {
    private static let versions = Array(1...Migrations.steps.count)
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A copy of the database of that version, opened.
    private func store(_ version: Int) throws -> SQLiteJobStore {
        let source = Self.folder.appending(path: "version-\(version).db")
        try FileManager.default.copyItem(at: source, to: URL(fileURLWithPath: scratch.database))
        // The copy is one of that version.
        do {
            let connection = try Connection(scratch.database, isReadOnly: true)
            #expect(try connection.integer("PRAGMA user_version") == Int64(version))
        }
        return try scratch.store()
    }

    private func jobs(_ store: SQLiteJobStore) throws -> [JobImage] {
        var jobs: [JobImage] = []
        let skipped = try store.loadJobs {
            jobs.append($0)
            return true
        }
        #expect(skipped == 0)
        return jobs
    }

    private func results(_ store: SQLiteJobStore) throws -> [StoredResultRow] {
        var rows: [StoredResultRow] = []
        try store.loadResults { rows.append($0) }
        return rows
    }

    @Test("All that it holds is read", arguments: versions)
    func read(version: Int) throws {
        let store = try store(version)
        #expect(try jobs(store) == FixtureContents.jobs)
        var tombstones: [StoredTombstone] = []
        try store.loadTombstones { tombstones.append($0) }
        #expect(tombstones == FixtureContents.tombstones)
        var producers: [StoredProducer] = []
        try store.loadProducers { producers.append($0) }
        #expect(producers == FixtureContents.producers)
        #expect(try results(store) == (version < 2 ? [] : FixtureContents.results))
        #expect(store.highestVersion == 17)
    }

    @Test("It can be written, and has the schema of a new one afterwards", arguments: versions)
    func write(version: Int) throws {
        var changed = FixtureContents.jobs[1]
        changed.state = .completed
        changed.progress = .complete
        changed.version = 18
        changed.endedAt = changed.updatedAt
        let added = try JobImage.bare("added", createdAt: FixtureContents.start + 99)
        var result = FixtureContents.results[0]
        result.id = 2
        do {
            let store = try store(version)
            var batch = CommitBatch()
            batch.jobs = [changed, added]
            batch.results = [result]
            batch.expired = [StoredTombstone(id: try .named("queued"), expiredAt: FixtureContents.start)]
            try store.commit(batch)
        }
        let store = try scratch.store()
        #expect(try jobs(store) == [changed] + FixtureContents.jobs[2...] + [added])
        #expect(try results(store).last == result)
        #expect(store.highestVersion == 18)
        let fresh = try Scratch()
        #expect(try schema(store) == schema(try fresh.store()))
    }

    /// The statements that would make the database, each with the name of what it makes.
    private func schema(_ store: SQLiteJobStore) throws -> [String] {
        let statement = try store.connection.prepare(
            "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name"
        )
        var lines: [String] = []
        while try statement.step() { lines.append(statement.text(0)) }
        return lines + [try store.connection.text("PRAGMA auto_vacuum") ?? ""]
    }
}
