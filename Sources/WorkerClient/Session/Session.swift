import UpdateProtocol

/// The client's side of the update protocol without any I/O: what is open, what was reported, what the server has
/// acknowledged, and what is to be sent next.
///
/// Calls of the worker go in, and so do frames from the server and the news that a stream has begun or was lost. Out
/// come frames to be sent and effects on those who wait. Each job keeps the last value of what was reported and at most
/// one pending change of each kind, so memory is bounded by the number of jobs, however long the server is away. After
/// a loss every open job is bound again and told in full; reports are absolute and changes name their attempt, so the
/// outcome is as without the loss.
struct Session {
    /// Where the stream of updates stands.
    enum Phase: Equatable {
        /// No stream. → greeting
        case away
        /// The stream is open and frames go out; the server has not greeted. → ready, leaving, away
        case greeting
        /// The server has greeted. → leaving, away
        case ready
        /// A goodbye was sent: nothing more goes out. → away
        case leaving
    }

    var phase = Phase.away
    /// The server is away and patience is at an end: those who ask are told at once.
    var absence: WorkerError?
    /// No job is opened and no change taken any more.
    private(set) var isClosing = false
    /// A goodbye follows what is queued, because the client closes or the server drains.
    var wantsToLeave = false
    /// Handles must be smaller; before the welcome, what every server takes.
    var handleLimit = UpdateLimits.assumed.maximumHandles
    var jobs = JobSlots()
    var queue = TaskQueue()
    var inFlight = FramesInFlight()
    private var openIDs: Set<String> = []
    private var ticketsMade: UInt64 = 0
    private let maximumJobs: Int

    init(maximumJobs: Int) {
        self.maximumJobs = maximumJobs
    }

    /// Nothing waits to be sent or acknowledged.
    var isDelivered: Bool { queue.isEmpty && inFlight.isOnlyGoodbye }

    // MARK: The stream

    /// A stream has been opened; its hello is the shell's to send.
    mutating func streamBegan() {
        assert(phase == .away && inFlight.isEmpty, "a stream began in phase \(phase)")
        phase = .greeting
        handleLimit = UpdateLimits.assumed.maximumHandles
        wantsToLeave = isClosing
    }

    /// The stream is gone. Everything that the server did not acknowledge, and everything that a server would need to
    /// know about the jobs that are still open, is to be sent again.
    mutating func streamEnded() {
        phase = .away
        let flushes = inFlight.flushes
        inFlight.removeAll()
        for handle in jobs.handles {
            if jobs[handle]!.end != nil {
                jobs.remove(handle)
            } else {
                jobs[handle]!.prepareForNewStream()
                enqueue(handle)
            }
        }
        // A flush speaks of what was reported before it, which now stands in the queue again.
        for ticket in flushes { queue.append(.flush(ticket)) }
    }

    /// Patience is at an end: everyone who waits is told, and what they asked for stays pending.
    mutating func giveUpWaiting(_ error: WorkerError, _ effects: inout [Effect]) {
        absence = error
        for handle in jobs.handles {
            for ticket in jobs[handle]!.takeTickets() { effects.append(.settle(ticket, error)) }
        }
        for ticket in queue.removeFlushes() + inFlight.flushes { effects.append(.settle(ticket, error)) }
    }

    /// From now on no job is opened and no change taken; what is pending still goes out, and a goodbye after it.
    mutating func beginClosing() {
        isClosing = true
        wantsToLeave = true
    }

    /// The end of the session: whoever still waits is told.
    mutating func finishClosing(_ effects: inout [Effect]) {
        giveUpWaiting(.closed, &effects)
        for handle in jobs.handles { end(handle, .closed, error: .closed, &effects) }
    }

    // MARK: Jobs

    /// Opens a job; its binding is queued.
    mutating func open(_ id: String, _ options: JobOptions) throws(WorkerError) -> JobHandle {
        guard !isClosing else { throw .closed }
        guard TaskIdentifier.isValid(id) else { throw .invalidArgument("a task id is \(TaskIdentifier.rule)") }
        try options.validate()
        guard !openIDs.contains(id) else { throw .alreadyOpen(id: id) }
        guard jobs.count < maximumJobs else { throw .tooManyJobs(limit: maximumJobs) }
        openIDs.insert(id)
        let handle = jobs.insert(JobEntry(id: id, options: options))
        enqueue(handle)
        return handle
    }

    /// The job is over for this client: whoever waits is told, and its handle is free once nothing is in flight.
    mutating func end(_ handle: JobHandle, _ end: JobEnd, error: WorkerError?, _ effects: inout [Effect]) {
        guard jobs[handle] != nil, jobs[handle]!.end == nil else { return }
        jobs[handle]!.end = end
        openIDs.remove(jobs[handle]!.id)
        for ticket in jobs[handle]!.takeTickets() { effects.append(.settle(ticket, error ?? .ended(end))) }
        effects.append(.ended(handle, end))
        if jobs[handle]!.needsUnbind { enqueue(handle) }
        freeIfIdle(handle)
    }

    /// Gives the handle of an ended job back once the server can say nothing more about it.
    mutating func freeIfIdle(_ handle: JobHandle) {
        guard let entry = jobs[handle], entry.end != nil, !entry.needsUnbind else { return }
        if entry.lastSequence < inFlight.firstSequence { jobs.remove(handle) }
    }

    mutating func enqueue(_ handle: JobHandle) {
        guard jobs[handle] != nil, !jobs[handle]!.isQueued else { return }
        jobs[handle]!.isQueued = true
        queue.append(.job(handle))
    }

    mutating func makeTicket() -> Ticket {
        ticketsMade += 1
        return Ticket(rawValue: ticketsMade)
    }
}
