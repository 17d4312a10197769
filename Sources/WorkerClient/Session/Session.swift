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
        /// No stream. → greeting, returning
        case away
        /// The first stream is open and frames go out; the server has not greeted. → ready, leaving, away
        case greeting
        /// A later stream is open; what there is to send depends on the server's greeting. → catchingUp, ready, away
        case returning
        /// The server has greeted and is about to say what of the streams before it has applied. → ready, away
        case catchingUp
        /// The server has greeted. → leaving, away
        case ready
        /// A goodbye was sent: nothing more goes out. → away
        case leaving
    }

    var phase = Phase.away
    /// The server is away and patience is at an end: those who ask are told at once.
    var absence: WorkerError?
    /// The server wants nothing more of this client: nothing is taken any more, and everyone is told why.
    private(set) var dismissal: WorkerError?
    /// No job is opened and no change taken any more.
    private(set) var isClosing = false
    /// A goodbye follows what is queued, because the client closes or the server drains.
    var wantsToLeave = false
    /// Handles must be smaller; before the welcome, what every server takes.
    var handleLimit = UpdateLimits.assumed.maximumHandles
    var jobs = JobSlots()
    var queue = TaskQueue()
    var inFlight = FramesInFlight()
    /// What the next hello names; 0 for a fresh start.
    private var epoch: UInt64 = 0
    /// What is applied on this server survives it no better than what is not.
    var isEphemeral = true
    /// The server asked for a pause in mere reports.
    private(set) var isPaused = false
    /// Jobs whose reports wait for the end of that pause.
    var held: [JobHandle] = []
    /// Questions that stand behind reports which wait.
    var heldFlushes: [Ticket] = []
    /// Open jobs that the client gives signs of life for.
    private(set) var jobsWithHeartbeat = 0
    private var openIDs: Set<String> = []
    private var ticketsMade: UInt64 = 0
    private let maximumJobs: Int

    init(maximumJobs: Int) {
        self.maximumJobs = maximumJobs
    }

    /// Nothing waits to be sent or acknowledged.
    var isDelivered: Bool { queue.isEmpty && held.isEmpty && heldFlushes.isEmpty && inFlight.isOnlyGoodbye }

    /// Why there is no sense in waiting; nil when there is.
    var futility: WorkerError? { dismissal ?? (isClosing ? .closed : absence) }

    /// True when mere reports wait. A client that leaves tells what it has, once.
    var holdsReports: Bool { isPaused && !wantsToLeave }

    // MARK: The stream

    /// A stream has been opened; the shell is to send hello with what this returns. No number of it was used before.
    mutating func streamBegan(_ effects: inout [Effect]) -> Opening {
        assert(phase == .away && inFlight.isEmpty, "a stream began in phase \(phase)")
        phase = epoch == 0 ? .greeting : .returning
        handleLimit = UpdateLimits.assumed.maximumHandles
        wantsToLeave = isClosing
        if phase == .greeting { prepareJobs(appliedUpTo: 0, &effects) }
        return Opening(epoch: epoch, firstSequence: inFlight.nextSequence)
    }

    /// The server has greeted.
    mutating func greeted(_ welcome: Welcome, _ effects: inout [Effect]) {
        handleLimit = welcome.maximumHandles
        isEphemeral = welcome.isEphemeral
        epoch = welcome.epoch
        absence = nil
        switch phase {
        case .greeting: phase = .ready
        case .returning where welcome.isResumed: phase = .catchingUp
        case .returning: caughtUp(appliedUpTo: 0, &effects)
        case .away, .catchingUp, .ready, .leaving: break
        }
    }

    /// It is known what the server has applied of earlier streams; the rest goes out.
    mutating func caughtUp(appliedUpTo watermark: UInt64, _ effects: inout [Effect]) {
        phase = .ready
        prepareJobs(appliedUpTo: watermark, &effects)
    }

    /// The stream is gone. Everything that the server did not acknowledge, and everything that a server would need to
    /// know about the jobs that are still open, is to be sent again.
    mutating func streamEnded() {
        // A welcome that was lost gave an epoch which is not known here. An older one would read as a zombie's.
        if phase == .greeting || phase == .returning { epoch = 0 }
        phase = .away
        let flushes = inFlight.flushes + heldFlushes + queue.removeFlushes()
        heldFlushes = []
        inFlight.removeAll()
        releaseHeld()
        for handle in jobs.handles {
            if jobs[handle]!.end != nil { jobs.remove(handle) } else { enqueue(handle) }
        }
        // A flush speaks of what was reported before it, which now stands in the queue again.
        for ticket in flushes { queue.append(.flush(ticket)) }
    }

    /// Finds out what is left to do about each job on the present stream.
    private mutating func prepareJobs(appliedUpTo watermark: UInt64, _ effects: inout [Effect]) {
        for handle in jobs.handles where jobs[handle]!.end == nil {
            guard case .over(let end) = jobs[handle]!.prepareForNewStream(appliedUpTo: watermark) else { continue }
            if end == jobs[handle]!.ending?.value.end {
                ended(handle, &effects)
            } else {
                self.end(handle, end, error: nil, &effects)
            }
        }
    }

    /// Reports wait from now on, or no longer.
    mutating func pause(_ isPaused: Bool) {
        self.isPaused = isPaused
        if !isPaused { releaseHeld() }
    }

    /// Puts what waits for the end of a pause back into the queue.
    mutating func releaseHeld() {
        let handles = held
        let flushes = heldFlushes
        held = []
        heldFlushes = []
        for handle in handles where jobs[handle] != nil {
            jobs[handle]!.isHeld = false
            enqueue(handle)
        }
        for ticket in flushes { queue.append(.flush(ticket)) }
    }

    /// Patience is at an end: everyone who waits is told, and what they asked for stays pending.
    mutating func giveUpWaiting(_ error: WorkerError, _ effects: inout [Effect]) {
        absence = error
        for handle in jobs.handles {
            for ticket in jobs[handle]!.takeTickets() { effects.append(.settle(ticket, error)) }
        }
        let flushes = queue.removeFlushes() + heldFlushes + inFlight.flushes
        heldFlushes = []
        for ticket in flushes { effects.append(.settle(ticket, error)) }
    }

    /// From now on no job is opened and no change taken; what is pending still goes out, and a goodbye after it.
    mutating func beginClosing() {
        isClosing = true
        wantsToLeave = true
        releaseHeld()
    }

    /// The end of the session: whoever still waits is told.
    mutating func finishClosing(_ effects: inout [Effect]) {
        phase = .away
        giveUpWaiting(.closed, &effects)
        for handle in jobs.handles { end(handle, .closed, error: .closed, &effects) }
    }

    /// The server wants nothing more of this client.
    mutating func dismissed(_ error: WorkerError, _ effects: inout [Effect]) {
        guard dismissal == nil else { return }
        dismissal = error
        phase = .away
        giveUpWaiting(error, &effects)
        for handle in jobs.handles { end(handle, .closed, error: error, &effects) }
        effects.append(.stop(error))
    }

    // MARK: Jobs

    /// How many more jobs may be opened.
    var freePlaces: Int { maximumJobs - jobs.count }

    /// Opens a job; its binding is queued.
    mutating func open(_ id: String, _ options: JobOptions) throws(WorkerError) -> JobHandle {
        if let dismissal { throw dismissal }
        guard !isClosing else { throw .closed }
        guard TaskIdentifier.isValid(id) else { throw .invalidArgument("a task id is \(TaskIdentifier.rule)") }
        try options.validate()
        guard !openIDs.contains(id) else { throw .alreadyOpen(id: id) }
        guard freePlaces > 0 else { throw .tooManyJobs(limit: maximumJobs) }
        openIDs.insert(id)
        if options.sendsHeartbeats { jobsWithHeartbeat += 1 }
        let handle = jobs.insert(JobEntry(id: id, options: options))
        enqueue(handle)
        return handle
    }

    /// The job is over for this client: whoever waits is told, and its handle is free once nothing is in flight.
    mutating func end(_ handle: JobHandle, _ end: JobEnd, error: WorkerError?, _ effects: inout [Effect]) {
        guard jobs[handle] != nil, jobs[handle]!.end == nil else { return }
        jobs[handle]!.end = end
        openIDs.remove(jobs[handle]!.id)
        if jobs[handle]!.options.sendsHeartbeats { jobsWithHeartbeat -= 1 }
        for ticket in jobs[handle]!.takeTickets() { effects.append(.settle(ticket, error ?? .ended(end))) }
        effects.append(.ended(handle, end))
        if jobs[handle]!.needsUnbind { enqueue(handle) }
        freeIfIdle(handle)
    }

    /// Gives the handle of an ended job back once the server can say nothing more about it.
    mutating func freeIfIdle(_ handle: JobHandle) {
        guard let entry = jobs[handle], entry.end != nil, !entry.needsUnbind else { return }
        if entry.lastSequence < inFlight.appliedBound { jobs.remove(handle) }
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
