import Foundation
import StatusCore
import Testing

@testable import JobStore

@Suite struct OpeningTests {
    @Test func commitsAreForcedToTheDisk() throws {
        let store = try Scratch().store()
        #expect(try store.connection.text("PRAGMA journal_mode") == "wal")
        #expect(try store.connection.integer("PRAGMA synchronous") == 2)
        #expect(try store.connection.integer("PRAGMA auto_vacuum") == 2)
        #expect(try store.connection.integer("PRAGMA user_version") == Int64(Migrations.steps.count))
    }

    @Test func aDatabaseOfANewerServerIsLeftAlone() throws {
        let scratch = try Scratch()
        try scratch.store().connection.run("PRAGMA user_version = 99")
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        let expected = StoreFailure.newer(path: scratch.database, found: 99, known: Int64(Migrations.steps.count))
        #expect(throws: expected) { try scratch.store() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == before)
        #expect("\(expected)".contains("schema version 99"))
    }

    @Test func aDatabaseOfAnotherProgramIsLeftAlone() throws {
        let scratch = try Scratch()
        try Connection(scratch.database).run("CREATE TABLE things (x)")
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        #expect(throws: StoreFailure.foreign(path: scratch.database)) { try scratch.store() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == before)
    }

    @Test func aFileThatIsNoDatabaseIsSaidToBeDamaged() throws {
        let scratch = try Scratch()
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: scratch.database))
        #expect { try scratch.store() } throws: { error in
            guard case .database(let failure) = error as? StoreFailure else { return false }
            return failure.kind == .damaged
        }
    }

    @Test func aFolderBelongsToOneServerAtATime() throws {
        let scratch = try Scratch()
        do {
            let folder = try DataFolder(scratch.path + "/data/")
            #expect(folder.path == scratch.path + "/data")
            #expect(throws: StoreFailure.inUse(folder: folder.path, process: getpid())) {
                _ = try DataFolder(scratch.path + "/data")
            }
            withExtendedLifetime(folder) {}
        }
        _ = try DataFolder(scratch.path + "/data")
    }

    @Test func aStoreKeepsItsFolder() throws {
        let scratch = try Scratch()
        let store = try SQLiteJobStore(DataFolder(scratch.path))
        #expect(throws: StoreFailure.self) { _ = try DataFolder(scratch.path) }
        try store.commit([.bare("a")])
    }

    @Test func aFolderThatCannotBeMadeIsNamed() {
        #expect(throws: StoreFailure.folder("/proc/no/such", code: ENOENT)) { _ = try DataFolder("/proc/no/such") }
    }

    @Test func spaceIsGivenBack() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        var random = SplitMix(seed: 1)
        try store.commit((0..<2_000).map { try .any("job-\($0)", using: &random) })
        var batch = CommitBatch()
        _ = try store.loadJobs {
            batch.expired.append(StoredTombstone(id: $0.submission.id, tenant: $0.submission.tenant, expiredAt: 1))
            return true
        }
        try store.commit(batch)
        batch = CommitBatch()
        batch.tombstoneLimit = 0
        try store.commit(batch)
        let before = try #require(try store.connection.integer("PRAGMA page_count"))
        while try !store.giveSpaceBack() {}
        let after = try #require(try store.connection.integer("PRAGMA page_count"))
        #expect(after * 4 < before)
    }

    @Test func peopleCanReadTheOverview() throws {
        let store = try Scratch().store()
        var image = try JobImage.bare("a", createdAt: 1_700_000_000_123)
        image.progress = try #require(BasisPoints(1_250))
        try store.commit([image])
        let row = try store.connection.text("SELECT task_id || ' ' || percent || ' ' || created FROM job_overview")
        #expect(row == "a 12.5 2023-11-14T22:13:20.123Z")
    }
}
