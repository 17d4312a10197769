import Bytes
import JSON
import StatusCore

/// Events about one job, or about many that are named: the present status of each first, then its changes.
///
/// Belongs to one event loop.
final class JobFeed: EventFeed, JobWatcher {
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
    /// Unused by the events about one job, whose ids are its versions.
    private var numbers: EventNumbers
    private let isSingle: Bool
    private var jobs: [Job]
    /// Jobs to write about now, in order; ``next`` is the first that is left.
    private var ready: [Int]
    private var next = 0
    /// Jobs to write about when their time has come.
    private var delayed: [Int] = []
    private var needsGap: Bool
    private var comments: CommentTimer
    private var isAnnounced = false
    private var isClosed = false

    /// Events about the job `id`, until its end.
    ///
    /// - Parameter seen: the version that the client has seen, where it came back.
    convenience init(_ id: TaskID, seen: UInt64?, baseURL: [UInt8], in place: FeedPlace) {
        let job = Job(name: id.description, version: seen)
        self.init([job], isSingle: true, isResumed: false, baseURL: baseURL, in: place)
    }

    /// Events about the jobs of those names, each of which comes once.
    ///
    /// - Parameter isResumed: the client came back.
    convenience init(_ names: [String], isResumed: Bool, baseURL: [UInt8], in place: FeedPlace) {
        let jobs = names.map { Job(name: $0) }
        self.init(jobs, isSingle: false, isResumed: isResumed, baseURL: baseURL, in: place)
    }

    private init(_ jobs: [Job], isSingle: Bool, isResumed: Bool, baseURL: [UInt8], in place: FeedPlace) {
        bridge = place.bridge
        watches = place.watches
        scratch = place.scratch
        numbers = EventNumbers(boot: place.boot)
        comments = CommentTimer(at: place.now)
        self.isSingle = isSingle
        needsGap = isResumed
        self.baseURL = baseURL
        self.jobs = jobs
        ready = Array(jobs.indices)
    }

    func write(into output: inout OutputBuffer, limit: Int, at now: Instant) -> FeedStep {
        let start = output.count
        isAnnounced = false
        if needsGap {
            needsGap = false
            numbers.appendGap(to: &output)
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
        comments.append(to: &output, since: start, at: now)
        return .idle(until: min(comments.due, delayed.map { jobs[$0].notBefore }.min() ?? .max))
    }

    func close() {
        isClosed = true
        for index in jobs.indices { endWatch(index) }
    }

    func jobMayHaveChanged(_ tag: Int) {
        guard !isClosed, !jobs[tag].isQueued else { return }
        jobs[tag].isQueued = true
        delayed.append(tag)
        if isAnnounced { return }
        isAnnounced = true
        watches.afterDrain { [weak self] in self?.carrier?.feedMayHaveOutput() }
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
        let lookup = TaskID(jobs[index].name).map { bridge.look(at: $0, at: now, into: snapshot) }
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
        guard isSingle else { return numbers.append(to: &output) }
        output.append("id: ")
        output.append(decimal: jobs[0].version ?? 0)
        output.append(UInt8(ascii: "\n"))
    }

    private func endWatch(_ index: Int) {
        if let ticket = jobs[index].ticket { watches.end(ticket) }
        jobs[index].ticket = nil
    }
}
