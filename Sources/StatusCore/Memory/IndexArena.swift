/// Memory for the tables of indexes: zeroed blocks of a power of two of bytes, from 64, out of one address space.
///
/// Blocks are cut by the buddy method, so that what is given back joins with its neighbours, and the room that small
/// tables leave serves the larger ones that replace them. A chunk of the address space has memory when some part of
/// it is taken; one free chunk keeps its memory, so that a block which comes and goes costs no system calls.
///
/// A block may still be read after it was given back, by readers without a lock: they see other data, never a fault.
/// All writes here are relaxed atomic stores. Any thread may call anything; calls take as long as it takes to zero
/// the block, so none may be made under a stripe's lock.
@safe
internal final class IndexArena: @unchecked Sendable {
    // Sendable, because `state` is used under the lock only, and nothing else changes.
    private let space: AddressSpace
    private var state: State
    private let lockMemory: UnsafeMutableRawPointer

    private struct State: ~Copyable {
        var tree: BuddyTree
        /// The free chunk that has kept its memory.
        var kept: Int?
    }

    /// Bytes a unit, the smallest block: a cache line.
    internal static let unit = 64
    private static let unitsPerChunk = AddressSpace.chunkSize / unit
    private static let chunkOrder = unitsPerChunk.trailingZeroBitCount

    /// An arena of `size` bytes of addresses, rounded up to whole chunks; memory comes out of `budget` as it is used.
    internal init(size: Int, budget: MemoryBudget) {
        space = AddressSpace(size: size, budget: budget)
        state = State(tree: BuddyTree(units: space.chunkCount * IndexArena.unitsPerChunk))
        unsafe lockMemory = .allocate(byteCount: IndexArena.unit, alignment: IndexArena.unit)
        unsafe lockMemory.initializeMemory(as: UInt8.self, repeating: 0, count: IndexArena.unit)
    }

    deinit {
        unsafe lockMemory.deallocate()
    }

    /// Calls `body` under the arena's own lock: for a walk down or up the tree, never for a call of the system or while
    /// memory is written; whoever does those has taken the chunks that they are about.
    private func withLock<R>(_ body: (inout State) -> R) -> R {
        let lock = unsafe StripeLock(at: lockMemory)
        lock.lock()
        defer { lock.unlock() }
        return body(&state)
    }

    /// A block of `bytes` bytes, a power of two of at least 64, aligned to its size up to 2 MiB and all zero; its
    /// memory has been touched. Nil when there is no room, or no budget for `purpose`.
    ///
    /// When other threads are giving back the last free chunks at the same moment, it may find no room too early.
    internal func allocate(bytes: Int, for purpose: MemoryBudget.Purpose) -> UnsafeMutableRawPointer? {
        let order = IndexArena.order(bytes)
        let isLarge = order > IndexArena.chunkOrder
        let unit = isLarge ? takeChunks(order, for: purpose) : takePart(order, for: purpose)
        return unsafe unit.map { unsafe space.base + $0 * IndexArena.unit }
    }

    /// Gives back a block of `bytes` bytes that ``allocate(bytes:for:)`` handed out; nobody may write to it any more.
    internal func free(_ pointer: UnsafeMutableRawPointer, bytes: Int) {
        let order = IndexArena.order(bytes)
        let unit = unsafe (pointer - space.base) / IndexArena.unit
        if order > IndexArena.chunkOrder {
            let chunks = IndexArena.chunks(unit, order)
            for chunk in chunks { space.decommit(chunk) }
            withLock { _ = $0.tree.giveBack(unit, order) }
            return
        }
        let surplus: Int? = withLock { state in
            guard state.tree.giveBack(unit, order) >= IndexArena.chunkOrder else { return nil }
            let chunk = unit / IndexArena.unitsPerChunk
            if state.kept == nil {
                state.kept = chunk
                return nil
            }
            state.tree.take(chunk * IndexArena.unitsPerChunk, IndexArena.chunkOrder)
            return chunk
        }
        guard let surplus else { return }
        space.decommit(surplus)
        withLock { _ = $0.tree.giveBack(surplus * IndexArena.unitsPerChunk, IndexArena.chunkOrder) }
    }

    /// Takes a block of one chunk or less, which has memory then; returns its first unit.
    private func takePart(_ order: Int, for purpose: MemoryBudget.Purpose) -> Int? {
        let taken: (unit: Int, isFresh: Bool)? = withLock { state in
            guard let place = state.tree.place(for: order) else { return nil }
            var unit = place.unit
            if place.freeOrder >= IndexArena.chunkOrder {
                guard let kept = state.kept.take() else {
                    state.tree.take(unit, IndexArena.chunkOrder)
                    return (unit, true)
                }
                unit = kept * IndexArena.unitsPerChunk
            }
            state.tree.take(unit, order)
            return (unit, false)
        }
        guard let (unit, isFresh) = taken else { return nil }
        if !isFresh {
            clear(unit, IndexArena.unit << order)
            return unit
        }
        let hasMemory = space.commit(unit / IndexArena.unitsPerChunk, for: purpose)
        // The whole chunk was taken, so that nobody used it before it had memory.
        withLock { state in
            _ = state.tree.giveBack(unit, IndexArena.chunkOrder)
            if hasMemory { state.tree.take(unit, order) }
        }
        guard hasMemory else { return nil }
        touch(unit, IndexArena.unit << order)
        return unit
    }

    /// Takes a block of several chunks, which have memory then; returns its first unit.
    private func takeChunks(_ order: Int, for purpose: MemoryBudget.Purpose) -> Int? {
        let taken: (unit: Int, kept: Int?)? = withLock { state in
            guard let place = state.tree.place(for: order) else { return nil }
            state.tree.take(place.unit, order)
            guard let kept = state.kept, IndexArena.chunks(place.unit, order).contains(kept) else {
                return (place.unit, nil)
            }
            state.kept = nil
            return (place.unit, kept)
        }
        guard let (unit, kept) = taken else { return nil }
        let chunks = IndexArena.chunks(unit, order)
        guard let refused = chunks.first(where: { $0 != kept && !space.commit($0, for: purpose) }) else {
            touch(unit, IndexArena.unit << order)
            if let kept { clear(kept * IndexArena.unitsPerChunk, AddressSpace.chunkSize) }
            return unit
        }
        for chunk in chunks where chunk < refused || chunk == kept { space.decommit(chunk) }
        withLock { _ = $0.tree.giveBack(unit, order) }
        return nil
    }

    /// Makes `bytes` bytes from `unit` on zero, which takes about 100 µs a MiB.
    private func clear(_ unit: Int, _ bytes: Int) {
        let memory = unsafe space.base + unit * IndexArena.unit
        var offset = 0
        while offset < bytes {
            unsafe memory.shareWord(0, offset)
            offset += 8
        }
    }

    /// Has the system back `bytes` bytes from `unit` on, which are zero as far as nobody has written to them yet. It
    /// writes at once: a page that was read first may lie on the system's page of zeros, and not become a huge one.
    private func touch(_ unit: Int, _ bytes: Int) {
        let memory = unsafe space.base + unit * IndexArena.unit
        for offset in stride(from: 0, to: bytes, by: 4_096) { unsafe memory.shareWord(0, offset) }
    }

    private static func chunks(_ unit: Int, _ order: Int) -> Range<Int> {
        let first = unit / unitsPerChunk
        return first..<first + (1 << (order - chunkOrder))
    }

    private static func order(_ bytes: Int) -> Int {
        precondition(bytes >= unit && bytes & (bytes - 1) == 0, "\(bytes) bytes are no block")
        return (bytes / unit).trailingZeroBitCount
    }
}

extension IndexArena {
    /// An empty table of `groups` groups, a power of two; nil when there is no room or no budget for `purpose`.
    internal func makeTable(groups: Int, for purpose: MemoryBudget.Purpose) -> GroupTable? {
        guard let memory = unsafe allocate(bytes: groups * GroupTable.line, for: purpose) else { return nil }
        return unsafe GroupTable(at: memory, groups: groups)
    }

    /// Gives back a table that ``makeTable(groups:for:)`` made and that nobody changes any more.
    internal func free(_ table: GroupTable) {
        unsafe free(table.memory, bytes: table.size)
    }
}
