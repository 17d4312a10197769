public import StatusCore

/// Where jobs outlive the process: all that a server asks of it.
///
/// One thread at a time uses a store; the calls block.
public protocol JobStoring: AnyObject {
    /// The highest version that any job had which was ever committed; 0 for none. Versions that readers saw may have
    /// been higher by what was not committed yet.
    var highestVersion: UInt64 { get }

    /// Calls `receive` with every job, in the order of creation, until it returns false. Rows that cannot be read as a
    /// job are left where they are, and counted in what is returned.
    func loadJobs(_ receive: (JobImage) -> Bool) throws(DatabaseFailure) -> Int

    /// Calls `receive` with every tombstone, those of jobs that expired first coming first.
    func loadTombstones(_ receive: (StoredTombstone) -> Void) throws(DatabaseFailure)

    /// Calls `receive` with every producer, the one heard of last coming last.
    func loadProducers(_ receive: (StoredProducer) -> Void) throws(DatabaseFailure)

    /// Calls `receive` with every result.
    func loadResults(_ receive: (StoredResultRow) -> Void) throws(DatabaseFailure)

    /// Makes a batch durable: when this returns, it is on disk and survives the loss of power; when it throws, nothing
    /// of it is there, and it may be tried again.
    func commit(_ batch: CommitBatch) throws(DatabaseFailure)

    /// Gives some of the space back that is not used any more, where that is worth it; a bounded piece at a time.
    /// Returns true when there is no more of it.
    func giveSpaceBack() throws(DatabaseFailure) -> Bool
}
