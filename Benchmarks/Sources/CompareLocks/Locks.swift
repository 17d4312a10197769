import CThreads
import Glibc
import Synchronization

/// A kind of lock that lies in memory of the caller, in at most 64 bytes aligned to 128.
protocol LockKind {
    static var name: String { get }
    /// Makes a lock at `memory`, once, before its first use.
    static func create(at memory: UnsafeMutableRawPointer)
    /// Calls `section` with the lock held.
    static func locked(_ memory: UnsafeMutableRawPointer, _ section: () -> Void)
}

/// What the section costs without any lock; with two threads it loses stores.
enum NoLock: LockKind {
    static let name = "none"
    static func create(at memory: UnsafeMutableRawPointer) {}

    @inline(__always)
    static func locked(_ memory: UnsafeMutableRawPointer, _ section: () -> Void) { section() }
}

enum NormalPthread: LockKind {
    static let name = "pthread mutex, normal"
    static func create(at memory: UnsafeMutableRawPointer) { createPthread(at: memory, CInt(PTHREAD_MUTEX_NORMAL)) }

    @inline(__always)
    static func locked(_ memory: UnsafeMutableRawPointer, _ section: () -> Void) { lockedPthread(memory, section) }
}

enum AdaptivePthread: LockKind {
    static let name = "pthread mutex, adaptive"

    static func create(at memory: UnsafeMutableRawPointer) {
        createPthread(at: memory, CInt(PTHREAD_MUTEX_ADAPTIVE_NP))
    }

    @inline(__always)
    static func locked(_ memory: UnsafeMutableRawPointer, _ section: () -> Void) { lockedPthread(memory, section) }
}

enum SwiftMutex: LockKind {
    static let name = "Synchronization.Mutex"

    static func create(at memory: UnsafeMutableRawPointer) {
        memory.bindMemory(to: Mutex<Void>.self, capacity: 1).initialize(to: Mutex(()))
    }

    @inline(__always)
    static func locked(_ memory: UnsafeMutableRawPointer, _ section: () -> Void) {
        memory.assumingMemoryBound(to: Mutex<Void>.self).pointee.withLock { _ in section() }
    }
}

enum Futex: LockKind {
    static let name = "futex, three states"

    static func create(at memory: UnsafeMutableRawPointer) {
        memory.bindMemory(to: FutexLock.self, capacity: 1).initialize(to: FutexLock(state: 0))
    }

    @inline(__always)
    static func locked(_ memory: UnsafeMutableRawPointer, _ section: () -> Void) {
        let lock = memory.assumingMemoryBound(to: FutexLock.self)
        FutexLock_lock(lock)
        section()
        FutexLock_unlock(lock)
    }
}

enum Spin: LockKind {
    static let name = "spin"

    static func create(at memory: UnsafeMutableRawPointer) {
        memory.bindMemory(to: SpinLock.self, capacity: 1).initialize(to: SpinLock(state: 0))
    }

    @inline(__always)
    static func locked(_ memory: UnsafeMutableRawPointer, _ section: () -> Void) {
        let lock = memory.assumingMemoryBound(to: SpinLock.self)
        SpinLock_lock(lock)
        section()
        SpinLock_unlock(lock)
    }
}

private func createPthread(at memory: UnsafeMutableRawPointer, _ type: CInt) {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, type)
    let failure = pthread_mutex_init(memory.bindMemory(to: pthread_mutex_t.self, capacity: 1), &attributes)
    precondition(failure == 0, "pthread_mutex_init: \(failure)")
    pthread_mutexattr_destroy(&attributes)
}

@inline(__always)
private func lockedPthread(_ memory: UnsafeMutableRawPointer, _ section: () -> Void) {
    let mutex = memory.assumingMemoryBound(to: pthread_mutex_t.self)
    pthread_mutex_lock(mutex)
    section()
    pthread_mutex_unlock(mutex)
}
