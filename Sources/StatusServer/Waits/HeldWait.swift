import NIOCore
import StatusCore

/// A wait that a connection holds: while it does, the connection costs no more than this and its watch.
struct HeldWait {
    let wait: JobWait
    /// When it is answered in any case.
    let deadline: NIODeadline
    let ticket: LoopWatches.Ticket
}

extension LoopWatches {
    /// Begins to watch the job of a wait; nil when it can be answered now, because its job is as wanted, or gone, or
    /// because there is no room.
    func hold(
        _ wait: JobWait,
        for watcher: any JobWatcher,
        until deadline: NIODeadline,
        services: ServerServices,
        scratch: LoopScratch
    ) -> HeldWait? {
        var version = wait.version
        for _ in 0..<Limits.watchTries {
            let now = services.clock.now()
            switch begin(wait.reference, unlike: version, for: watcher, at: now) {
            case .watching(let ticket): return HeldWait(wait: wait, deadline: deadline, ticket: ticket)
            case .gone, .full: return nil
            case .differs:
                let job = scratch.bridge.snapshot
                guard services.table.read(wait.reference, at: now, into: job), !wait.isReached(by: job) else {
                    return nil
                }
                version = job.version
            }
        }
        return nil
    }
}
