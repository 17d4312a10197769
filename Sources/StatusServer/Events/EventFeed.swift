import Bytes
import JSON
import StatusCore

/// Writes server-sent events about one job or many: the present status of each first, then its changes.
///
/// It keeps no events: only which jobs have changed since they were written. What is written is the status of that
/// moment, so that a reader who is slow gets fewer events, not late ones, and costs no memory. The transport asks for
/// output whenever it can take some. Format: WHATWG HTML §9.2. Belongs to one event loop.
final class EventFeed: JobWatcher {
    /// What the transport does after a piece of output.
    enum Step: Equatable {
        /// There is more to write at once.
        case more
        /// Nothing to write before that moment, in monotonic milliseconds, unless the carrier is told.
        case idle(until: Int64)
        /// The stream is complete.
        case end
    }

    private struct Job {
        let name: String
        var ticket: LoopWatches.Ticket?
        var reference: JobReference?
        /// What was written last; nil before the first time.
        var version: UInt64?
        /// No event before that, in monotonic milliseconds.
        var notBefore: Int64 = 0
        /// It stands in one of the queues.
        var isQueued = true
        /// It will not change any more.
        var hasEnded = false
    }

    weak var carrier: (any FeedCarrier)?
    private let bridge: Bridge
    private let watches: LoopWatches
    private let scratch: BridgeScratch
    private let baseURL: [UInt8]
    /// The first part of the ids of events about many jobs.
    private let boot: UInt64
    private let isSingle: Bool
    private var jobs: [Job]
    /// Jobs to write about now, in order; ``next`` is the first that is left.
    private var ready: [Int]
    private var next = 0
    /// Jobs to write about when their time has come.
    private var delayed: [Int] = []
    private var eventNumber: UInt64 = 0
    private var needsResync: Bool
    private var commentAt: Int64
    private var isClosed = false

    init(
        _ request: FeedRequest,
        bridge: Bridge,
        boot: UInt64,
        watches: LoopWatches,
        scratch: BridgeScratch,
        at now: Instant
    ) {
        self.bridge = bridge
        self.watches = watches
        self.scratch = scratch
        self.boot = boot
        baseURL = request.baseURL
        switch request.subject {
        case .job(let id, let seen):
            isSingle = true
            needsResync = false
            jobs = [Job(name: id.description, version: seen)]
        case .jobs(let names, let isResumed):
            isSingle = false
            needsResync = isResumed
            jobs = names.map { Job(name: $0) }
        }
        ready = Array(jobs.indices)
        commentAt = now.monotonic + BridgeLimits.eventComment
    }

    /// Appends what is to be said, up to about `limit` bytes, and says how to go on.
    func write(into output: inout OutputBuffer, limit: Int, at now: Instant) -> Step {
        let start = output.count
        if needsResync {
            needsResync = false
            appendID(to: &output)
            output.append("data: {\"resync\":true}\n\n")
        }
        admitDelayed(at: now)
        while output.count - start < limit, next < ready.count {
            let index = ready[next]
            next += 1
            write(index, at: now, into: &output)
            if isSingle, jobs[index].hasEnded {
                close()
                return .end
            }
        }
        if next < ready.count { return .more }
        ready.removeAll(keepingCapacity: true)
        next = 0
        if output.count > start {
            commentAt = now.monotonic + BridgeLimits.eventComment
        } else if commentAt <= now.monotonic {
            commentAt = now.monotonic + BridgeLimits.eventComment
            output.append(": still here\n\n")
        }
        return .idle(until: min(commentAt, delayed.map { jobs[$0].notBefore }.min() ?? .max))
    }

    /// Ends every watch. Nothing is written afterwards.
    func close() {
        isClosed = true
        for index in jobs.indices { endWatch(index) }
    }

    func jobMayHaveChanged(_ tag: Int) {
        guard !isClosed, !jobs[tag].isQueued else { return }
        jobs[tag].isQueued = true
        delayed.append(tag)
        carrier?.feedMayHaveOutput()
    }

    /// Lets those through whose last event is long enough ago.
    private func admitDelayed(at now: Instant) {
        guard !delayed.isEmpty else { return }
        delayed.removeAll { index in
            guard jobs[index].notBefore <= now.monotonic else { return false }
            ready.append(index)
            return true
        }
    }

    private func write(_ index: Int, at now: Instant, into output: inout OutputBuffer) {
        jobs[index].isQueued = false
        let snapshot = scratch.snapshot
        let lookup = TaskID(jobs[index].name).map { bridge.table.read($0, at: now, into: snapshot) }
        guard case .found(let reference) = lookup else {
            endWatch(index)
            jobs[index].hasEnded = true
            // Of one job that is gone the client hears when it comes back: an error, which stops it.
            if !isSingle { append(jobs[index].name, at: now, to: &output) }
            return
        }
        let isAnother = jobs[index].reference.map { $0 != reference } ?? false
        if isAnother || jobs[index].version != snapshot.version {
            jobs[index].version = snapshot.version
            jobs[index].notBefore = now.monotonic + BridgeLimits.eventInterval
            append(jobs[index].name, at: now, to: &output)
        }
        jobs[index].reference = reference
        if isSingle, snapshot.state.isTerminal {
            endWatch(index)
            jobs[index].hasEnded = true
            return
        }
        if isAnother { endWatch(index) }
        if jobs[index].ticket == nil { watch(index, reference, at: now) }
    }

    private func watch(_ index: Int, _ reference: JobReference, at now: Instant) {
        switch watches.begin(reference, unlike: jobs[index].version ?? 0, for: self, tag: index, at: now) {
        case .watching(let ticket): jobs[index].ticket = ticket
        case .differs, .gone, .full:
            // It is looked at again when its next event may be written, and watched from then on.
            jobs[index].isQueued = true
            jobs[index].notBefore = max(jobs[index].notBefore, now.monotonic + BridgeLimits.eventInterval)
            delayed.append(index)
        }
    }

    private func append(_ name: String, at now: Instant, to output: inout OutputBuffer) {
        appendID(to: &output)
        output.append("data: ")
        bridge.appendJob(name, at: now, scratch.snapshot, baseURL, to: &output)
        output.append("\n\n")
    }

    private func appendID(to output: inout OutputBuffer) {
        output.append("id: ")
        if isSingle {
            output.append(decimal: jobs[0].version ?? 0)
        } else {
            eventNumber += 1
            output.append(decimal: boot)
            output.append(UInt8(ascii: "-"))
            output.append(decimal: eventNumber)
        }
        output.append(UInt8(ascii: "\n"))
    }

    private func endWatch(_ index: Int) {
        if let ticket = jobs[index].ticket { watches.end(ticket) }
        jobs[index].ticket = nil
    }
}
