import Bytes
import StatusCore

extension Bridge {
    /// `PATCH /api/jobs/{taskId}`: what a worker without a stream says about a job.
    func report(
        _ bytes: UnsafeRawBufferPointer,
        on id: TaskID,
        _ context: AnswerContext,
        at now: Instant,
        _ scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> ResponseFields {
        let job = scratch.snapshot
        // The job first, then the body: 404 and 410 come before 400 for what stands inside.
        try find(id, at: now)
        let report = try ReportBody(parsing: bytes)
        _ = try read(id, at: now, into: job)
        if let attempt = report.attempt, attempt < job.attempt {
            throw .attemptIsOver(id, job.state, current: job.attempt)
        }
        if job.state.isTerminal {
            // Asking for the state that it already has is how a client repeats a request whose answer was lost.
            guard report.status == job.state else { throw .alreadyFinished(id, job.state) }
        } else {
            try carryOut(report, on: id, job, at: now)
        }
        let fields = try statusAfterWrite(of: id, at: now, context, job, status: 200, into: &output)
        // Progress alone may be lost with the last second before a crash.
        if report.status != nil { settle(id, 200, context, scratch) }
        return fields
    }

    /// Brings a report to a live job: each of its parts by itself, in the order in which they make sense.
    private func carryOut(
        _ report: ReportBody,
        on id: TaskID,
        _ job: JobSnapshot,
        at now: Instant
    ) throws(ErrorAnswer) {
        let attempt = report.attempt ?? 0
        switch report.status {
        case .queued:
            // The attempt that the job is at was named only to be sure of it; a newer one is the one to begin.
            try apply(.retry(attempt: attempt > job.attempt ? attempt : 0), to: id, at: now)
            if report.isUpdate { try update(report, attempt: 0, id, at: now) }
        case .processing:
            try apply(.start(attempt: attempt), to: id, at: now)
            if report.isUpdate { try update(report, attempt: attempt, id, at: now) }
        case nil:
            try update(report, attempt: attempt, id, at: now)
        case .completed:
            if report.isUpdate { try update(report, attempt: attempt, id, at: now) }
            try apply(.complete(attempt: attempt), to: id, at: now)
        case .failed:
            if report.isUpdate { try update(report, attempt: attempt, id, at: now) }
            try fail(report, attempt: attempt, id, at: now)
        case .cancelled:
            if report.isUpdate { try update(report, attempt: attempt, id, at: now) }
            try cancel(id, reason: nil, at: now)
        }
    }

    private func update(
        _ report: ReportBody,
        attempt: UInt32,
        _ id: TaskID,
        at now: Instant
    ) throws(ErrorAnswer) {
        try Text.with(report.units?.unit) { (unit: Text?) throws(ErrorAnswer) in
            try Text.with(report.step?.name) { (name: Text?) throws(ErrorAnswer) in
                try Text.with(report.note) { (note: Text?) throws(ErrorAnswer) in
                    var update = JobUpdate(attempt: attempt, progress: report.progress)
                    update.units = report.units?.amount
                    update.unit = unit
                    if let step = report.step, let name {
                        update.step = StepUpdate(index: step.index, total: step.total, name: name)
                    }
                    update.note = note
                    try apply(.update(update), to: id, at: now)
                }
            }
        }
    }

    private func fail(
        _ report: ReportBody,
        attempt: UInt32,
        _ id: TaskID,
        at now: Instant
    ) throws(ErrorAnswer) {
        try Text.with(report.failure?.code) { (code: Text?) throws(ErrorAnswer) in
            try Text.with(report.failure?.text ?? "") { (text: Text) throws(ErrorAnswer) in
                let failure = Failure(code: code, text: text, isRetryable: report.failure?.isRetryable ?? false)
                try apply(.fail(attempt: attempt, failure), to: id, at: now)
            }
        }
    }

    /// Applies one event, frees what it let go of, and throws when it was refused.
    func apply(_ event: JobEvent, to id: TaskID, at now: Instant) throws(ErrorAnswer) {
        let (lookup, outcome) = table.apply(event, to: id, at: now)
        discard(outcome.releasedResult)
        try check(lookup, id)
        guard let refusal = outcome.refusal, let state = outcome.state else { return }
        throw .refused(refusal, id, state, attempt: outcome.attempt)
    }
}

extension ErrorAnswer {
    /// What a refusal of the core means for a client that does not own the job.
    static func refused(_ refusal: Refusal, _ id: TaskID, _ state: JobState, attempt: UInt32) -> ErrorAnswer {
        switch refusal {
        case .alreadyFinished: .alreadyFinished(id, state)
        case .attemptIsOver: .attemptIsOver(id, state, current: attempt)
        case .unknownJob: .unknownJob(id)
        case .overQuota: .full
        case .malformed: .malformed("The update breaks a limit")
        case .malformedResult: .malformedResult("It is not one valid JSON value")
        // These concern owners of a job and lookups, which were answered before.
        case .expired, .boundElsewhere, .notAllowed: .alreadyFinished(id, state)
        }
    }
}
