@testable import StatusCore

/// Records with a source of slabs of their own, which asks for a slab when one is needed.
struct TestRecords: ~Copyable {
    let source = SlabSource(
        slabSize: RecordStore.slabSize,
        size: 64 << 20,
        budget: MemoryBudget(limit: 1 << 30)
    )
    var store: RecordStore

    init() { store = RecordStore(source) }

    /// A slot whose record has a name.
    mutating func take(_ name: String = "job") -> Slot {
        if store.available == 0 { store.give(source.take(for: .newWork)!, above: 0) }
        let slot = store.take()
        store[slot].setID(named(name), of: .sole)
        return slot
    }
}
