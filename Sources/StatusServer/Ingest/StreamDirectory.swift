import NIOConcurrencyHelpers
import NIOCore
import StatusCore

/// Where to reach the worker streams of this process, by the owner number that the job table keeps for each job.
///
/// Whoever cancels or expires a job stands on any thread; the entry brings the news to the event loop of the stream.
/// The lock is held for a dictionary operation only, never while a stream is called.
final class StreamDirectory: Sendable {
    /// One live stream. `mailbox` is called on `loop` only.
    struct Entry: Sendable {
        let loop: any EventLoop
        let mailbox: NIOLoopBound<WorkerStream>
        /// It takes nothing any more.
        var hasEnded = false
    }

    /// What comes of a hello that names a producer.
    enum ClaimOutcome: Sendable {
        /// The stream speaks for the producer from now on.
        case granted(ProducerGrant)
        /// A newer stream does, or did.
        case refused
        /// The former stream lives and is asked; ``WorkerStream/conclude(_:)`` will be called.
        case pending
    }

    private struct State {
        /// How many streams there have been.
        var ordinal: UInt32 = 0
        var isDraining = false
        var entries: [OwnerID: Entry] = [:]
        var producers: ProducerLedger
    }

    private let state: NIOLockedValueBox<State>

    /// - Parameter epoch: every epoch is greater than this, and than those of any process before this one.
    init(after epoch: UInt64) {
        state = NIOLockedValueBox(State(producers: ProducerLedger(after: epoch)))
    }

    /// What a new stream is called: a number that no other stream has (one that ended four billion streams ago may
    /// have had it).
    func makeOwner() -> OwnerID {
        state.withLockedValue { state in
            var owner = OwnerID.none
            repeat {
                state.ordinal &+= 1
                owner = OwnerID(state.ordinal)
            } while owner == .none || state.entries[owner] != nil
            return owner
        }
    }

    /// An epoch for a stream that no producer speaks on.
    func makeEpoch() -> UInt64 {
        state.withLockedValue { $0.producers.makeEpoch() }
    }

    /// How many streams there are.
    var count: Int { state.withLockedValue { $0.entries.count } }

    /// What is kept of a producer.
    func record(of producer: ProducerKey) -> ProducerRecord? {
        state.withLockedValue { $0.producers.record(of: producer) }
    }

    /// Takes over what an earlier process knew of a producer; see ``ProducerLedger/restore(_:_:at:)``.
    func restore(_ producer: ProducerKey, _ record: ProducerRecord, at now: Instant) {
        state.withLockedValue { $0.producers.restore(producer, record, at: now) }
    }

    /// Makes a stream reachable; call on its event loop.
    func register(_ stream: WorkerStream, as owner: OwnerID, on loop: any EventLoop) {
        let entry = Entry(loop: loop, mailbox: NIOLoopBound(stream, eventLoop: loop))
        state.withLockedValue { $0.entries[owner] = entry }
    }

    /// Notes that a stream takes nothing any more, and up to where its producer's items are applied.
    func leave(_ owner: OwnerID, _ producer: ProducerKey?, applied: UInt64, at now: Instant) {
        state.withLockedValue { state in
            state.entries[owner]?.hasEnded = true
            if let producer { state.producers.release(producer, by: owner, applied: applied, at: now) }
        }
    }

    /// Forgets a stream whose connection needs it no more.
    func remove(_ owner: OwnerID) {
        let entry = state.withLockedValue { $0.entries.removeValue(forKey: owner) }
        // The last reference to the stream's box is let go here, outside the lock, on the stream's own loop.
        withExtendedLifetime(entry) {}
    }

    /// Gives a producer to the stream that claims it, unless that is a zombie's.
    ///
    /// One live stream a producer: where the former one lives it is asked first, on its own event loop, because only
    /// there its watermark stands still.
    func claim(_ claim: ProducerClaim) -> ClaimOutcome {
        let (outcome, former) = state.withLockedValue { state -> (ClaimOutcome, Entry?) in
            // What is a zombie by the record is one by the live watermark, which is no lower.
            if state.producers.judge(claim) == .isZombie { return (.refused, nil) }
            if let holder = state.producers.holder(of: claim.key), let entry = state.entries[holder] {
                return (.pending, entry)
            }
            return (state.producers.grant(claim).map { .granted($0) } ?? .refused, nil)
        }
        if let former {
            former.loop.execute { former.mailbox.value.yield(to: claim) }
        }
        return outcome
    }

    /// The former stream's answer to a claim, with its watermark; on its event loop. True when it has to end.
    func handOver(_ claim: ProducerClaim, from former: OwnerID, applied: UInt64) -> Bool {
        let (outcome, claimant) = state.withLockedValue { state -> (ClaimOutcome?, Entry?) in
            // A claimant that has gone meanwhile displaces nobody.
            guard let claimant = state.entries[claim.owner], !claimant.hasEnded else { return (nil, nil) }
            // Another claim may have been first, or the former stream may just have ended by itself.
            guard state.producers.holder(of: claim.key) == former else { return (nil, claimant) }
            return (state.producers.grant(claim, applied: applied).map { .granted($0) } ?? .refused, claimant)
        }
        guard let claimant else { return false }
        let answer = outcome ?? self.claim(claim)
        claimant.loop.execute { claimant.mailbox.value.conclude(answer) }
        if case .granted = outcome { return true }
        return false
    }

    /// Runs `body` with the stream `owner` on its event loop, if it still lives.
    func reach(_ owner: OwnerID, _ body: @escaping @Sendable (WorkerStream) -> Void) {
        guard let entry = state.withLockedValue({ $0.entries[owner] }) else { return }
        entry.loop.execute { body(entry.mailbox.value) }
    }

    /// Calls `body` with every stream that lives on `loop`; on that loop.
    func forEach(on loop: any EventLoop, _ body: (OwnerID, WorkerStream) -> Void) {
        let entries = state.withLockedValue { state in state.entries.filter { $0.value.loop === loop } }
        for (owner, entry) in entries { body(owner, entry.mailbox.value) }
    }

    /// True once the server has begun to shut down; streams that say hello now are sent away.
    var isDraining: Bool { state.withLockedValue { $0.isDraining } }

    /// Asks every live stream, and every one that comes, to end.
    func drain() {
        let entries = state.withLockedValue { state in
            state.isDraining = true
            return Array(state.entries.values)
        }
        for entry in entries {
            entry.loop.execute { entry.mailbox.value.drain() }
        }
    }
}

extension StreamDirectory: CancelDelivery {
    func deliverCancel(owner: OwnerID, handle: Handle, reason: String?) {
        reach(owner) { $0.cancel(handle, reason: reason) }
    }
}
