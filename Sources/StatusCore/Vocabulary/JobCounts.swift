/// How many jobs there are, summed over the stripes one after the other: exact when nothing moves meanwhile.
public struct JobCounts: Sendable, Equatable {
    public var queued = 0
    public var processing = 0
    public var completed = 0
    public var failed = 0
    /// Removed jobs, which read as cancelled, not counted.
    public var cancelled = 0
    /// Terminal jobs that were deleted and have not expired yet.
    public var removed = 0
    /// Jobs among the processing ones that read `stalled`.
    public var stalled = 0
    /// What is remembered of expired jobs.
    public var tombstones = 0

    public init() {}

    /// All jobs that have a record.
    public var total: Int { queued + processing + completed + failed + cancelled + removed }
}

extension JobCounts {
    /// Where a record is counted.
    internal struct Place: Equatable {
        fileprivate let state: JobState
        fileprivate let flags: JobRecord.Flags

        @inline(__always)
        internal init(_ record: borrowing JobRecord) {
            state = record.state
            flags = record.flags.intersection([.stalled, .removed])
        }
    }

    /// Counts `number` jobs more at `place`.
    internal mutating func add(_ number: Int, _ place: Place) {
        if place.flags.contains(.stalled) { stalled += number }
        if place.flags.contains(.removed) {
            removed += number
            return
        }
        switch place.state {
        case .queued: queued += number
        case .processing: processing += number
        case .completed: completed += number
        case .failed: failed += number
        case .cancelled: cancelled += number
        }
    }

    /// Adds the counts of another stripe.
    internal mutating func add(_ other: JobCounts) {
        queued += other.queued
        processing += other.processing
        completed += other.completed
        failed += other.failed
        cancelled += other.cancelled
        removed += other.removed
        stalled += other.stalled
        tombstones += other.tombstones
    }
}
