import JobStore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ResultStore
import StatusCore

/// Somebody on an event loop whose answer has to be true after a loss of power.
protocol CommitWaiter: AnyObject {
    /// What it waited for is on disk, or cannot be written at present. Called on its loop, once for each wait.
    func commitEnded(_ outcome: CommitOutcome)
}

enum CommitOutcome: Sendable {
    case durable
    /// Why not, for people.
    case failed(String)
}

/// Brings the changes of the job table to the disk: one thread, one store, group commits.
///
/// Jobs are written as they are when their turn comes, so that a job that changed a thousand times in between is
/// written once. Each round takes what is urgent (new jobs, ends, results, attempts); progress alone goes with it where
/// there is little of it, and otherwise when the interval is over, or somebody asked for it. What changed before a
/// round began is on disk when the round is done: callers wait for a round that has not begun yet.
///
/// While the disk fails, rounds are repeated, writes are refused (``failure``), and nothing is forgotten.
final class Committer: Sendable {
    /// Used by the thread alone, once it runs.
    private struct Disk: @unchecked Sendable {
        let store: any JobStoring
    }

    /// For how long the store remembers what has gone.
    struct Memory {
        /// Milliseconds, and how many.
        var tombstoneLifetime: Int64
        var tombstoneLimit: Int
    }

    private struct Waiter {
        let round: UInt64
        let scope: ChangeScope
        let loop: any EventLoop
        let waiter: NIOLoopBound<any CommitWaiter>
    }

    private struct State {
        /// The number of the round that runs, or ran last; rounds count from 1.
        var begun: UInt64 = 0
        var waiters: [Waiter] = []
        var expired: [StoredTombstone] = []
        /// Results that no job names any more.
        var removed: [UInt64] = []
        /// Producers as they are when what was in the table at the same time is on disk; the last of each counts.
        var producers: [StoredProducer] = []
        var wantsEverything = false
        var isStopping = false
        var failure: String?
    }

    private let disk: Disk
    private let table: JobTable
    private let results: ResultStore
    private let clock: ServerClock
    private let logger: Logger
    /// Milliseconds between two rounds that take progress as well.
    private let interval: Int64
    private let memory: Memory
    private let mailbox: Mailbox
    /// 1: there is something to do.
    private let bell: ConditionLock<Int>
    private let state = NIOLockedValueBox(State())
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// - Parameter store: the committer's alone from here on.
    init(
        store: any JobStoring,
        table: JobTable,
        results: ResultStore,
        clock: ServerClock,
        interval: Int64,
        memory: Memory,
        logger: Logger
    ) {
        disk = Disk(store: store)
        self.table = table
        self.results = results
        self.clock = clock
        self.interval = interval
        self.memory = memory
        self.logger = logger
        let bell = ConditionLock(value: 0)
        self.bell = bell
        mailbox = table.makeChangeMailbox {
            bell.lock()
            bell.unlock(withValue: 1)
        }
    }

    /// Why nothing can be written at present, for people; nil while all is well. Any thread.
    var failure: String? { state.withLockedValue { $0.failure } }

    /// Runs `load` with the store on the committer's thread, and commits from then on. `load` returns the results that
    /// the store has, or nil where there is nothing to go on with.
    func start(load: @escaping @Sendable (any JobStoring) -> Set<UInt64>?) {
        thread.start()
        thread.submit { [self] runState in
            if case .active = runState, let written = load(disk.store) { run(written) }
        }
    }

    /// Writes everything once more and ends; once.
    func stop() async {
        state.withLockedValue { $0.isStopping = true }
        wake()
        // Returns when what was submitted is done.
        try? await thread.shutdownGracefully()
    }

    /// Tells `waiter`, on `loop`, when all that is in the table now is on disk, or with ``ChangeScope/urgent`` all of
    /// it but progress. Call on `loop`.
    /// - Parameter hurries: progress is not to wait for the interval.
    func wait(for scope: ChangeScope, hurries: Bool, _ waiter: any CommitWaiter, on loop: any EventLoop) {
        let bound = NIOLoopBound<any CommitWaiter>(waiter, eventLoop: loop)
        state.withLockedValue { state in
            state.waiters.append(Waiter(round: state.begun + 1, scope: scope, loop: loop, waiter: bound))
            if case .all = scope, hurries { state.wantsEverything = true }
        }
        if hurries { wake() }
    }

    /// Has tombstones kept, and the rows of their jobs removed. Any thread.
    func expire(_ stones: [StoredTombstone]) {
        state.withLockedValue { $0.expired += stones }
    }

    /// Has a producer kept as it is, together with all that is in the table now, progress included. Any thread.
    func note(_ producer: StoredProducer) {
        state.withLockedValue { $0.producers.append(producer) }
    }

    /// Has a result forgotten that its job has let go of. Any thread, after the job has.
    func forget(_ result: ResultID) {
        state.withLockedValue { $0.removed.append(result.rawValue) }
    }

    private func wake() {
        bell.lock()
        bell.unlock(withValue: 1)
    }
}

/// What the thread does.
extension Committer {
    private func run(_ written: Set<UInt64>) {
        let snapshot = JobSnapshot()
        var written = written
        var fullAt = clock.now().monotonic + interval
        var tidyAt = fullAt
        var backoff: Int64 = 0
        while true {
            let pause = backoff > 0 ? backoff : max(fullAt - clock.now().monotonic, 1)
            // A store that fails is not asked more often because more changes come.
            if backoff > 0 {
                _ = bell.lock(whenValue: 2, timeoutSeconds: Double(pause) / 1_000)
            } else if bell.lock(whenValue: 1, timeoutSeconds: Double(pause) / 1_000) {
                bell.unlock(withValue: 0)
            }
            let isStopping = state.withLockedValue { $0.isStopping }
            let began = clock.now().monotonic
            let isFull = round(snapshot, &written, isFull: isStopping || began >= fullAt)
            let ended = clock.now().monotonic
            // A disk that is slow is asked for progress more rarely.
            if isFull { fullAt = ended + max(interval, ended - began) }
            if ended >= tidyAt {
                tidyAt = ended + (tidyUp() ? Limits.tidyInterval : Limits.tidyPause)
            }
            let failed = state.withLockedValue { $0.failure != nil }
            backoff = failed ? min(max(backoff * 2, Limits.firstCommitPause), Limits.longestCommitPause) : 0
            if isStopping { return }
        }
    }

    /// Writes what has changed; returns whether progress was taken along.
    ///
    /// - Parameter written: the results that are in the store.
    private func round(_ snapshot: JobSnapshot, _ written: inout Set<UInt64>, isFull: Bool) -> Bool {
        let (number, isAsked, expired, removed, producers) = state.withLockedValue { state in
            state.begun += 1
            defer {
                state.wantsEverything = false
                state.expired = []
                state.removed = []
                state.producers = []
            }
            return (state.begun, state.wantsEverything, state.expired, state.removed, state.producers)
        }
        let takesAll = isFull || isAsked || table.countChanges() <= Limits.changesPerCommit
        var batch = CommitBatch()
        batch.expired = expired
        // A job that let go of one for another is among the changed ones of this round.
        let removals = removed.filter { written.contains($0) }
        var taken: [JobReference] = []
        var shown: [JobReference] = []
        var failure: DatabaseFailure?
        table.takeChanges(takesAll ? .all : .urgent, of: mailbox) { reference in
            taken.append(reference)
            guard failure == nil, table.read(reference, at: clock.now(), into: snapshot) else { return }
            let image = snapshot.image
            batch.jobs.append(image)
            if image.result != .none, !written.contains(image.result.rawValue),
                let result = results.result(image.result.rawValue)
            {
                batch.results.append(StoredResultRow(result.record))
                written.insert(image.result.rawValue)
            }
            if snapshot.isUnwritten || image.state.isTerminal && !snapshot.state.isTerminal { shown.append(reference) }
            guard batch.jobs.count >= Limits.jobsPerCommit else { return }
            failure = commit(&batch, &taken, &shown)
        }
        if failure == nil {
            batch.removedResults = removals
            if takesAll { batch.producers = Committer.last(of: producers) }
            failure = commit(&batch, &taken, &shown)
        }
        if failure == nil {
            written.subtract(removals)
            removed.forEach(results.removeFile)
        } else {
            for row in batch.results { written.remove(row.id) }
            taken.forEach(table.giveBackChange)
            let unkept = batch.expired
            state.withLockedValue { state in
                state.expired = unkept + state.expired
                state.removed = removed + state.removed
            }
        }
        if failure != nil || !takesAll {
            state.withLockedValue { $0.producers = Committer.last(of: producers + $0.producers) }
        }
        conclude(number, takesAll, failure)
        return takesAll
    }

    /// Gives up what is remembered longer than it has to be, and space that is not used any more; true when that is all
    /// for now.
    private func tidyUp() -> Bool {
        guard state.withLockedValue({ $0.failure == nil }) else { return true }
        let now = clock.now().wall
        var batch = CommitBatch()
        batch.giveUpTombstonesBefore = now - memory.tombstoneLifetime
        batch.tombstoneLimit = memory.tombstoneLimit
        batch.forgetProducersBefore = now - Limits.producerMemory
        do throws(DatabaseFailure) {
            try disk.store.commit(batch)
            return try disk.store.giveSpaceBack()
        } catch {
            // Nobody waits for it. Whether the disk can be written the next round finds out.
            logger.debug("space cannot be given back", metadata: ["reason": "\(error)"])
            return true
        }
    }

    /// The last word about each producer, in the order in which they were heard.
    private static func last(of producers: [StoredProducer]) -> [StoredProducer] {
        guard producers.count > 1 else { return producers }
        var seen: Set<ProducerKey> = []
        return producers.reversed().filter { seen.insert(ProducerKey(tenant: $0.tenant, name: $0.name)).inserted }
            .reversed()
    }

    /// Makes a batch durable and says so to readers; leaves everything as it is where that fails.
    private func commit(
        _ batch: inout CommitBatch,
        _ taken: inout [JobReference],
        _ shown: inout [JobReference]
    ) -> DatabaseFailure? {
        do throws(DatabaseFailure) {
            try disk.store.commit(batch)
        } catch {
            return error
        }
        let now = clock.now()
        for reference in shown { _ = table.publish(reference, at: now) }
        batch = CommitBatch()
        taken = []
        shown = []
        return nil
    }

    /// Tells those who waited for the round, and all of them where it failed.
    private func conclude(_ number: UInt64, _ wasFull: Bool, _ failure: DatabaseFailure?) {
        let text = failure.map { "\($0)" }
        let (ready, before) = state.withLockedValue { state in
            let before = state.failure
            state.failure = text
            var ready: [Waiter] = []
            state.waiters.removeAll { waiter in
                var isReady = waiter.round <= number
                if case .all = waiter.scope, !wasFull, text == nil { isReady = false }
                if isReady { ready.append(waiter) }
                return isReady
            }
            return (ready, before)
        }
        if let text, before != text {
            logger.error(
                "cannot write to the disk: changes are refused until it can be written again",
                metadata: ["reason": "\(text)", "advice": "\(failure?.advice ?? "")"]
            )
        } else if text == nil, before != nil {
            logger.notice("the disk can be written again: changes are taken")
        }
        let outcome = text.map(CommitOutcome.failed) ?? .durable
        for (_, waiters) in Dictionary(grouping: ready, by: { ObjectIdentifier($0.loop) }) {
            waiters[0].loop.execute {
                for waiter in waiters { waiter.waiter.value.commitEnded(outcome) }
            }
        }
    }
}
