internal import Synchronization

/// Hears of every new job of one type, until it is handed to ``JobTable/endFollowing(_:)``. Any thread may use it.
///
/// What nobody takes is kept up to ``Limits/queuedCreations``, and forgotten beyond that, which ``take()`` tells.
public final class CreationQueue: Sendable {
    /// What has arrived and was not taken.
    private struct Arrivals {
        var jobs: [JobReference] = []
        var isComplete = true
        /// The follower was told that there is something, and has not come for it.
        var isSignalled = false
    }

    internal let key: CreationKey
    private let arrivals = Mutex(Arrivals())
    private let signal: @Sendable () -> Void

    internal init(_ key: CreationKey, signal: @escaping @Sendable () -> Void) {
        self.key = key
        self.signal = signal
    }

    internal func note(_ job: JobReference) {
        let isFirst = arrivals.withLock { arrivals in
            if arrivals.jobs.count < Limits.queuedCreations {
                arrivals.jobs.append(job)
            } else {
                arrivals.isComplete = false
            }
            defer { arrivals.isSignalled = true }
            return !arrivals.isSignalled
        }
        if isFirst { signal() }
    }

    /// The jobs made since the last call, oldest first, whether they still are there or not; and whether these are all
    /// of them. If not, the newest are missing, and ``JobTable/list(_:after:limit:at:visit:)`` finds them.
    public func take() -> (jobs: [JobReference], isComplete: Bool) {
        arrivals.withLock { arrivals in
            defer { arrivals = Arrivals() }
            return (arrivals.jobs, arrivals.isComplete)
        }
    }
}

/// What a follower of new jobs asks for.
internal struct CreationKey: Hashable, Sendable {
    internal let type: String
    internal let tenant: TenantID
}

/// Who follows the new jobs of which types. Making a job of a table that nobody follows costs one load more.
internal struct CreationWatches: ~Copyable, Sendable {
    private let queues = Mutex<[CreationKey: [CreationQueue]]>([:])
    /// How many queues there are.
    private let count = Atomic(0)

    internal func add(_ queue: CreationQueue) {
        queues.withLock { $0[queue.key, default: []].append(queue) }
        count.add(1, ordering: .relaxed)
    }

    internal func remove(_ queue: CreationQueue) {
        let isRemoved = queues.withLock { queues in
            guard let index = queues[queue.key]?.firstIndex(where: { $0 === queue }) else { return false }
            queues[queue.key]?.remove(at: index)
            if queues[queue.key]?.isEmpty == true { queues[queue.key] = nil }
            return true
        }
        if isRemoved { count.subtract(1, ordering: .relaxed) }
    }

    /// True when somebody follows the new jobs of any type.
    internal var hasFollowers: Bool { count.load(ordering: .relaxed) > 0 }

    /// Tells of a job that was made, or shown. To be called after its stripe's lock was released.
    ///
    /// A follower is counted before it takes the lock of any stripe to look for the jobs that there are. So whoever
    /// makes a job and reads a count of 0 here has released the stripe's lock before that follower takes it, and the
    /// follower finds the job by itself.
    @inline(__always)
    internal func note(_ job: JobReference, of submission: borrowing Submission) {
        if hasFollowers { pass(job, submission.type, submission.tenant) }
    }

    @inline(never)
    private func pass(_ job: JobReference, _ type: String?, _ tenant: TenantID) {
        guard let type else { return }
        let key = CreationKey(type: type, tenant: tenant)
        // The followers' signals are called under no lock.
        for queue in queues.withLock({ $0[key] ?? [] }) { queue.note(job) }
    }
}

extension JobTable {
    /// Begins to follow the new jobs of a type. Every job of it that a walk begun after this call does not find comes
    /// to the queue; some come both ways.
    /// - Parameter signal: is to bring about a ``CreationQueue/take()`` soon. Called on any thread, under no lock, and
    ///   at most once between two takes.
    public func followCreations(
        ofType type: String,
        of tenant: TenantID = .sole,
        signal: @escaping @Sendable () -> Void
    ) -> CreationQueue {
        let queue = CreationQueue(CreationKey(type: type, tenant: tenant), signal: signal)
        creations.add(queue)
        return queue
    }

    /// Ends what ``followCreations(ofType:of:signal:)`` began; does nothing when it has ended.
    public func endFollowing(_ queue: CreationQueue) {
        creations.remove(queue)
    }
}
