public import StatusCore

/// A store that ends with the process: for tests, and for comparison. It keeps what it is given as a database would.
/// For one thread at a time.
public final class MemoryJobStore: JobStoring {
    private struct Name: Hashable {
        let id: TaskID
        let tenant: TenantID
    }

    private struct Producer: Hashable {
        let name: String
        let tenant: TenantID
    }

    private var jobs: [Name: (number: Int, image: JobImage)] = [:]
    private var tombstones: [StoredTombstone] = []
    private var producers: [Producer: StoredProducer] = [:]
    private var results: [UInt64: StoredResultRow] = [:]
    private var nextNumber = 1
    public private(set) var highestVersion: UInt64 = 0
    /// Thrown by every commit from now on, where there is one: a disk that fails.
    public var failure: DatabaseFailure?

    public init() {}

    public func loadJobs(_ receive: (JobImage) -> Bool) -> Int {
        for entry in jobs.values.sorted(by: { $0.number < $1.number }) {
            if !receive(entry.image) { break }
        }
        return 0
    }

    public func loadTombstones(_ receive: (StoredTombstone) -> Void) {
        tombstones.forEach(receive)
    }

    public func loadProducers(_ receive: (StoredProducer) -> Void) {
        producers.values.sorted { $0.heardAt < $1.heardAt }.forEach(receive)
    }

    public func loadResults(_ receive: (StoredResultRow) -> Void) {
        results.values.sorted { $0.id < $1.id }.forEach(receive)
    }

    public func commit(_ batch: CommitBatch) throws(DatabaseFailure) {
        if let failure { throw failure }
        for stone in batch.expired { jobs[Name(id: stone.id, tenant: stone.tenant)] = nil }
        tombstones += batch.expired
        for image in batch.jobs {
            let name = Name(id: image.submission.id, tenant: image.submission.tenant)
            if let entry = jobs[name] {
                jobs[name] = (entry.number, image)
            } else {
                jobs[name] = (nextNumber, image)
                nextNumber += 1
            }
            highestVersion = max(highestVersion, image.version)
        }
        for row in batch.results { results[row.id] = row }
        for id in batch.removedResults { results[id] = nil }
        for producer in batch.producers {
            producers[Producer(name: producer.name, tenant: producer.tenant)] = producer
        }
        if let moment = batch.forgetProducersBefore { producers = producers.filter { $0.value.heardAt >= moment } }
        if let moment = batch.giveUpTombstonesBefore { tombstones.removeAll { $0.expiredAt < moment } }
        if let limit = batch.tombstoneLimit, tombstones.count > limit {
            tombstones.removeFirst(tombstones.count - limit)
        }
    }

    public func giveSpaceBack() -> Bool { true }
}
