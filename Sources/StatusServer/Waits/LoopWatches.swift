import NIOCore
import StatusCore

/// The watches of one event loop: one mailbox of the job table, and who is behind each of its tokens.
///
/// The table signals at most once between two drains, and a drain wakes a bounded number of watchers, so neither many
/// changes nor many watchers hold up the loop. Belongs to the loop.
final class LoopWatches {
    /// Names a watch; it stays harmless for ever after its end.
    struct Ticket: Equatable {
        fileprivate let token: UInt64
    }

    /// What came of asking to watch.
    enum Outcome {
        /// The watcher hears of every change from that version on.
        case watching(Ticket)
        /// The job has another version already.
        case differs
        case gone
        /// There is no room for another watcher.
        case full
    }

    /// What a token stands for. Places are used again, with another generation.
    private struct Place {
        /// nil: free.
        var watcher: (any JobWatcher)?
        var watch: WatchID?
        var tag = 0
        /// Differs from that of every use of the place before, for as long as a wake-up can be on its way.
        var generation: UInt32 = 0
    }

    private let table: JobTable
    private let loop: any EventLoop
    private var mailbox: Mailbox?
    private var places: [Place] = []
    private var free: [UInt32] = []
    private var generation: UInt32 = 0
    private var isDraining = false
    private var afterDrain: [() -> Void] = []

    init(table: JobTable, loop: any EventLoop) {
        self.table = table
        self.loop = loop
        // The table keeps the signal, so that the signal must not keep the watches.
        let signalled = NIOLoopBound(Weak(self), eventLoop: loop)
        mailbox = table.makeMailbox { loop.execute { signalled.value.watches?.drain() } }
    }

    private struct Weak {
        weak var watches: LoopWatches?

        init(_ watches: LoopWatches) {
            self.watches = watches
        }
    }

    /// How many watches there are.
    var count: Int { places.count - free.count }

    /// Has `watcher` told of every visible change of a job, until ``end(_:)``. It is kept alive until then.
    ///
    /// - Parameters:
    ///   - version: what the watcher has seen of the job.
    ///   - tag: what the watcher is to be told, 0 or more.
    func begin(
        _ reference: JobReference,
        unlike version: UInt64,
        for watcher: any JobWatcher,
        tag: Int = 0,
        at now: Instant
    ) -> Outcome {
        guard let mailbox else { return .full }
        let index: Int
        if let last = free.popLast() {
            index = Int(last)
        } else {
            index = places.count
            places.append(Place())
        }
        generation &+= 1
        places[index].generation = generation
        let token = UInt64(generation) << 32 | UInt64(index)
        switch table.watch(reference, unlike: version, from: mailbox, token: token, at: now) {
        case .watching(let watch):
            places[index].watcher = watcher
            places[index].watch = watch
            places[index].tag = tag
            return .watching(Ticket(token: token))
        case .differs:
            release(index)
            return .differs
        case .gone:
            release(index)
            return .gone
        case .full:
            release(index)
            return .full
        }
    }

    /// Ends a watch, unless it has ended.
    func end(_ ticket: Ticket) {
        guard let index = index(of: ticket.token) else { return }
        if let watch = places[index].watch { table.unwatch(watch) }
        release(index)
    }

    /// Tells the watchers whose jobs have changed.
    private func drain() {
        guard let mailbox else { return }
        isDraining = true
        table.drain(mailbox) { token in
            // A watcher that was told before this one may have ended the watch.
            guard let index = index(of: token), let watcher = places[index].watcher else { return }
            watcher.jobMayHaveChanged(places[index].tag)
        }
        isDraining = false
        let bodies = afterDrain
        afterDrain = []
        for body in bodies { body() }
    }

    /// Calls `body` when all watchers of this turn have been told; at once when none are being told. So one who watches
    /// many jobs acts once for all of them.
    func afterDrain(_ body: @escaping () -> Void) {
        if isDraining { afterDrain.append(body) } else { body() }
    }

    /// Has `watcher` told of new jobs of a type, until ``endFollowing(_:)``.
    func follow(type: String, for watcher: any CreationWatcher) -> CreationQueue {
        let loop = loop
        let follower = NIOLoopBound(WeakFollower(watcher: watcher), eventLoop: loop)
        return table.followCreations(ofType: type) { loop.execute { follower.value.watcher?.jobsMayHaveBeenMade() } }
    }

    private struct WeakFollower {
        weak var watcher: (any CreationWatcher)?
    }

    /// Ends what ``follow(type:for:)`` began.
    func endFollowing(_ queue: CreationQueue) {
        table.endFollowing(queue)
    }

    private func index(of token: UInt64) -> Int? {
        let index = Int(token & 0xFFFF_FFFF)
        let generation = UInt32(token >> 32)
        guard index < places.count, places[index].generation == generation, places[index].watcher != nil else {
            return nil
        }
        return index
    }

    private func release(_ index: Int) {
        places[index] = Place()
        free.append(UInt32(index))
        // A crowd that has gone must not keep its memory.
        if free.count == places.count, places.count > Limits.keptWatches {
            places = []
            free = []
        }
    }
}
