/// One part of the table: its jobs, and all that finds, orders, times, counts and watches them. Used under its lock
/// only.
internal struct Stripe: ~Copyable {
    internal var index = SlotIndex()
    internal var jobs: StripeJobs
    internal var wheel = TimingWheel()
    /// A job whose time has come and that could not be looked at, for want of memory.
    internal var heldBack: Slot?
    internal var log = CreationLog()
    internal var tombstones: Tombstones
    internal var counts = JobCounts()
    internal var watchers = WatchList()
    internal var histories: HistoryList
    /// The mailboxes that have got something during this section, one bit each, to be told when it is over.
    internal var signals = MailboxMask()
    /// Jobs that may still be made here before the table's quota is asked again.
    internal var credits = 0
    internal let number: UInt16
    /// Terminal states wait for the committer's word, who is told of every change.
    internal let isSettling: Bool
    internal var changes = ChangeQueue()
    /// The version that a new job begins with.
    internal private(set) var firstVersion: UInt64
    /// The highest version of any job that expired here.
    private var retiredVersion: UInt64 = 0

    internal init(
        number: UInt16,
        jobs: consuming StripeJobs,
        tombstones: consuming Tombstones,
        firstVersion: UInt64,
        isSettling: Bool,
        historyBytes: Int
    ) {
        self.number = number
        self.jobs = jobs
        self.tombstones = tombstones
        self.firstVersion = firstVersion
        self.isSettling = isSettling
        histories = HistoryList(limit: historyBytes)
    }

    /// The slot of the job named `id`.
    @inline(__always)
    internal func find(_ id: TaskID, of tenant: TenantID, _ hash: UInt64) -> Slot? {
        index.find(hash) { slot in
            guard jobs.records.mayBeNamed(slot, id, of: tenant) else { return false }
            return jobs.memory.isNamed(jobs[slot], id)
        }
    }

    /// The job's place, not bound.
    @inline(__always)
    internal func reference(_ slot: Slot) -> JobReference {
        JobReference(stripe: number, slot: slot, generation: jobs[slot].generation, binding: 0)
    }

    /// The slot that `reference` names, unless its job is gone or its time over.
    @inline(__always)
    internal func slot(of reference: JobReference, at now: Instant) -> Slot? {
        guard jobs.records.isLive(reference.slot, reference.generation), jobs[reference.slot].expiresAt > now.wall
        else { return nil }
        return reference.slot
    }

    /// Finds the job named `id` as callers are to see it.
    internal func look(_ id: TaskID, of tenant: TenantID, _ hash: UInt64, at now: Instant) -> Lookup {
        if let slot = find(id, of: tenant, hash) {
            let end = jobs[slot].expiresAt
            return end > now.wall ? .found(reference(slot)) : .expired(at: end)
        }
        if let end = tombstones.expiredAt(hash, now: now.wall) { return .expired(at: end) }
        return .unknown
    }

    /// Changes a record by `body`, keeps the counts and the history right, wakes who waits for it, and sets its timer
    /// anew where `body` returns true. The committer hears of it unless it is what he did himself.
    @inline(__always)
    internal mutating func change(
        _ slot: Slot,
        at now: Instant,
        tellsCommitter: Bool = true,
        _ body: (inout JobRecord, inout JobMemory) -> Bool
    ) {
        var record = jobs[slot]
        let before = JobCounts.Place(record)
        let version = record.version
        let attempt = record.attempt
        let milestone = Milestone(record)
        let isBound = record.isBound
        let needsTimer = body(&record, &jobs.memory)
        let after = JobCounts.Place(record)
        if record.version != version, record.flags.contains(.watched) {
            record.flags.remove(.watched)
            wake(slot)
        }
        if after != before || record.attempt != attempt { histories.note(slot, from: jobs[slot], to: record) }
        jobs[slot] = record
        if after != before {
            counts.add(-1, before)
            counts.add(1, after)
        }
        if needsTimer { setTimer(slot, at: now) }
        guard isKept, tellsCommitter else { return }
        if milestone != Milestone(record) {
            hurry(slot)
        } else if record.version != version || record.isBound != isBound {
            noteChange(slot)
        }
    }

    /// Jobs outlive the process.
    @inline(__always)
    internal var isKept: Bool { isSettling }

    /// Hands the job's watchers to their mailboxes.
    @inline(never)
    internal mutating func wake(_ slot: Slot) {
        signals.formUnion(watchers.wake(slot))
    }

    internal mutating func setTimer(_ slot: Slot, at now: Instant) {
        wheel.set(slot, to: jobs[slot].nextDeadline(in: jobs.memory, at: now), in: jobs.records)
    }

    /// Notes that a job of this version is gone for good.
    internal mutating func retire(_ version: UInt64) {
        retiredVersion = max(retiredVersion, version)
    }

    /// Notes that some tombstone was given up: its id may come again, and must not show a number that it has shown.
    internal mutating func forgetVersions() {
        firstVersion = max(firstVersion, retiredVersion + 1)
    }
}
