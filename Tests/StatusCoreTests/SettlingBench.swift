import StatusCore

/// A table that publishes ends by a word of the committer, with one job at attempt 2.
final class SettlingBench {
    private let bench: Bench
    private let id = named("job")

    var table: JobTable { bench.table }
    var events: [TimerEvent] { bench.events }
    var now: Instant {
        get { bench.now }
        set { bench.now = newValue }
    }

    /// The job is `queued`, `processing` or `stalled`.
    init(
        _ standing: String,
        _ publication: JobTable.Publication = .byCommitter,
        _ adjust: (inout Submission) -> Void = { _ in }
    ) {
        bench = Bench { $0.publication = publication }
        bench.submit(id) {
            if standing == "stalled" { $0.stall = 1 }
            adjust(&$0)
        }
        if let reference { table.publish(reference, at: now) }
        bench.apply(.retry(attempt: 2), to: id)
        if standing == "queued" { return }
        bench.report(1_000, to: id)
        if standing == "stalled" {
            bench.pass(seconds: 2)
            bench.events = []
        }
    }

    var reference: JobReference? {
        guard case .found(let reference) = table.find(id, at: now) else { return nil }
        return reference
    }

    @discardableResult
    func apply(_ event: JobEvent, to id: TaskID) -> ApplyOutcome { bench.apply(event, to: id) }

    func report(_ progress: Int, to id: TaskID) -> ApplyOutcome { bench.report(progress, to: id) }

    func bind(_ id: TaskID, owner: UInt32, handle: UInt32 = 1) -> JobReference? {
        bench.bind(id, owner: owner, handle: handle)
    }

    func submit(_ id: TaskID) { bench.submit(id) }

    func read(_ id: TaskID) -> JobSnapshot { bench.read(id) }

    func list(_ filter: ListFilter) -> [String] { bench.list(filter) }

    func pass(seconds: Int64) { bench.pass(seconds: seconds) }

    /// What readers see of the job that an end would change.
    struct Look: Equatable {
        var state: JobState
        var progress: BasisPoints
        var attempt: UInt32
        var version: UInt64
        var updatedAt: Int64
        var completedAt: Int64?
        var isStalled: Bool
        var hasFailure: Bool
        var failureIsRetryable: Bool
        var texts: [String?]
        var hasCancellation: Bool
        var results: [ResultID]
        var units: Units?
    }

    func look() -> Look {
        let job = bench.read(id)
        return Look(
            state: job.state,
            progress: job.progress,
            attempt: job.attempt,
            version: job.version,
            updatedAt: job.updatedAt,
            completedAt: job.completedAt,
            isStalled: job.isStalled,
            hasFailure: job.hasFailure,
            failureIsRetryable: job.failureIsRetryable,
            texts: TextField.allCases.map { job.text($0) },
            hasCancellation: job.cancellation != nil,
            results: [job.resultID, job.stagedResultID],
            units: job.units
        )
    }

    /// Takes the job to its end; true when that settles.
    @discardableResult
    func end(_ name: String) -> Bool {
        switch name {
        case "completed": return bench.apply(.complete(attempt: 0), to: id).isSettling
        case "failed": return bench.fail(id, "broken", code: "io").isSettling
        default:
            _ = bench.table.cancel(id, reason: "enough", at: now)
            return bench.read(id).state != .cancelled
        }
    }

    /// Lets `event` happen; the word for what came of it.
    func perform(_ event: String, attempt: UInt32) -> String {
        switch event {
        case "bind": bind(attempt)
        case "result": attach(attempt)
        case "cancel":
            table.cancel(id, reason: "no need", at: now) == reference.map { .settling($0) } ? "settling" : "else"
        case "delete":
            table.delete(id, at: now) == reference.map { .settling($0) } ? "settling" : "else"
        default: word(Text.with("words") { bench.apply(jobEvent(event, attempt, $0), to: id) }.refusal)
        }
    }

    private func jobEvent(_ name: String, _ attempt: UInt32, _ text: Text) -> JobEvent {
        switch name {
        case "heartbeat": .update(JobUpdate(attempt: attempt))
        case "note": .update(JobUpdate(attempt: attempt, note: text))
        case "progress": .update(JobUpdate(attempt: attempt, progress: BasisPoints(5_000)))
        case "units": .update(JobUpdate(attempt: attempt, units: Units(done: 7, total: 10)))
        case "step": .update(JobUpdate(attempt: attempt, step: StepUpdate(index: 1, total: 2, name: text)))
        case "start": .start(attempt: attempt)
        case "complete": .complete(attempt: attempt)
        case "fail": .fail(attempt: attempt, Failure(text: text))
        default: .retry(attempt: attempt)
        }
    }

    private func bind(_ attempt: UInt32) -> String {
        let outcome = table.bind(
            id,
            attempt: attempt,
            creating: nil,
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(1),
            at: now
        )
        if case .refused(let refusal, _, _) = outcome { return word(refusal) }
        return "same"
    }

    private func attach(_ attempt: UInt32) -> String {
        let outcome = table.attachResult(ResultID(9), to: id, attempt: attempt, from: nil, at: now)
        if case .refused(let refusal, _, _) = outcome { return word(refusal) }
        return "same"
    }

    private func word(_ refusal: Refusal?) -> String {
        switch refusal {
        case nil: "same"
        case .alreadyFinished: "done"
        case let other?: "\(other)"
        }
    }
}
