/// The jobs of a stripe that differ from what is kept of them.
///
/// A job stands in it at most once for each time that it was taken out of it, under the flags `kept` and `hurried`: a
/// kept job is in neither row, and one that is in a row without need is skipped when its turn comes.
internal struct ChangeQueue: ~Copyable {
    internal struct Entry: BitwiseCopyable {
        internal let slot: Slot
        internal let generation: UInt32
    }

    /// Those that readers may not see, or callers not hear of, before they are kept.
    internal var urgent = ChunkedQueue<Entry>()
    /// The others: progress alone.
    internal var idle = ChunkedQueue<Entry>()

    internal init() {}
}

/// What of a job is kept without delay when it changes.
internal struct Milestone: Equatable {
    private let state: JobState
    private let ending: JobState?
    private let isRemoved: Bool
    private let attempt: UInt32

    @inline(__always)
    internal init(_ record: borrowing JobRecord) {
        state = record.state
        ending = record.ending
        isRemoved = record.flags.contains(.removed)
        attempt = record.attempt
    }
}

extension JobRecord {
    /// A worker's stream works at the job, or was lost at it.
    @inline(__always)
    internal var isBound: Bool {
        state == .processing && ending == nil && (owner != .none || flags.contains(.ownerIsLost))
    }
}

extension Stripe {
    /// Notes that the job at `slot` differs from what is kept of it.
    internal mutating func noteChange(_ slot: Slot) {
        guard jobs[slot].flags.contains(.kept) else { return }
        jobs[slot].flags.remove(.kept)
        changes.idle.append(ChangeQueue.Entry(slot: slot, generation: jobs[slot].generation))
    }

    /// Notes the same, and that somebody waits for it to be kept.
    internal mutating func hurry(_ slot: Slot) {
        guard isKept, !jobs[slot].flags.contains(.hurried) else { return }
        jobs[slot].flags.remove(.kept)
        jobs[slot].flags.insert(.hurried)
        changes.urgent.append(ChangeQueue.Entry(slot: slot, generation: jobs[slot].generation))
        signals.insert(.committer)
    }

    /// Makes a job that nothing is kept of yet.
    internal mutating func createNew(_ draft: borrowing Draft, at now: Instant) -> Slot {
        let slot = create(draft, at: now)
        if isKept { jobs[slot].flags.insert(.unwritten) }
        hurry(slot)
        return slot
    }

    /// Takes up to `limit` changed jobs out, urgent ones first and others only if `isAll`, and calls `body` with each.
    /// True when there are more.
    internal mutating func takeChanges(limit: Int, isAll: Bool, _ body: (JobReference) -> Void) -> Bool {
        for _ in 0..<limit {
            guard let entry = changes.urgent.takeFirst() ?? (isAll ? changes.idle.takeFirst() : nil) else {
                return false
            }
            // Gone, or taken out meanwhile through the other row.
            guard jobs.records.isLive(entry.slot, entry.generation), !jobs[entry.slot].flags.contains(.kept) else {
                continue
            }
            jobs[entry.slot].flags.remove(.hurried)
            jobs[entry.slot].flags.insert(.kept)
            body(reference(entry.slot))
        }
        return changes.urgent.count > 0 || isAll && changes.idle.count > 0
    }
}
