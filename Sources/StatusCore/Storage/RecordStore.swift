/// The records of a stripe, in slabs that never move, so that a slot stays good for as long as its job.
///
/// Slots are numbered over the whole table by their place in its address space: a slot is an address without a
/// look-up. One that was given back is used again before a new one; its generation has moved by then. Used under the
/// stripe's lock, but for what stands in RecordStore+Read.swift.
///
/// An empty slab goes back to the table and may come to another stripe, with generations above all that any returned
/// slab ever had: whoever still knows one of its slots finds another generation there, or zeros.
@safe
internal struct RecordStore: ~Copyable {
    private let base: UnsafeMutableRawPointer
    /// How many slots the address space has.
    private let capacity: UInt32
    private var cells: CellPool

    internal static let slabSize = 64 * size
    internal static let size = MemoryLayout<JobRecord>.size
    private static let linksOffset = 120
    /// The last word of the first line, in which the length of the id stands.
    private static let lastHotWordOffset = 56
    private static let lengthOffset = 62

    /// The records of a stripe whose slabs come from `source`.
    internal init(_ source: SlabSource) {
        precondition(RecordStore.size == 128, "a record takes \(RecordStore.size) bytes")
        unsafe base = unsafe source.base
        capacity = RecordStore.slots(of: source)
        cells = CellPool(source, linkOffset: RecordStore.linksOffset)
    }

    /// How many slots the slabs of `source` have.
    internal static func slots(of source: SlabSource) -> UInt32 {
        // The timing wheel needs the top bit of a slot.
        UInt32(min(source.capacity * 64, 1 << 31 - 1))
    }

    /// Slots that can be taken at once.
    internal var available: Int { cells.available }

    @inline(__always)
    private func address(_ slot: Slot) -> UnsafeMutableRawPointer {
        precondition(slot.rawValue < capacity, "no such slot")
        return unsafe base + Int(slot.rawValue) &* RecordStore.size
    }

    /// The record at `slot`, which must have been in use once.
    internal subscript(slot: Slot) -> JobRecord {
        @inline(__always)
        get { unsafe pointer(slot).pointee }
        @inline(__always)
        _modify {
            var record = self[slot]
            yield &record
            store(record, slot)
        }
    }

    /// The record itself, to read single fields of it.
    @inline(__always)
    internal func pointer(_ slot: Slot) -> UnsafePointer<JobRecord> {
        unsafe UnsafePointer(address(slot).assumingMemoryBound(to: JobRecord.self))
    }

    /// Writes all of a record but its timer, which only the wheel writes and no reader without the lock may read.
    @inline(__always)
    private func store(_ record: JobRecord, _ slot: Slot) {
        let target = unsafe address(slot)
        unsafe withUnsafeBytes(of: record) { bytes in
            for offset in stride(from: 0, to: RecordStore.linksOffset, by: 8) {
                unsafe target.shareWord(bytes.load(fromByteOffset: offset, as: UInt64.self), offset)
            }
        }
    }

    /// The timer of the record at `slot`.
    internal subscript(timerOf slot: Slot) -> TimerLinks {
        @inline(__always)
        get { unsafe address(slot).load(fromByteOffset: RecordStore.linksOffset, as: TimerLinks.self) }
        @inline(__always)
        nonmutating set {
            let target = unsafe address(slot) + RecordStore.linksOffset
            unsafe target.assumingMemoryBound(to: TimerLinks.self).pointee = newValue
        }
    }

    /// True when `slot` still belongs to the job that had it under `generation`. The slot may have come to another
    /// stripe, which changes it at this moment: then it has another generation.
    @inline(__always)
    internal func isLive(_ slot: Slot, _ generation: UInt32) -> Bool {
        guard slot.rawValue < capacity else { return false }
        let record = unsafe base + Int(slot.rawValue) &* RecordStore.size
        // In this order: a length that another stripe has written comes after a generation that it has written.
        guard unsafe record.sharedByte(RecordStore.lengthOffset) > 0 else { return false }
        StripeLock.finishReads()
        return unsafe record.sharedHalf(0) == generation
    }

    /// True when the job's task id begins like `id` and has its length and tenant.
    @inline(__always)
    internal func mayBeNamed(_ slot: Slot, _ id: borrowing TaskID, of tenant: TenantID) -> Bool {
        unsafe RecordStore.mayBeNamed(slot, id, of: tenant, at: base)
    }

    /// Takes a slab that the source handed out, whose slots are to have generations above `floor`.
    internal mutating func give(_ slab: UInt32, above floor: UInt32) {
        // Above it from now on, not only from the first use on: whoever is copying the slot's last job at this moment
        // finds that out by the generation.
        let generation = floor == .max ? 1 : floor + 1
        for place in 1...UInt32(CellPool.perSlab) {
            let record = unsafe base + Int(slab << 6 | place) &* RecordStore.size
            unsafe record.shareWord(UInt64(generation), 0)
            unsafe record.shareWord(0, RecordStore.lastHotWordOffset)
        }
        cells.give(slab)
    }

    /// A slab of which no slot is used, and the highest generation in it, for the caller to return to the source once
    /// the lock is released.
    internal mutating func takeEmptySlab() -> (slab: UInt32, generation: UInt32)? {
        guard let slab = cells.takeEmptySlab() else { return nil }
        var highest: UInt32 = 0
        for place in 1...UInt32(CellPool.perSlab) { highest = max(highest, self[Slot(slab << 6 | place)].generation) }
        return (slab, highest)
    }

    /// A slot with a fresh record, whose generation differs from all that the slot had before. There must be one.
    internal mutating func take() -> Slot {
        let slot = Slot(cells.take().rawValue)
        let generation = self[slot].generation
        var record = JobRecord()
        record.generation = generation == .max ? 1 : generation + 1
        store(record, slot)
        self[timerOf: slot] = TimerLinks()
        return slot
    }

    /// Gives `slot` back; no timer may be set on it, and nothing may hang off its record.
    ///
    /// With the length of the id its state goes as well: what is processing is in use.
    internal mutating func giveBack(_ slot: Slot) {
        unsafe address(slot).shareWord(0, RecordStore.lastHotWordOffset)
        cells.giveBack(Cell(slot.rawValue))
    }
}
