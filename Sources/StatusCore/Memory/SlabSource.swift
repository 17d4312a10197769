/// Hands slabs of one size out of an address space to the stripes of a table, and takes empty ones back.
///
/// Slabs are numbered from 0 by their place, so a number is an address without a look-up. The lowest free slab is
/// handed out first, so that chunks at the end empty out, and an empty chunk's memory goes back to the system. Never
/// called under a stripe's lock: giving memory to a chunk can take as long as the system likes.
@safe
internal final class SlabSource: Sendable {
    /// One chunk of the address space.
    private struct Chunk {
        /// One bit a slab that is free.
        var free = InlineArray<8, UInt64>(repeating: 0)
        var freeCount = 0
        var hasMemory = false
    }

    private struct State {
        var chunks: [Chunk] = []
        /// No chunk before this one has a free slab.
        var firstRoomy = 0
        /// Free slabs in chunks that have memory.
        var freeCount = 0
    }

    private let space: AddressSpace
    /// Bytes a slab, a power of two from 4 KiB to a chunk.
    internal let slabSize: Int
    private let slabsPerChunk: Int
    // Not a Mutex of the standard library, which ThreadSanitizer does not see on Linux.
    private let state = StripeArray(count: 1) { _ in State() }

    /// A source of slabs of `slabSize` bytes, as many as fit into `size` bytes.
    internal init(slabSize: Int, size: Int, budget: MemoryBudget) {
        precondition(
            slabSize >= 4_096 && slabSize <= AddressSpace.chunkSize && slabSize & (slabSize - 1) == 0,
            "slabs of \(slabSize) bytes"
        )
        self.slabSize = slabSize
        slabsPerChunk = AddressSpace.chunkSize / slabSize
        space = AddressSpace(size: size, budget: budget)
    }

    /// The address of slab 0; the others follow.
    @inline(__always)
    internal var base: UnsafeMutableRawPointer { unsafe space.base }

    /// How many slabs there can be.
    internal var capacity: Int { space.chunkCount * slabsPerChunk }

    /// Hands a slab out, with memory behind every page; nil when there is none for `purpose`. Its content is zeros
    /// when it was never handed out before, else anything.
    internal func take(for purpose: MemoryBudget.Purpose) -> UInt32? {
        guard let slab = state.withLock(0, { take(from: &$0, for: purpose) }) else { return nil }
        space.prepare(Int(slab) * slabSize, slabSize)
        return slab
    }

    private func take(from state: inout State, for purpose: MemoryBudget.Purpose) -> UInt32? {
        if state.freeCount == 0, !addChunk(to: &state, for: purpose) { return nil }
        var index = state.firstRoomy
        while state.chunks[index].freeCount == 0 { index += 1 }
        state.firstRoomy = index
        for word in 0..<8 where state.chunks[index].free[word] != 0 {
            let bit = state.chunks[index].free[word].trailingZeroBitCount
            state.chunks[index].free[word] &= ~(1 << UInt64(bit))
            state.chunks[index].freeCount -= 1
            state.freeCount -= 1
            return UInt32(index * slabsPerChunk + word * 64 + bit)
        }
        preconditionFailure("chunk \(index) counts \(state.chunks[index].freeCount) free slabs and has none")
    }

    /// Gives the lowest chunk without memory some.
    private func addChunk(to state: inout State, for purpose: MemoryBudget.Purpose) -> Bool {
        let index = state.chunks.firstIndex { !$0.hasMemory } ?? state.chunks.count
        guard index < space.chunkCount, space.commit(index, for: purpose) else { return false }
        if index == state.chunks.count { state.chunks.append(Chunk()) }
        state.chunks[index].hasMemory = true
        for slab in 0..<slabsPerChunk { state.chunks[index].free[slab / 64] |= 1 << UInt64(slab % 64) }
        state.chunks[index].freeCount = slabsPerChunk
        state.freeCount += slabsPerChunk
        state.firstRoomy = min(state.firstRoomy, index)
        return true
    }

    /// Takes an empty slab back. One spare chunk is kept, so that a table that breathes does not ask the system each
    /// time.
    internal func giveBack(_ slab: UInt32) {
        state.withLock(0) { state in
            let index = Int(slab) / slabsPerChunk
            let place = Int(slab) % slabsPerChunk
            precondition(
                index < state.chunks.count && state.chunks[index].free[place / 64] >> UInt64(place % 64) & 1 == 0,
                "slab \(slab) was not handed out"
            )
            state.chunks[index].free[place / 64] |= 1 << UInt64(place % 64)
            state.chunks[index].freeCount += 1
            state.freeCount += 1
            state.firstRoomy = min(state.firstRoomy, index)
            guard state.chunks[index].freeCount == slabsPerChunk, state.freeCount >= 2 * slabsPerChunk else { return }
            space.decommit(index)
            state.freeCount -= slabsPerChunk
            state.chunks[index] = Chunk()
        }
    }
}
