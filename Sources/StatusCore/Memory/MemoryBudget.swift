internal import Synchronization

/// How much memory a table may take from the system, over all its parts, and who has to stop first.
///
/// Counted in the chunks of 2 MiB in which address space is given memory. When it runs short, purposes are turned
/// away in their declared order: ``Purpose/newWork`` first, so that what is there can go on.
internal final class MemoryBudget: Sendable {
    /// What memory is wanted for, the one to be turned away first, first.
    internal enum Purpose {
        /// A job that does not exist yet.
        case newWork
        /// The words of a live job's report.
        case report
        /// What a job's end says; and what the table needs to keep its own order.
        case end

        /// Eighths of the whole that this purpose leaves to those behind it.
        fileprivate var eighthsLeft: Int {
            switch self {
            case .newWork: 2
            case .report: 1
            case .end: 0
            }
        }
    }

    internal let limit: Int
    private let taken = Atomic<Int>(0)

    /// A budget of `limit` bytes.
    internal init(limit: Int) {
        self.limit = limit
    }

    /// Bytes taken so far.
    internal var inUse: Int { taken.load(ordering: .relaxed) }

    /// Takes `bytes`; false when that is more than is left for `purpose`.
    internal func take(_ bytes: Int, for purpose: Purpose) -> Bool {
        let bound = limit - limit / 8 * purpose.eighthsLeft
        if taken.add(bytes, ordering: .relaxed).newValue <= bound { return true }
        giveBack(bytes)
        return false
    }

    internal func giveBack(_ bytes: Int) {
        taken.subtract(bytes, ordering: .relaxed)
    }
}
