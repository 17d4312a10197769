internal import Synchronization

/// Where the stripes of a table get their memory from: an address space each for records, details, texts and indexes,
/// under one budget.
internal final class MemorySources: Sendable {
    internal let budget: MemoryBudget
    internal let records: SlabSource
    internal let details: SlabSource
    internal let texts: SlabSource
    internal let indexes: IndexArena
    /// The highest generation in any slab of records that was ever returned.
    private let floor = Atomic<UInt32>(0)

    /// Sources for a table of at most `jobs` jobs over `stripes` stripes, that takes no more than `bytes` bytes from
    /// the system. Only addresses are reserved now.
    internal init(jobs: Int, stripes: Int, bytes: Int) {
        budget = MemoryBudget(limit: bytes)
        let sizes = Sizes(jobs: jobs, stripes: stripes, bytes: bytes)
        records = SlabSource(slabSize: RecordStore.slabSize, size: sizes.records, budget: budget)
        details = SlabSource(slabSize: JobDetail.cellSize * 64, size: sizes.details, budget: budget)
        texts = SlabSource(slabSize: TextRun.cellSize * 64, size: sizes.texts, budget: budget)
        indexes = IndexArena(size: sizes.indexes, budget: budget)
    }

    /// Bytes of addresses that each source reserves.
    internal struct Sizes {
        internal let records: Int
        internal let details: Int
        internal let texts: Int
        internal let indexes: Int

        internal init(jobs: Int, stripes: Int, bytes: Int) {
            // Twice what the jobs take, because stripes differ, and slabs are seldom full where jobs come and go.
            let slabs = jobs * 2 / CellPool.perSlab + stripes
            records = slabs * RecordStore.slabSize
            details = slabs * JobDetail.cellSize * 64
            // Cells are numbered in 32 bits.
            texts = min(bytes, TextRun.cellSize << 32)
            // Twelve slots a group, at least two fifths full, and two tables while one empties into the other: 20
            // bytes a job. The rest is for stripes that differ.
            indexes = (jobs + stripes * 64) * 64 + 64 * AddressSpace.chunkSize
        }

        /// All together, with the chunk that each space may lose to its alignment.
        internal var total: Int { records + details + texts + indexes + 8 * AddressSpace.chunkSize }
    }

    /// The generation that the slots of a slab must exceed which ``records`` has handed out before.
    internal var generationFloor: UInt32 { floor.load(ordering: .acquiring) }

    /// Takes a slab of records back whose slots had generations up to `generation`.
    internal func takeBack(records slab: UInt32, generation: UInt32) {
        // Before the slab can be handed out again.
        floor.max(generation, ordering: .acquiringAndReleasing)
        records.giveBack(slab)
    }
}
