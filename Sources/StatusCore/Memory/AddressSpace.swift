internal import Glibc

/// A run of addresses, reserved at once and given memory in chunks of 2 MiB, on huge pages where the system has them.
///
/// Once a chunk has been given memory its addresses can be read for as long as the address space lives, even after
/// the memory was given back (they read as zero then): a reader without a lock may follow an old pointer into it. The
/// owner of the chunks sees to it that each is given memory, and returned, by one thread at a time.
@safe
internal final class AddressSpace: @unchecked Sendable {
    // Sendable, because the fields never change; what they point to belongs to whoever was handed a part of it.
    private let reserved: UnsafeMutableRawPointer
    private let reservedSize: Int
    private let budget: MemoryBudget

    /// The first address, aligned to a chunk.
    internal let base: UnsafeMutableRawPointer
    /// How many chunks fit.
    internal let chunkCount: Int

    /// Bytes a chunk: one huge page.
    internal static let chunkSize = 2 << 20

    /// Reserves room for at least `size` bytes. Traps when the process may not have so many addresses, with the size.
    internal init(size: Int, budget: MemoryBudget) {
        self.budget = budget
        chunkCount = (max(size, 1) + AddressSpace.chunkSize - 1) / AddressSpace.chunkSize
        reservedSize = (chunkCount + 1) * AddressSpace.chunkSize
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let memory = unsafe mmap(nil, reservedSize, PROT_NONE, flags, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            fatalError("cannot reserve \(reservedSize) bytes of addresses, error \(errno): is there a limit on them?")
        }
        unsafe reserved = unsafe memory
        let misalignment = Int(bitPattern: memory) % AddressSpace.chunkSize
        unsafe base = unsafe memory + (misalignment == 0 ? 0 : AddressSpace.chunkSize - misalignment)
    }

    deinit {
        unsafe munmap(reserved, reservedSize)
    }

    /// True when the process may have `size` more bytes of addresses at this moment.
    internal static func canReserve(_ size: Int) -> Bool {
        let memory = unsafe mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return false }
        unsafe munmap(memory, size)
        return true
    }

    /// Gives chunk `index` memory, which reads as zero; false when the budget or the system has none for `purpose`.
    internal func commit(_ index: Int, for purpose: MemoryBudget.Purpose) -> Bool {
        precondition(index >= 0 && index < chunkCount, "chunk \(index) of \(chunkCount)")
        guard budget.take(AddressSpace.chunkSize, for: purpose) else { return false }
        let chunk = unsafe base + index * AddressSpace.chunkSize
        guard unsafe mprotect(chunk, AddressSpace.chunkSize, PROT_READ | PROT_WRITE) == 0 else {
            budget.giveBack(AddressSpace.chunkSize)
            return false
        }
        // Advice only: without huge pages everything works, with more misses in the page tables.
        unsafe madvise(chunk, AddressSpace.chunkSize, MADV_HUGEPAGE)
        return true
    }

    /// Returns the memory of chunk `index`, which was given some and which nobody writes to any more.
    internal func decommit(_ index: Int) {
        precondition(index >= 0 && index < chunkCount, "chunk \(index) of \(chunkCount)")
        let chunk = unsafe base + index * AddressSpace.chunkSize
        if unsafe madvise(chunk, AddressSpace.chunkSize, MADV_DONTNEED) != 0 {
            // Locked into memory, it stays there; but zeros are what the next owner counts on.
            for offset in stride(from: 0, to: AddressSpace.chunkSize, by: 8) { unsafe chunk.shareWord(0, offset) }
        }
        budget.giveBack(AddressSpace.chunkSize)
    }

    /// Touches each page of `size` bytes at `offset`, so that no later access has to wait for the system. Some bytes
    /// are zero afterwards; nobody else may write to them meanwhile.
    internal func prepare(_ offset: Int, _ size: Int) {
        // A page that is read first may be mapped to the system's page of zeros, and split when it is written.
        for at in stride(from: offset, to: offset + size, by: 4_096) { unsafe base.shareWord(0, at) }
    }
}
