internal import Synchronization

/// The cap on jobs, over all stripes. Lies in cache lines of its own: it is written when a job comes or goes, and
/// nothing that only updates or reads jobs may feel that.
///
/// Sendable, because the pointers never change and what they point to is atomic.
@safe
internal struct Quota: @unchecked Sendable {
    private let memory: UnsafeMutableRawPointer
    private let taken: UnsafeMutablePointer<Atomic<Int>>
    private let limit: Int

    internal init(limit: Int) {
        self.limit = limit
        unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
        unsafe taken = unsafe memory.bindMemory(to: Atomic<Int>.self, capacity: 1)
        unsafe taken.initialize(to: Atomic(0))
    }

    /// Gives the memory back; nobody may use the quota any more.
    internal func deallocate() {
        unsafe taken.deinitialize(count: 1)
        unsafe memory.deallocate()
    }

    /// Takes one place; false when there is none.
    internal func take() -> Bool {
        if unsafe taken.pointee.add(1, ordering: .relaxed).newValue <= limit { return true }
        giveBack()
        return false
    }

    /// Gives one place back.
    internal func giveBack() {
        _ = unsafe taken.pointee.subtract(1, ordering: .relaxed)
    }
}
