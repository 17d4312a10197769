/// The jobs of a stripe: their records, what hangs off them, and the hash under which each is found.
internal struct StripeJobs: ~Copyable, SlotHashes {
    internal var records: RecordStore
    internal var memory: JobMemory
    private let hash: KeyedHash

    internal init(_ sources: MemorySources, hash: KeyedHash) {
        records = RecordStore(sources.records)
        memory = JobMemory(details: CellPool(sources.details), texts: CellPool(sources.texts))
        self.hash = hash
    }

    internal func hash(of slot: Slot) -> UInt64 {
        let record = records[slot]
        return hash(memory.id(of: record), of: record.tenant)
    }

    /// A copy of the record at `slot`, or a change of it.
    internal subscript(slot: Slot) -> JobRecord {
        @inline(__always)
        get { records[slot] }
        @inline(__always)
        _modify { yield &records[slot] }
    }

    /// Gives `slot` and what hangs off its record back; no timer may be set on it.
    internal mutating func giveBack(_ slot: Slot) {
        memory.free(&records[slot])
        records.giveBack(slot)
    }
}
