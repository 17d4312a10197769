import Bytes
import StatusCore

/// Events about the jobs of one type: first the present status of each, then the changes of those that live, and each
/// new job. What a job says last is its terminal state.
///
/// A job is watched while nothing has changed, and rests for ``BridgeLimits/eventInterval`` after each of its events,
/// unwatched, so that one that changes all the time costs a wake-up ten times a second and no more. Memory is held for
/// the jobs that live alone, ``BridgeLimits/followedJobs`` at most: when there are more, or new ones came faster than
/// the client reads, walks over the jobs find what has changed among the others. Belongs to one event loop.
final class TypeFeed: EventFeed, JobWatcher, CreationWatcher {
    /// A job that lives. Its index stands in one of the queues, or its watch is on.
    private struct Job {
        let id: TaskID
        let reference: JobReference
        /// What was written last.
        var version: UInt64
        var restsUntil: Int64
        var ticket: LoopWatches.Ticket?
    }

    weak var carrier: (any FeedCarrier)?
    private let bridge: Bridge
    private let watches: LoopWatches
    private let scratch: BridgeScratch
    private let baseURL: [UInt8]
    private let limit: Int
    private var creations: CreationQueue?
    private var numbers: EventNumbers
    private var comments: CommentTimer
    private var needsGap: Bool
    private var jobs: [Job?] = []
    private var free: [Int] = []
    private var places: [JobReference: Int] = [:]
    /// Jobs that have changed, and jobs that are not to be looked at yet, in the order of the time.
    private var ready = IndexQueue()
    private var resting = IndexQueue()
    /// New jobs; ``nextArrival`` is the first that is left.
    private var arrivals: [JobReference] = []
    private var nextArrival = 0
    private var walk: TypeWalk
    /// Some jobs that live are not followed.
    private var isIncomplete = false
    private var isAnnounced = false
    private var isClosed = false

    /// - Parameter limit: how many jobs to follow at most.
    init(
        type: String,
        isResumed: Bool,
        baseURL: [UInt8],
        in place: FeedPlace,
        limit: Int = BridgeLimits.followedJobs
    ) {
        bridge = place.bridge
        watches = place.watches
        scratch = place.scratch
        self.baseURL = baseURL
        self.limit = limit
        numbers = EventNumbers(boot: place.boot)
        comments = CommentTimer(at: place.now)
        needsGap = isResumed
        walk = TypeWalk(type: type, at: place.now)
        // Before the walk looks for the first time: no job may be made between the two.
        creations = watches.follow(type: type, for: self)
    }

    func write(into output: inout OutputBuffer, limit: Int, at now: Instant) -> FeedStep {
        let start = output.count
        isAnnounced = false
        if needsGap {
            needsGap = false
            numbers.appendGap(to: &output)
        }
        takeArrivals(at: now)
        while let index = resting.first, let job = jobs[index], job.restsUntil <= now.monotonic {
            resting.removeFirst()
            ready.append(index)
        }
        while output.count - start < limit, nextArrival < arrivals.count {
            let reference = arrivals[nextArrival]
            nextArrival += 1
            let job = scratch.snapshot
            guard bridge.table.read(reference, at: now, into: job), !job.isUnwritten else { continue }
            introduce(job, at: now, into: &output)
        }
        while output.count - start < limit, let index = ready.popFirst() { look(index, at: now, into: &output) }
        if output.count - start >= limit { return .more }
        let isWalking = walk.isDue(at: now)
        if isWalking { goOn(at: now, into: &output) }
        comments.append(to: &output, since: start, at: now)
        // One page at a time: the loop's other connections come between.
        if isWalking, walk.isDue(at: now) { return output.count > start ? .more : .idle(until: now.monotonic) }
        var next = min(comments.due, walk.nextAt ?? .max)
        if let index = resting.first, let job = jobs[index] { next = min(next, job.restsUntil) }
        return .idle(until: next)
    }

    func close() {
        isClosed = true
        if let creations { watches.endFollowing(creations) }
        creations = nil
        for job in jobs { if let ticket = job?.ticket { watches.end(ticket) } }
        jobs = []
        places = [:]
    }

    func jobMayHaveChanged(_ tag: Int) {
        guard !isClosed, let ticket = jobs[tag]?.ticket else { return }
        watches.end(ticket)
        jobs[tag]?.ticket = nil
        ready.append(tag)
        announce()
    }

    func jobsMayHaveBeenMade() {
        if !isClosed { announce() }
    }

    /// Has the carrier ask for output, once for all that this turn of the loop brings.
    private func announce() {
        if isAnnounced { return }
        isAnnounced = true
        watches.afterDrain { [weak self] in self?.carrier?.feedMayHaveOutput() }
    }

    /// Takes the new jobs over when those before them are written; until then they stay in their queue, which is
    /// bounded.
    private func takeArrivals(at now: Instant) {
        guard nextArrival == arrivals.count, let creations else { return }
        let (jobs, isComplete) = creations.take()
        arrivals = jobs
        nextArrival = 0
        if !isComplete {
            isIncomplete = true
            walk.repeatSoon(at: now)
        }
    }

    /// Looks at a page of the jobs that there are.
    private func goOn(at now: Instant, into output: inout OutputBuffer) {
        if walk.isBeginning { isIncomplete = false }
        let since = walk.since
        let next = bridge.table.list(walk.filter, after: walk.cursor, limit: BridgeLimits.feedPage, at: now) { job in
            if job.updatedAt >= since {
                introduce(job, at: now, into: &output)
            } else if places[job.reference] == nil {
                // Nothing that the client has not heard.
                follow(job, at: now)
            }
        }
        walk.advance(to: next, isIncomplete: isIncomplete, at: now)
    }

    /// Writes a job that is not followed yet, and follows it.
    private func introduce(_ job: JobSnapshot, at now: Instant, into output: inout OutputBuffer) {
        guard places[job.reference] == nil else { return }
        write(job, at: now, into: &output)
        follow(job, at: now)
    }

    /// Follows a job that is not followed yet, if it lives and there is room.
    private func follow(_ job: JobSnapshot, at now: Instant) {
        if job.state.isTerminal { return }
        guard places.count < limit else {
            isIncomplete = true
            return walk.repeatSoon(at: now)
        }
        let index = free.popLast() ?? jobs.count
        if index == jobs.count { jobs.append(nil) }
        jobs[index] = Job(id: job.id, reference: job.reference, version: job.version, restsUntil: 0)
        places[job.reference] = index
        rest(index, at: now)
    }

    /// Writes a job that is followed where it has changed, and watches it where it has not.
    private func look(_ index: Int, at now: Instant, into output: inout OutputBuffer) {
        guard let job = jobs[index] else { return }
        let present = scratch.snapshot
        guard bridge.table.read(job.reference, at: now, into: present) else {
            numbers.append(to: &output)
            output.append("data: ")
            bridge.appendJob(job.id.description, at: now, present, baseURL, to: &output)
            output.append("\n\n")
            return drop(index)
        }
        guard present.version == job.version else {
            jobs[index]?.version = present.version
            write(present, at: now, into: &output)
            return present.state.isTerminal ? drop(index) : rest(index, at: now)
        }
        switch watches.begin(job.reference, unlike: job.version, for: self, tag: index, at: now) {
        case .watching(let ticket): jobs[index]?.ticket = ticket
        case .differs, .gone, .full: rest(index, at: now)
        }
    }

    private func write(_ job: JobSnapshot, at now: Instant, into output: inout OutputBuffer) {
        numbers.append(to: &output)
        output.append("data: ")
        bridge.appendPlainStatus(of: job, at: now, baseURL, to: &output)
        output.append("\n\n")
    }

    private func rest(_ index: Int, at now: Instant) {
        jobs[index]?.restsUntil = now.monotonic + BridgeLimits.eventInterval
        resting.append(index)
    }

    private func drop(_ index: Int) {
        if let job = jobs[index] { places[job.reference] = nil }
        jobs[index] = nil
        free.append(index)
    }
}
