import StatusCore

/// The table's behaviour in the plainest words: a dictionary, and a clock that looks at everything.
struct Model {
    struct Job: Equatable {
        var state = JobState.queued
        var attempt: UInt32 = 1
        var version: UInt64 = 1
        var progress = 0
        var units: Units?
        var step: String?
        var note: String?
        var createdAt: Int64
        var updatedAt: Int64
        var ttl: Int64
        var startedAt: Int64?
        var endedAt: Int64?
        var stall: Int64?
        var failsWhenStalled = false
        var isStalled = false
        var isRemoved = false
        var lastSign: Int64 = 0
        var ownerIsLost = false
        var result = ResultID.none
        var owner = OwnerID.none
        var handle = Handle(0)
        var isShared = false
        /// Moves when a binding ends those before it.
        var binding = 0

        var expiresAt: Int64 { createdAt + ttl * 1_000 }
        var seen: JobState { isRemoved ? .cancelled : state }
    }

    enum Event {
        case update(progress: Int?, units: Units?, step: String?, note: String?)
        case start
        case complete
        case fail
        case retry
    }

    var jobs: [TaskID: Job] = [:]
    var tombstones: [TaskID: Int64] = [:]
    /// Ids in the order of creation.
    var order: [TaskID] = []

    func live(_ id: TaskID, _ now: Instant) -> Job? {
        jobs[id].flatMap { $0.expiresAt > now.wall ? $0 : nil }
    }

    func expiredAt(_ id: TaskID, _ now: Instant) -> Int64? {
        jobs[id].flatMap { $0.expiresAt <= now.wall ? $0.expiresAt : nil } ?? tombstones[id]
    }

    mutating func create(_ id: TaskID, ttl: Int64, stall: Int64?, fails: Bool, _ now: Instant) {
        var job = Job(createdAt: now.wall, updatedAt: now.wall, ttl: ttl)
        job.stall = stall
        job.failsWhenStalled = fails
        jobs[id] = job
        order.append(id)
    }

    /// The refusal of `event`, or nil; the released result.
    mutating func apply(_ event: Event, by named: UInt32, to id: TaskID, _ now: Instant) -> (Refusal?, ResultID) {
        var job = jobs[id]!
        defer { jobs[id] = job }
        if job.isRemoved { return (.alreadyFinished, .none) }
        if job.state.isTerminal {
            let sameAttempt = named == 0 || named == job.attempt
            if case .complete = event, job.state == .completed, sameAttempt { return (nil, .none) }
            if case .fail = event, job.state == .failed, sameAttempt { return (nil, .none) }
            return (.alreadyFinished, .none)
        }
        if named != 0 && named < job.attempt { return (.attemptIsOver, .none) }
        let before = job
        var released = ResultID.none
        func begin(_ attempt: UInt32) {
            released = job.result
            job.attempt = attempt
            job.state = .queued
            job.progress = 0
            job.units = nil
            job.step = nil
            job.startedAt = nil
            job.isStalled = false
            job.result = .none
        }
        func process() {
            if job.state == .queued { job.startedAt = now.wall }
            job.state = .processing
        }
        if named > job.attempt { begin(named) }
        switch event {
        case .update(let progress, let units, let step, let note):
            if progress != nil || units != nil || step != nil { process() }
            var percent = progress
            if let units {
                job.units = units
                if percent == nil, units.total > 0 {
                    percent = Int(min(units.done, units.total) * 10_000 / units.total)
                }
            }
            job.progress = max(job.progress, percent ?? 0)
            if let step { job.step = step }
            if let note { job.note = note.isEmpty ? nil : note }
        case .start: process()
        case .complete:
            job.state = .completed
            job.progress = 10_000
        case .fail: job.state = .failed
        case .retry: if named == 0 && job.state == .processing { begin(job.attempt + 1) }
        }
        if job.state == .processing {
            job.lastSign = now.monotonic
            job.ownerIsLost = false
            job.isStalled = false
        }
        end(&job, now)
        if job != before { touch(&job, unless: before, now) }
        return (nil, released)
    }

    private func end(_ job: inout Job, _ now: Instant) {
        guard job.state.isTerminal else { return }
        job.endedAt = now.wall
        job.isStalled = false
        job.ownerIsLost = false
    }

    /// Moves the version unless only what readers cannot see has changed.
    private func touch(_ job: inout Job, unless before: Job, _ now: Instant) {
        var hidden = job
        hidden.lastSign = before.lastSign
        hidden.ownerIsLost = before.ownerIsLost
        if hidden == before { return }
        job.version += 1
        job.updatedAt = now.wall
    }

    mutating func cancel(_ id: TaskID, _ now: Instant) {
        jobs[id]!.state = .cancelled
        end(&jobs[id]!, now)
        jobs[id]!.version += 1
        jobs[id]!.updatedAt = now.wall
    }

    mutating func bind(_ id: TaskID, _ owner: OwnerID, _ handle: Handle, sharing: Bool, _ now: Instant) {
        var job = jobs[id]!
        defer { jobs[id] = job }
        if sharing, job.owner != .none || job.isShared, job.binding > 0 {
            job.isShared = true
            if job.owner != .none { return }
        } else {
            job.isShared = false
            job.binding += 1
        }
        job.owner = owner
        job.handle = handle
        job.ownerIsLost = false
        job.lastSign = now.monotonic
    }

    mutating func ownerLeft(_ id: TaskID, _ now: Instant) {
        jobs[id]!.owner = .none
        let job = jobs[id]!
        guard job.state == .processing, !job.isStalled else { return }
        if let stall = job.stall, job.lastSign + stall * 1_000 <= now.monotonic + 30_000 { return }
        jobs[id]!.ownerIsLost = true
        jobs[id]!.lastSign = now.monotonic
    }

    /// Lets time pass; returns the ids that expired and those that stalled.
    mutating func advance(_ now: Instant) -> (expired: Set<TaskID>, stalled: Set<TaskID>) {
        var expired: Set<TaskID> = []
        var stalled: Set<TaskID> = []
        for (id, job) in jobs {
            if job.expiresAt <= now.wall {
                expired.insert(id)
                tombstones[id] = job.expiresAt
                jobs[id] = nil
                order.removeAll { $0 == id }
            } else if job.state == .processing, !job.isStalled {
                let patience = job.ownerIsLost ? 30_000 : job.stall.map { $0 * 1_000 }
                guard let patience, job.lastSign + patience <= now.monotonic else { continue }
                stalled.insert(id)
                jobs[id]!.isStalled = true
                if job.failsWhenStalled {
                    jobs[id]!.state = .failed
                    end(&jobs[id]!, now)
                }
                jobs[id]!.version += 1
                jobs[id]!.updatedAt = now.wall
            }
        }
        return (expired, stalled)
    }
}
