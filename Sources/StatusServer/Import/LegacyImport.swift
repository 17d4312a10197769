import JSON
import JobStore
import ResultStore
import StatusCore

/// Brings the jobs of the service that Telltale stands in for into a data folder, before a server uses it.
///
/// It may be run again, with the same file or a later one: a job that is there as new as in the file stays as it is,
/// one that is newer in the file is brought up to date.
public struct LegacyImport {
    private let file: LegacyFile
    private let folder: String
    private let isDryRun: Bool
    private let keepsTrustTokens: Bool
    private let now: Int64

    private var report = LegacyReport()
    private var batch = CommitBatch()
    private var results: ResultStore?
    /// Results that are no job's any more once the batch is on disk.
    private var replaced: [UInt64] = []

    /// - Parameters:
    ///   - path: the SQLite file, which is not changed.
    ///   - folder: what `telltale serve --data-dir` will be given.
    ///   - isDryRun: nothing is written; only the report is made.
    ///   - keepsTrustTokens: members named `trustToken` stay in results; otherwise they are removed at every depth, as
    ///     that service did when it answered.
    /// - Throws: ``ServerError/cannotKeepJobs(reason:)`` where the file cannot be read, or is not of that service.
    public init(of path: String, into folder: String, isDryRun: Bool, keepsTrustTokens: Bool) throws {
        do throws(DatabaseFailure) {
            file = try LegacyFile(path)
        } catch {
            throw ServerError.cannotKeepJobs(reason: "\(error)")
        }
        self.folder = folder
        self.isDryRun = isDryRun
        self.keepsTrustTokens = keepsTrustTokens
        now = ServerClock().now().wall
    }

    /// Does it.
    ///
    /// - Throws: ``ServerError/cannotKeepJobs(reason:)`` where the folder is in use or cannot be written. What was
    ///   written until then stays, and the next run goes on from there.
    public mutating func run() throws -> LegacyReport {
        let store = try isDryRun ? nil : open()
        do throws(DatabaseFailure) {
            let known = try StoredNames(reading: folder + "/telltale.db")
            report.rows = try file.countRows()
            var jobs = 0
            try file.forEachJob { (job) throws(DatabaseFailure) in
                jobs += 1
                take(job, known)
                if batch.jobs.count + batch.expired.count >= Limits.jobsPerCommit { try write(to: store) }
            }
            try write(to: store)
            report.duplicates = report.rows - jobs
        } catch {
            throw ServerError.cannotKeepJobs(reason: "\(error)")
        }
        return report
    }

    private mutating func open() throws -> SQLiteJobStore {
        var configuration = ServerConfiguration(eventLoopThreads: 1)
        configuration.dataFolder = folder
        guard let store = try TelltaleServer.openStore(configuration) as? SQLiteJobStore else {
            throw ServerError.cannotKeepJobs(reason: "no data folder")
        }
        let results = try TelltaleServer.openResults(configuration)
        do throws(DatabaseFailure) {
            // So that no number is given twice.
            try store.loadResults { _ = results.restore($0.record) }
        } catch {
            throw ServerError.cannotKeepJobs(reason: "\(error)")
        }
        self.results = results
        return store
    }

    private mutating func write(to store: SQLiteJobStore?) throws(DatabaseFailure) {
        defer {
            batch = CommitBatch()
            replaced = []
        }
        guard let store else { return }
        batch.removedResults = replaced
        try store.commit(batch)
        for id in replaced {
            results?.remove(id)
            results?.removeFile(of: id)
        }
        // They are on disk; nobody reads them here.
        for row in batch.results { results?.remove(row.id) }
    }

    private mutating func take(_ job: LegacyJob, _ known: StoredNames) {
        guard var reading = LegacyReading(job, at: now) else {
            return report.skipped.append(.init(taskID: job.taskID, text: "not an id that the routes take"))
        }
        let id = reading.image.submission.id
        let stored = known.jobs[id]
        let isOver = reading.image.expiresAt <= now
        if !isOver, !reading.image.state.isTerminal { report.stuck.append(job.taskID) }
        // A row whose times nobody can read is no newer than anything.
        let isDated = job.updatedAt != nil || job.createdAt != nil
        if known.tombstones.contains(id)
            || stored.map({ !isDated || $0.updatedAt >= reading.image.updatedAt }) ?? false
        {
            report.unchanged += 1
            return
        }
        if isOver {
            // One that is there expires by itself.
            if stored != nil { report.unchanged += 1 } else { report.expired += 1 }
            if stored == nil { batch.expired.append(StoredTombstone(id: id, expiredAt: now)) }
            return
        }
        takeResult(of: job, into: &reading)
        if let stored {
            reading.image.version = stored.version + 1
            if reading.image.result == .none {
                // What there was is better than nothing.
                reading.image.result = stored.result
                if stored.result != .none, reading.image.state == .completed {
                    reading.image.resultAt = reading.image.updatedAt
                }
            } else if stored.result != .none {
                replaced.append(stored.result.rawValue)
            }
            report.updated += 1
        } else {
            report.imported += 1
        }
        report.oddities += reading.oddities.map { .init(taskID: job.taskID, text: $0) }
        batch.jobs.append(reading.image)
    }

    private mutating func takeResult(of job: LegacyJob, into reading: inout LegacyReading) {
        guard let text = job.result, !text.isEmpty else { return }
        guard reading.image.state == .completed else {
            return reading.oddities.append("the result is left out: the job is not completed")
        }
        if let end = job.resultExpiresAt, end <= now {
            report.expiredResults += 1
            return
        }
        var bytes = Array(text.utf8)
        var validator = JSONValidator()
        let isJSON = validator.feed(bytes) == nil && validator.finish() == nil
        if !isJSON, !keepsTrustTokens, text.contains("trustToken") {
            return reading.oddities.append("the result is left out: it is no JSON, and names trustToken")
        }
        if !isJSON {
            reading.oddities.append("the result is no JSON, imported as text")
        } else if !keepsTrustTokens {
            let pruned = JSONPruner.prune(bytes, of: "trustToken")
            report.trustTokens += pruned.removed
            if pruned.removed > 0 { bytes = pruned.text }
        }
        report.results += 1
        guard let results else { return }
        let description = ResultDescription(
            mediaType: isJSON ? "application/json" : "text/plain; charset=utf-8",
            isJSON: isJSON
        )
        do throws(ResultFailure) {
            let writer = results.begin(description)
            if let failure = bytes.withUnsafeBytes({ writer.append($0) }) { throw failure }
            let stored = try writer.finish(at: reading.image.updatedAt)
            batch.results.append(StoredResultRow(stored.record))
            reading.image.result = ResultID(stored.id)
            reading.image.resultAt = reading.image.updatedAt
        } catch {
            report.results -= 1
            reading.oddities.append("the result cannot be stored: \(error)")
        }
    }
}
