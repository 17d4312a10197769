import JobStore
import Logging
import ResultStore
import StatusCore

/// Fills the job table from the store, before the server takes requests.
struct Recovery {
    let table: JobTable
    let results: ResultStore
    let streams: StreamDirectory
    let clock: ServerClock
    /// What is to be done with a result that no job names.
    let forget: (ResultID) -> Void
    let logger: Logger

    struct Outcome {
        /// Jobs whose time was over while no server ran, for the store.
        var expired: [StoredTombstone]
        /// The results that the store has.
        var results: Set<UInt64>
    }

    /// Versions that readers saw may have been higher than what is on disk, by what was not written yet. A job would
    /// have to change four billion times within a commit interval to get past this.
    static let versionJump: UInt64 = 1 << 32

    /// - Throws: when the store cannot be read: the server must not go on as if there were nothing.
    func run(from store: any JobStoring) throws(ServerError) -> Outcome {
        let began = clock.now().monotonic
        var count = 0
        var over: [StoredTombstone] = []
        var refused: [String] = []
        var unreadable = 0
        var lost = 0
        var stored: Set<UInt64> = []
        /// Results that no job has named so far.
        var unnamed: Set<UInt64> = []
        var left = 0
        do throws(DatabaseFailure) {
            try store.loadTombstones { table.restoreTombstone($0.id, of: $0.tenant, expiredAt: $0.expiredAt) }
            try store.loadProducers { producer in
                streams.restore(producer, at: clock.now())
            }
            try store.loadResults { row in
                stored.insert(row.id)
                unnamed.insert(row.id)
                if !results.restore(row.record) { lost += 1 }
            }
            unreadable = try store.loadJobs { image in
                var image = image
                image.version += Self.versionJump
                switch table.restore(image, at: clock.now()) {
                case .restored:
                    count += 1
                    unnamed.remove(image.result.rawValue)
                case .over:
                    let submission = image.submission
                    over.append(.init(id: submission.id, tenant: submission.tenant, expiredAt: image.expiresAt))
                case .full:
                    refused.append("there is no room for all jobs: give it a higher --max-jobs and --max-memory")
                    return false
                case .malformed, .occupied: left += 1
                }
                return true
            }
        } catch {
            refused.append("\(error)")
        }
        if let reason = refused.first { throw .cannotReadJobs(reason: reason) }
        // Their time was over while no server ran.
        over.sort { $0.expiredAt < $1.expiredAt }
        for stone in over { table.restoreTombstone(stone.id, of: stone.tenant, expiredAt: stone.expiredAt) }
        left += unreadable
        if left > 0 { logger.warning("rows that are no jobs were left as they are", metadata: ["rows": "\(left)"]) }
        if lost > 0 { logger.error("results were lost: their files are damaged", metadata: ["results": "\(lost)"]) }
        for id in unnamed { forget(ResultID(id)) }
        let orphans = results.removeOrphans()
        if orphans > 0 { logger.info("unfinished results were removed", metadata: ["files": "\(orphans)"]) }
        let took = clock.now().monotonic - began
        logger.info("jobs read from the disk", metadata: ["jobs": "\(count)", "milliseconds": "\(took)"])
        return Outcome(expired: over, results: stored)
    }
}

extension StreamDirectory {
    /// Takes over what is kept of a producer, unless it was heard of too long ago.
    fileprivate func restore(_ producer: StoredProducer, at now: Instant) {
        guard producer.heardAt > now.wall - Limits.producerMemory else { return }
        let key = ProducerKey(tenant: producer.tenant, name: producer.name)
        let record = ProducerRecord(
            epoch: producer.epoch,
            named: producer.named,
            first: producer.first,
            applied: producer.applied
        )
        restore(key, record, at: now)
    }
}
