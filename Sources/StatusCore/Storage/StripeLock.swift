internal import CMachine
internal import Synchronization

/// The lock of one stripe, and the sequence by which its readers do without it.
///
/// Lock order: the lock of an idempotency key, and under it the quota's, may be held when a stripe's is taken; nothing
/// is ever taken under a stripe's lock, not even that of another stripe, and no code of a caller runs under it.
///
/// The lock is a word that waiters sleep on in the kernel (Drepper, "Futexes are tricky", the third mutex): 0 free,
/// 1 held, 2 held and somebody sleeps. A waiter tries for a moment first, because a section is shorter than a sleep;
/// only for a moment, because a holder that was descheduled must not cost its waiters their time slices.
///
/// The sequence is even while nothing changes. ``beginChange()`` makes it odd and ``endChange()`` even again, both
/// under the lock. A reader notes it, copies with relaxed atomic loads, and may believe its copy if the sequence is
/// even and still the same afterwards (Lameter 2005; Boehm 2012). This is the only file that knows.
@safe
internal struct StripeLock {
    private let memory: UnsafeMutableRawPointer

    /// How many bytes of the stripe's memory it takes, aligned to 8.
    internal static let size = 16
    private static let sequenceOffset = 8

    /// How often a waiter looks before it sleeps: about ten microseconds, which is longer than any section and shorter
    /// than a sleep with its wake-up.
    private static let patience = 400

    /// The lock that lies at `memory`, which was zero when the lock was first used, and outlives it.
    @inline(__always)
    internal init(at memory: UnsafeMutableRawPointer) {
        unsafe self.memory = unsafe memory
    }

    @inline(__always)
    private var word: UnsafeMutablePointer<Atomic<UInt32>> {
        unsafe memory.assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    @inline(__always)
    private var sequence: UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (memory + StripeLock.sequenceOffset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    @inline(__always)
    internal func lock() {
        let (taken, _) = unsafe word.pointee.compareExchange(expected: 0, desired: 1, ordering: .acquiring)
        if !taken { wait() }
    }

    @inline(never)
    private func wait() {
        for _ in 0..<StripeLock.patience {
            CMachine_pause()
            guard unsafe word.pointee.load(ordering: .relaxed) == 0 else { continue }
            if unsafe word.pointee.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged { return }
        }
        // Whoever has slept leaves the word at 2, as others may sleep still: at worst one wake-up too many.
        while unsafe word.pointee.exchange(2, ordering: .acquiring) != 0 {
            unsafe CMachine_wait(memory, 2)
        }
    }

    @inline(__always)
    internal func unlock() {
        if unsafe word.pointee.exchange(0, ordering: .releasing) == 2 { unsafe CMachine_wakeOne(memory) }
    }

    /// Readers' copies are not to be believed from now on. Under the lock.
    @inline(__always)
    internal func beginChange() {
        let value = unsafe sequence.pointee.load(ordering: .relaxed)
        unsafe sequence.pointee.store(value &+ 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
    }

    /// The change is whole. Under the lock.
    @inline(__always)
    internal func endChange() {
        let value = unsafe sequence.pointee.load(ordering: .relaxed)
        unsafe sequence.pointee.store(value &+ 1, ordering: .releasing)
    }

    /// The sequence, to begin a copy with; nil while a change is under way.
    @inline(__always)
    internal func beginCopy() -> UInt64? {
        let value = unsafe sequence.pointee.load(ordering: .acquiring)
        return value & 1 == 0 ? value : nil
    }

    /// The same for one who has tried in vain: gives a change the time of some instructions to end first.
    @inline(__always)
    internal func beginCopyAgain() -> UInt64? {
        CMachine_pause()
        return beginCopy()
    }

    /// What is read after this was read after all that was read before.
    @inline(__always)
    internal static func finishReads() { atomicMemoryFence(ordering: .acquiring) }

    /// True when nothing has changed since ``beginCopy()`` gave `value`: everything copied in between is of one
    /// moment.
    @inline(__always)
    internal func isStill(at value: UInt64) -> Bool {
        atomicMemoryFence(ordering: .acquiring)
        return unsafe sequence.pointee.load(ordering: .relaxed) == value
    }
}
