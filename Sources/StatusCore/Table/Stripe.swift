/// One part of the table: its jobs, and all that finds, orders, times and counts them. Used under its lock only.
internal struct Stripe: ~Copyable {
    internal var index = SlotIndex()
    internal var records: RecordSlab
    internal var wheel = TimingWheel()
    internal var log = CreationLog()
    internal var tombstones: Tombstones
    internal var counts = JobCounts()
    internal let number: UInt16
    /// The version that a new job begins with.
    internal private(set) var firstVersion: UInt64
    /// The highest version of any job that expired here.
    private var retiredVersion: UInt64 = 0

    internal init(number: UInt16, hash: KeyedHash, firstVersion: UInt64, tombstones: consuming Tombstones) {
        self.number = number
        self.records = RecordSlab(hash: hash)
        self.firstVersion = firstVersion
        self.tombstones = tombstones
    }

    /// The slot of the job named `id`.
    @inline(__always)
    internal func find(_ id: TaskID, _ hash: UInt64) -> Slot? {
        index.find(hash) { records[$0].isNamed(id) }
    }

    /// The job's place, not bound.
    @inline(__always)
    internal func reference(_ slot: Slot) -> JobReference {
        JobReference(stripe: number, slot: slot, generation: records[slot].generation, binding: 0)
    }

    /// The slot that `reference` names, unless its job is gone or its time over.
    @inline(__always)
    internal func slot(of reference: JobReference, at now: Instant) -> Slot? {
        guard records.isLive(reference.slot, reference.generation),
            records[reference.slot].expiresAt > now.wall
        else { return nil }
        return reference.slot
    }

    /// Finds the job named `id` as callers are to see it.
    @inline(__always)
    internal func look(_ id: TaskID, _ hash: UInt64, at now: Instant) -> Lookup {
        if let slot = find(id, hash) {
            let end = records[slot].expiresAt
            return end > now.wall ? .found(reference(slot)) : .expired(at: end)
        }
        if let end = tombstones.expiredAt(hash, now: now.wall) { return .expired(at: end) }
        return .unknown
    }

    /// Changes a record by `body`, keeps the counts right, and sets its timer anew where `body` returns true.
    @inline(__always)
    internal mutating func change(_ slot: Slot, at now: Instant, _ body: (inout JobRecord) -> Bool) {
        let before = JobCounts.Place(records[slot])
        let needsTimer = body(&records[slot])
        let after = JobCounts.Place(records[slot])
        if after != before {
            counts.add(-1, before)
            counts.add(1, after)
        }
        if needsTimer { setTimer(slot, at: now) }
    }

    internal mutating func setTimer(_ slot: Slot, at now: Instant) {
        wheel.set(slot, to: records[slot].nextDeadline(at: now), in: records)
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
