import Foundation
import Testing

@testable import JobStore

@Suite("The file of the service that came before", .tags(.unit006))
struct LegacyFileTests {
    private let scratch: Scratch
    /// 2026-01-01T00:00:00Z.
    private let newYear: Int64 = 1_767_225_600_000
    private let day: Int64 = 86_400_000

    init() throws { scratch = try Scratch() }

    /// The file that `statements` make, read.
    private func read(_ statements: String) throws -> (rows: Int, jobs: [LegacyJob]) {
        let path = scratch.path + "/legacy.db"
        do {
            let connection = try Connection(path)
            try connection.run(statements)
        }
        let file = try LegacyFile(path)
        var jobs: [LegacyJob] = []
        try file.forEachJob { jobs.append($0) }
        return (try file.countRows(), jobs)
    }

    private static let first = """
        CREATE TABLE job_status (id TEXT PRIMARY KEY, jobId TEXT, status TEXT, createdAt TEXT, updatedAt TEXT);
        INSERT INTO job_status VALUES ('1', 'a', 'queued', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.500Z');
        """

    @Test("The first generation: no progress, and a life of 24 hours")
    func firstGeneration() throws {
        let job = try #require(try read(Self.first).jobs.first)
        #expect(job.taskID == "a" && job.state == "queued" && job.progress == 0 && job.retries == 0)
        #expect(job.createdAt == 1_767_225_600_000 && job.updatedAt == 1_767_225_601_500)
        #expect(job.expiresAt == newYear + day)
        #expect(job.errorMessage == nil && job.result == nil && job.step == nil && !job.hasUnknownTime)
    }

    @Test("The second generation: retries, errors and results")
    func secondGeneration() throws {
        let job = try #require(
            try read(
                """
                CREATE TABLE job_status (id TEXT PRIMARY KEY, jobId TEXT, status TEXT, createdAt TEXT, updatedAt TEXT,
                    retryCount INTEGER, errorMessage TEXT, result TEXT);
                INSERT INTO job_status VALUES ('1', 'a', 'failed', '2026-01-01T01:00:00+01:00', '2026-01-01 00:00:00',
                    2, 'no room', '{"a":1}');
                """
            ).jobs.first
        )
        #expect(job.retries == 2 && job.errorMessage == "no room" && job.result == #"{"a":1}"#)
        #expect(job.createdAt == job.updatedAt && job.createdAt == 1_767_225_600_000)
    }

    @Test("The third generation: progress, steps and an end")
    func thirdGeneration() throws {
        let job = try #require(
            try read(
                """
                CREATE TABLE job_status (id TEXT PRIMARY KEY, jobId TEXT, status TEXT, createdAt TEXT, updatedAt TEXT,
                    retryCount INTEGER, errorMessage TEXT, result TEXT, progress REAL, currentStep TEXT,
                    totalSteps INTEGER, expiresAt TEXT);
                INSERT INTO job_status VALUES ('1', 'a', 'processing', '2026-01-01T00:00:00.000Z', 'yesterday',
                    0, NULL, NULL, 37.5, 'Cleaning', 4, '2026-01-03T00:00:00.000Z');
                """
            ).jobs.first
        )
        #expect(job.progress == 37.5 && job.step == "Cleaning" && job.totalSteps == 4)
        #expect(job.expiresAt == newYear + 2 * day)
        #expect(job.updatedAt == nil && job.hasUnknownTime)
    }

    @Test("Of several rows of a job the newest counts, and jobs come in the order of creation")
    func duplicates() throws {
        let read = try read(
            Self.first + """
                INSERT INTO job_status VALUES
                    ('2', 'a', 'completed', '2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.001Z'),
                    ('3', 'a', 'failed', '2025-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'),
                    ('4', 'b', 'queued', '2025-06-01T00:00:00.000Z', '2025-06-01T00:00:00.000Z');
                """
        )
        #expect(read.rows == 4)
        #expect(read.jobs.map(\.taskID) == ["b", "a"] && read.jobs.map(\.state) == ["queued", "completed"])
    }

    @Test("A table of results comes before the column, with its own end")
    func resultTable() throws {
        let jobs = try read(
            """
            CREATE TABLE job_status (id TEXT PRIMARY KEY, jobId TEXT, status TEXT, createdAt TEXT, updatedAt TEXT,
                result TEXT);
            CREATE TABLE job_results (id TEXT, jobId TEXT UNIQUE, result TEXT NOT NULL, createdAt TEXT, expiresAt TEXT,
                size INTEGER);
            INSERT INTO job_status VALUES
                ('1', 'a', 'completed', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '1'),
                ('2', 'b', 'completed', '2026-01-01T00:00:01.000Z', '2026-01-01T00:00:00.000Z', '2');
            INSERT INTO job_results VALUES ('x', 'a', '[1]', '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', 3);
            """
        ).jobs
        #expect(jobs.map(\.result) == ["[1]", "2"])
        #expect(jobs.map(\.resultExpiresAt) == [newYear + day, nil])
    }

    @Test("A file with a write-ahead log that nobody has open is left without one")
    func closedLog() throws {
        let folder = scratch.path + "/100 %? #ä"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let path = folder + "/legacy.db"
        do {
            let connection = try Connection(path)
            try connection.run("PRAGMA journal_mode = WAL; " + Self.first)
        }
        #expect(try LegacyFile(path).countRows() == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["legacy.db"])
    }

    @Test("It is not changed, and what is none is refused")
    func untouched() throws {
        _ = try read(Self.first)
        let readOnly = try Connection(scratch.path + "/legacy.db", isReadOnly: true)
        #expect(throws: DatabaseFailure.self) { try readOnly.run("DELETE FROM job_status") }
        #expect(throws: DatabaseFailure.self) { try LegacyFile(scratch.path + "/absent.db") }
        let other = try Connection(scratch.path + "/other.db")
        try other.run("CREATE TABLE job_status (id TEXT, status TEXT)")
        do {
            _ = try LegacyFile(scratch.path + "/other.db")
            Issue.record("taken for a legacy file")
        } catch {
            #expect(error.description.contains("createdAt, jobId, updatedAt"))
        }
    }
}
