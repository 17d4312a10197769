import JobStore
import NIOConcurrencyHelpers
import NIOCore
import ResultStore
import StatusCore

/// Turns the job table's timing wheel: expiry, stalls, and results whose time is over.
///
/// One repeated task on one event loop; the table bounds the work of a call, so that no connection of that loop waits.
final class JobTimers: Sendable {
    private let services: ServerServices
    private let loop: any EventLoop
    private let task = NIOLockedValueBox<RepeatedTask?>(nil)

    init(services: ServerServices, loop: any EventLoop) {
        self.services = services
        self.loop = loop
    }

    func start() {
        let interval = Limits.timerInterval
        let repeated = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [self] _ in
            services.clock.adjust()
            tick(at: services.clock.now())
        }
        task.withLockedValue { $0 = repeated }
    }

    /// Returns when no tick runs any more.
    func stop() async {
        let repeated = task.withLockedValue { task in
            defer { task = nil }
            return task
        }
        guard let repeated else { return }
        let stopped = loop.makePromise(of: Void.self)
        repeated.cancel(promise: stopped)
        try? await stopped.futureResult.get()
    }

    /// Does what is due at `now`.
    func tick(at now: Instant) {
        let services = services
        // Jobs of one worker often expire together: it is told once.
        var expired: [OwnerID: [Handle]] = [:]
        var stones: [StoredTombstone] = []
        services.table.advance(to: now, limit: Limits.timersPerTick) { event in
            switch event {
            case .expired(let job, let owner, let handle, let dropped):
                stones.append(StoredTombstone(id: job.id, tenant: job.tenant, expiredAt: job.at))
                services.discard(dropped)
                if owner != .none { expired[owner, default: []].append(handle) }
            case .resultExpired(_, let dropped):
                services.discard(dropped)
            case .stalled:
                break
            }
        }
        if !stones.isEmpty { services.bridge.committer?.expire(stones) }
        for (owner, handles) in expired {
            services.streams.reach(owner) { $0.expired(handles) }
        }
    }
}

extension ServerServices {
    /// Frees a result that no job refers to any more; ``ResultID/none`` is ignored.
    func discard(_ result: ResultID) {
        bridge.discard(result)
    }
}
