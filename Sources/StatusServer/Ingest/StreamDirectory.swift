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
        var producer: String?
        var epoch: UInt64 = 0
    }

    private struct State {
        /// How many streams there have been.
        var ordinal: UInt64 = 0
        var isDraining = false
        var entries: [OwnerID: Entry] = [:]
        var producers: [String: OwnerID] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// What a new stream is called: a number that no other stream has (one that ended four billion streams ago may
    /// have had it), and its place in the order of all streams.
    func makeOwner() -> (owner: OwnerID, ordinal: UInt64) {
        state.withLockedValue { state in
            var owner = OwnerID.none
            repeat {
                state.ordinal += 1
                owner = OwnerID(UInt32(truncatingIfNeeded: state.ordinal))
            } while owner == .none || state.entries[owner] != nil
            return (owner, state.ordinal)
        }
    }

    /// Makes a stream reachable; call on its event loop.
    func register(_ stream: WorkerStream, as owner: OwnerID, on loop: any EventLoop) {
        let entry = Entry(loop: loop, mailbox: NIOLoopBound(stream, eventLoop: loop), producer: nil)
        state.withLockedValue { $0.entries[owner] = entry }
    }

    /// Forgets a stream that has ended.
    func remove(_ owner: OwnerID) {
        let entry = state.withLockedValue { state -> Entry? in
            let entry = state.entries.removeValue(forKey: owner)
            if let producer = entry?.producer, state.producers[producer] == owner { state.producers[producer] = nil }
            return entry
        }
        // The last reference to the stream's box is let go here, outside the lock, on the stream's own loop.
        withExtendedLifetime(entry) {}
    }

    /// Gives `producer` to the stream `owner`; the stream that had it before is told to end.
    ///
    /// One live stream a producer: a worker that reconnects finds its older, half-dead stream out of the way. A worker
    /// that names an `earlier` epoch (0: none) older than the live stream's is a zombie and gets nothing: false.
    func claim(producer: String, for owner: OwnerID, epoch: UInt64, after earlier: UInt64) -> Bool {
        var displaced: Entry?
        let isGranted = state.withLockedValue { state in
            if let holder = state.producers[producer], let entry = state.entries[holder] {
                if earlier != 0, earlier < entry.epoch { return false }
                displaced = entry
            }
            state.entries[owner]?.producer = producer
            state.entries[owner]?.epoch = epoch
            state.producers[producer] = owner
            return true
        }
        if let displaced {
            displaced.loop.execute { displaced.mailbox.value.displace() }
        }
        return isGranted
    }

    /// Runs `body` with the stream `owner` on its event loop, if it still lives.
    func reach(_ owner: OwnerID, _ body: @escaping @Sendable (WorkerStream) -> Void) {
        guard let entry = state.withLockedValue({ $0.entries[owner] }) else { return }
        entry.loop.execute { body(entry.mailbox.value) }
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
