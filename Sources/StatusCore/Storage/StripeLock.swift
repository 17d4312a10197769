internal import Glibc

/// The lock of one stripe.
///
/// Lock order: the lock of an idempotency key may be held when a stripe's is taken; nothing is ever taken under a
/// stripe's lock, not even that of another stripe, and no code of a caller runs under it.
///
/// It is a pthread mutex that spins for a moment before it sleeps: a section under it is shorter than a sleep, but a
/// holder that was descheduled must not cost its waiters their time slices. `Synchronization.Mutex` is a
/// priority-inheritance futex in Swift 6.3.1 and hands over badly under contention. This is the only file that knows.
@safe
internal struct StripeLock {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// How many bytes of the stripe's memory a lock takes: one cache line.
    internal static let size = 64

    /// The lock that lies at `memory`, which must be aligned to 8 bytes and outlive the lock.
    @inline(__always)
    internal init(at memory: UnsafeMutableRawPointer) {
        unsafe mutex = unsafe memory.assumingMemoryBound(to: pthread_mutex_t.self)
    }

    /// Makes a lock at `memory`, once, before its first use.
    internal static func create(at memory: UnsafeMutableRawPointer) {
        var attributes = pthread_mutexattr_t()
        unsafe pthread_mutexattr_init(&attributes)
        unsafe pthread_mutexattr_settype(&attributes, CInt(PTHREAD_MUTEX_ADAPTIVE_NP))
        let mutex = unsafe memory.bindMemory(to: pthread_mutex_t.self, capacity: 1)
        let failure = unsafe pthread_mutex_init(mutex, &attributes)
        precondition(failure == 0, "pthread_mutex_init: \(failure)")
        unsafe pthread_mutexattr_destroy(&attributes)
    }

    /// Ends the lock, which nobody holds.
    internal func destroy() {
        unsafe pthread_mutex_destroy(mutex)
    }

    @inline(__always)
    internal func lock() {
        let failure = unsafe pthread_mutex_lock(mutex)
        precondition(failure == 0, "pthread_mutex_lock: \(failure)")
    }

    @inline(__always)
    internal func unlock() {
        unsafe pthread_mutex_unlock(mutex)
    }
}
