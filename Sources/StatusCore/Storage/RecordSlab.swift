/// The records of a stripe, in slabs that never move, so that a slot stays good for as long as its job.
///
/// A slot that was given back is used again before a new one; its generation has moved by then. Slabs are kept: the
/// table returns what is long (details and texts) when a job goes, and reuses what is short.
@safe
internal struct RecordSlab: ~Copyable, SlotHashes {
    private var slabs: UnsafeMutablePointer<UnsafeMutablePointer<JobRecord>>
    private var directoryCapacity = 4
    private var slabCount = 0
    /// How many slots have ever been in use.
    private var used: UInt32 = 0
    /// The head of the list of slots to use again, linked through ``TimerLinks/next``.
    private var firstFree = Slot.none

    /// 512 records, 64 KiB: little slack in each of many stripes, few slabs in a large one.
    private static let shift: UInt32 = 9
    private static let perSlab = 1 << Int(shift)
    /// The wheel needs the top bit of a slot.
    private static let limit: UInt32 = 1 << 31

    private let hash: KeyedHash

    internal init(hash: KeyedHash) {
        self.hash = hash
        precondition(MemoryLayout<JobRecord>.stride == 128, "a record takes \(MemoryLayout<JobRecord>.stride) bytes")
        unsafe slabs = .allocate(capacity: directoryCapacity)
    }

    deinit {
        for slot in 0..<used {
            var record = self[Slot(slot)]
            record.detail.free()
        }
        for index in 0..<slabCount { unsafe slabs[index].deallocate() }
        unsafe slabs.deallocate()
    }

    /// The record at `slot`, which must have been in use once.
    internal subscript(slot: Slot) -> JobRecord {
        @inline(__always)
        _read {
            yield unsafe address(slot).pointee
        }
        @inline(__always)
        nonmutating _modify {
            yield unsafe &address(slot).pointee
        }
    }

    @inline(__always)
    private func address(_ slot: Slot) -> UnsafeMutablePointer<JobRecord> {
        precondition(slot.rawValue < used, "no such slot")
        let slab = unsafe slabs[Int(truncatingIfNeeded: slot.rawValue &>> RecordSlab.shift)]
        return unsafe slab + Int(truncatingIfNeeded: slot.rawValue & UInt32(RecordSlab.perSlab &- 1))
    }

    internal func hash(of slot: Slot) -> UInt64 { hash(self[slot].id) }

    /// True when `slot` still belongs to the job that had it under `generation`.
    @inline(__always)
    internal func isLive(_ slot: Slot, _ generation: UInt32) -> Bool {
        slot.rawValue < used && self[slot].generation == generation && self[slot].idLength > 0
    }

    /// A slot with a fresh record, whose generation differs from all that the slot had before.
    internal mutating func take() -> Slot {
        let slot: Slot
        if firstFree != .none {
            slot = firstFree
            firstFree = self[slot].timer.next
        } else {
            if used & UInt32(RecordSlab.perSlab - 1) == 0 { addSlab() }
            precondition(used < RecordSlab.limit, "a stripe is full")
            slot = Slot(used)
            used += 1
            unsafe address(slot).initialize(to: JobRecord())
        }
        let generation = self[slot].generation
        self[slot] = JobRecord()
        self[slot].generation = generation == .max ? 1 : generation + 1
        return slot
    }

    /// Gives `slot` and what hangs off its record back; no timer may be set on it.
    internal mutating func giveBack(_ slot: Slot) {
        self[slot].detail.free()
        self[slot].idLength = 0
        self[slot].timer.next = firstFree
        firstFree = slot
    }

    private mutating func addSlab() {
        if slabCount == directoryCapacity {
            let wider = UnsafeMutablePointer<UnsafeMutablePointer<JobRecord>>
                .allocate(capacity: directoryCapacity * 2)
            unsafe wider.moveInitialize(from: slabs, count: slabCount)
            unsafe slabs.deallocate()
            unsafe slabs = unsafe wider
            directoryCapacity *= 2
        }
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: RecordSlab.perSlab * MemoryLayout<JobRecord>.stride,
            alignment: 128
        )
        let slab = unsafe memory.bindMemory(to: JobRecord.self, capacity: RecordSlab.perSlab)
        unsafe (slabs + slabCount).initialize(to: slab)
        slabCount += 1
    }
}
