internal import Synchronization

/// What a store uses at the moment.
public struct ResultUsage: Sendable, Equatable {
    /// Compressed bytes, in memory and in files, of results that are being written, kept, or still being read.
    public var storedBytes = 0
    /// Of them, those in memory.
    public var memoryBytes = 0
    /// Files that are held open: results on their way, and whole ones in a store that does not keep its files.
    public var files = 0

    /// A store that uses nothing.
    public init() {}
}

/// A store's limits, and how much of them is used.
final class Quota: Sendable {
    private let limit: ResultUsage
    private let used = Mutex(ResultUsage())

    init(limit: ResultUsage) {
        self.limit = limit
    }

    var usage: ResultUsage { used.withLock { $0 } }

    /// Adds `change` to what is used, if it all fits.
    /// - Parameter isForced: it is there already, whatever the limit says now.
    func take(_ change: ResultUsage, isForced: Bool = false) -> Bool {
        used.withLock { used in
            guard
                isForced
                    || (used.storedBytes + change.storedBytes <= limit.storedBytes || change.storedBytes <= 0)
                        && (used.memoryBytes + change.memoryBytes <= limit.memoryBytes || change.memoryBytes <= 0)
                        && (used.files + change.files <= limit.files || change.files <= 0)
            else { return false }
            used.storedBytes += change.storedBytes
            used.memoryBytes += change.memoryBytes
            used.files += change.files
            return true
        }
    }
}

/// One result's share of the quota, given back when its last holder lets go of it: a result that was removed uses its
/// space for as long as someone still reads it.
final class QuotaShare: Sendable {
    private let quota: Quota
    private let share = Mutex(ResultUsage())

    init(of quota: Quota) {
        self.quota = quota
    }

    deinit {
        let share = share.withLock { $0 }
        var change = ResultUsage()
        change.storedBytes = -share.storedBytes
        change.memoryBytes = -share.memoryBytes
        change.files = -share.files
        _ = quota.take(change)
    }

    /// A share of something that is there already, and so has it beyond the limit too.
    init(of quota: Quota, storedBytes: Int, memoryBytes: Int) {
        self.quota = quota
        var usage = ResultUsage()
        usage.storedBytes = storedBytes
        usage.memoryBytes = memoryBytes
        _ = quota.take(usage, isForced: true)
        share.withLock { $0 = usage }
    }

    /// Grows the share by `storedBytes`, of which `memoryBytes` are in memory, and by `files`; false when there is no
    /// room. Negative numbers give back.
    func take(storedBytes: Int = 0, memoryBytes: Int = 0, files: Int = 0) -> Bool {
        var change = ResultUsage()
        change.storedBytes = storedBytes
        change.memoryBytes = memoryBytes
        change.files = files
        return share.withLock { share in
            guard quota.take(change) else { return false }
            share.storedBytes += storedBytes
            share.memoryBytes += memoryBytes
            share.files += files
            return true
        }
    }
}
