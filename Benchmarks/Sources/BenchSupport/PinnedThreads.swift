import CThreads
import Glibc
import Synchronization

/// Threads that do the same work at the same time, each on a core of its own as far as there are any.
public final class PinnedThreads: Sendable {
    private let count: Int
    private let work: @Sendable (_ thread: Int, _ meeting: Meeting) -> Void
    private let meeting: Meeting
    private let nextNumber = Atomic(0)

    private init(_ count: Int, _ work: @escaping @Sendable (Int, Meeting) -> Void) {
        self.count = count
        self.work = work
        meeting = Meeting(of: count)
    }

    /// Calls `work` on `count` threads with their numbers and a place to meet, and returns when all have returned.
    public static func run(_ count: Int, _ work: @escaping @Sendable (_ thread: Int, _ meeting: Meeting) -> Void) {
        let threads = PinnedThreads(count, work)
        var handles: [pthread_t] = []
        for _ in 0..<count {
            var handle = pthread_t()
            let context = Unmanaged.passRetained(threads).toOpaque()
            let failure = pthread_create(&handle, nil, PinnedThreads.main, context)
            precondition(failure == 0, "pthread_create: \(failure)")
            handles.append(handle)
        }
        for handle in handles { pthread_join(handle, nil) }
    }

    /// What each thread does; `context` is the retained threads.
    private static let main: @convention(c) @Sendable (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
        let threads = Unmanaged<PinnedThreads>.fromOpaque($0!).takeRetainedValue()
        let number = threads.nextNumber.add(1, ordering: .relaxed).oldValue
        let failure = CThreads_pin(CInt(number))
        precondition(failure == 0, "pthread_setaffinity_np: \(failure)")
        threads.work(number, threads.meeting)
        return nil
    }
}

/// Where threads wait for each other.
public final class Meeting: Sendable {
    private let count: Int
    private let arrived = Atomic(0)

    init(of count: Int) {
        self.count = count
    }

    /// Returns when each of the threads has called this as often as the caller.
    public func wait() {
        let mine = arrived.add(1, ordering: .acquiringAndReleasing).newValue
        let wanted = (mine + count - 1) / count * count
        while arrived.load(ordering: .acquiring) < wanted { sched_yield() }
    }
}
