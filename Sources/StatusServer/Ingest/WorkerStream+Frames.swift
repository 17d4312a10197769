import Bytes
import StatusCore
import UpdateProtocol

/// What each frame does to the job table. The decoder calls these; none of them touches the decoder.
extension WorkerStream: UpFrameHandler {
    func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow {
        guard let job = bound[handle] else { return refuseUnbound(handle, sequence) }
        guard let progress = BasisPoints(basisPoints) else {
            return refuse(.malformed, .handle(handle), sequence, detail: "progress above 10000")
        }
        let outcome = services.table.advanceProgress(
            to: progress,
            of: job.reference,
            from: owner,
            attempt: job.attempt,
            at: now
        )
        return conclude(outcome, attempt: job.attempt, handle, sequence)
    }

    func progress(_ batch: ProgressBatch) -> (taken: Int, flow: Flow) {
        var taken = 0
        while taken < batch.count {
            // What is applied is answered, so that no more is applied than there is room for refusals.
            let room = max(1, (Limits.outboundHighWater - output.count) / Self.progressRefusalSize)
            let part = taken..<min(batch.count, taken + min(room, JobTable.batchCapacity))
            taken = part.upperBound
            if progress(batch, part) == .stop { return (taken, .stop) }
        }
        return (taken, .proceed)
    }

    /// The refusal of a progress report takes no more bytes than this.
    private static let progressRefusalSize = 64

    private func progress(_ batch: ProgressBatch, _ part: Range<Int>) -> Flow {
        let exceptions = services.table.advanceProgress(
            of: UnsafeBufferPointer(rebasing: batch.handles[part]),
            to: UnsafeBufferPointer(rebasing: batch.basisPoints[part]),
            in: &bound,
            from: owner,
            at: now
        )
        var flow = Flow.proceed
        for exception in exceptions {
            let index = part.lowerBound + exception.index
            let sequence = batch.firstSequence + UInt64(index)
            let answer =
                if let outcome = exception.outcome {
                    conclude(outcome, attempt: outcome.attempt, batch.handles[index], sequence)
                } else {
                    refuseUnbound(batch.handles[index], sequence)
                }
            if answer == .stop { flow = .stop }
        }
        return flow
    }

    func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow {
        var update = JobUpdate()
        update.progress = frame.basisPoints.flatMap { BasisPoints($0) }
        update.units = frame.units.map { Units(done: $0.done, total: $0.total) }
        update.unit = frame.unit.map { Text($0) }
        update.step = frame.step.map { StepUpdate(index: $0.index, total: $0.total, name: Text($0.name)) }
        update.note = frame.note.map { Text($0) }
        return apply(frame.handle, frame.attempt, sequence) { attempt in
            update.attempt = attempt
            return .update(update)
        }
    }

    func bind(_ frame: BindFrame, sequence: UInt64) -> Flow {
        guard !isForResults else {
            return refuse(.notAllowed, .handle(frame.handle), sequence, detail: "this stream carries results only")
        }
        guard frame.handle < Self.limits.maximumHandles else {
            return refuse(.overQuota, .handle(frame.handle), sequence, detail: "the handle is not below the limit")
        }
        guard let id = TaskID(frame.taskID) else {
            return refuse(.malformed, .handle(frame.handle), sequence, detail: "not a task id")
        }
        var submission: Submission?
        if frame.createsIfAbsent {
            guard let made = Submission(frame, id: id) else {
                return refuse(.malformed, .handle(frame.handle), sequence, detail: "not a valid parent id or lifetime")
            }
            submission = made
        }
        let outcome = services.table.bind(
            id,
            attempt: frame.attempt,
            creating: submission,
            sharing: frame.isShared,
            owner: owner,
            handle: Handle(frame.handle),
            at: now
        )
        switch outcome {
        case .bound(let reference, let attempt, let dropped):
            if let before = bound[frame.handle]?.reference, before != reference {
                services.table.unbind(before, owner: owner, at: now)
            }
            bound.bind(frame.handle, to: reference, attempt: attempt)
            services.discard(dropped)
            return .proceed
        case .refused(let refusal, let state, let attempt):
            return refuse(RefusalReason(refusal), .handle(frame.handle), sequence, state: state, attempt: attempt)
        }
    }

    func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        apply(handle, attempt, sequence) { .start(attempt: $0) }
    }

    func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        apply(handle, attempt, sequence) { .complete(attempt: $0) }
    }

    func fail(_ frame: FailFrame, sequence: UInt64) -> Flow {
        let failure = Failure(
            code: frame.code.isEmpty ? nil : Text(frame.code),
            text: Text(frame.text),
            isRetryable: frame.isRetryable
        )
        return apply(frame.handle, frame.attempt, sequence) { .fail(attempt: $0, failure) }
    }

    func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        // Without a number, a retry begins the attempt after the one that the handle stands for, so that a worker of an
        // older attempt begins none.
        apply(handle, attempt, sequence) { .retry(attempt: attempt == 0 ? $0 &+ 1 : attempt) }
    }

    func cancelAnswer(handle: UInt32, _ answer: CancelAnswer, sequence: UInt64) -> Flow {
        guard let reference = bound[handle]?.reference else { return refuseUnbound(handle, sequence) }
        let known: WorkerAnswer =
            switch answer {
            case .received: .received
            case .stopped: .stopped
            case .refused: .refused
            }
        services.table.answerCancel(reference, from: owner, known, at: now)
        return .proceed
    }

    func unbind(handle: UInt32, sequence: UInt64) -> Flow {
        guard let reference = bound.unbind(handle)?.reference else { return refuseUnbound(handle, sequence) }
        services.table.unbind(reference, owner: owner, at: now)
        return .proceed
    }

    /// Nothing to do on an ephemeral server: the acknowledgement follows anyway.
    func flush(sequence: UInt64) -> Flow {
        wantsCommit = true
        return .proceed
    }

    func goodbye(sequence: UInt64) -> Flow {
        verdict = .leaves
        return .stop
    }

    func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow {
        refuse(.malformed, subject, sequence, detail: reason)
    }

    // MARK: Outcomes

    /// Applies the event that `make` makes for an attempt: the named one, or that which the handle stands for.
    private func apply(
        _ handle: UInt32,
        _ attempt: UInt32,
        _ sequence: UInt64,
        _ make: (UInt32) -> JobEvent
    ) -> Flow {
        guard let job = bound[handle] else { return refuseUnbound(handle, sequence) }
        let event = make(attempt == 0 ? job.attempt : attempt)
        let outcome = services.table.apply(event, to: job.reference, from: owner, at: now)
        return conclude(outcome, attempt: job.attempt, handle, sequence)
    }

    /// Answers what came of an item by a handle that stands for `attempt`.
    @inline(__always)
    private func conclude(
        _ outcome: ApplyOutcome,
        attempt: UInt32,
        _ handle: UInt32,
        _ sequence: UInt64
    ) -> Flow {
        if outcome.releasedResult != .none { services.discard(outcome.releasedResult) }
        if let refusal = outcome.refusal {
            return refuse(
                RefusalReason(refusal),
                .handle(handle),
                sequence,
                state: outcome.state,
                attempt: outcome.attempt
            )
        }
        if outcome.attempt != attempt { bound.move(handle, to: outcome.attempt) }
        return .proceed
    }

    private func refuseUnbound(_ handle: UInt32, _ sequence: UInt64) -> Flow {
        if isForResults {
            return refuse(.notAllowed, .handle(handle), sequence, detail: "this stream carries results only")
        }
        return refuse(.unknownJob, .handle(handle), sequence, detail: "the handle is not bound")
    }

    /// Answers one item with a refusal; the others of its batch are not touched.
    func refuse(
        _ reason: RefusalReason,
        _ subject: Subject,
        _ sequence: UInt64,
        state: JobState? = nil,
        attempt: UInt32 = 0,
        detail: StaticString = ""
    ) -> Flow {
        output.appendRefusal(
            sequence: sequence,
            reason: reason,
            state: state.map { ReportedState(rawValue: $0.rawValue) } ?? .none,
            attempt: attempt,
            subject: subject,
            detail: detail
        )
        guard output.count > Limits.outboundHighWater else { return .proceed }
        // A worker that does not read what it is told is not listened to either: refusals are longer than updates.
        isChoked = true
        return .stop
    }
}

extension RefusalReason {
    /// The two lists are one: `Refusal` has the protocol's numbers.
    init(_ refusal: Refusal) {
        self.init(rawValue: refusal.rawValue)
    }
}

extension Submission {
    /// The job that a bind creates; nil when its parent is no task id, or a lifetime is out of range.
    init?(_ frame: BindFrame, id: TaskID) {
        self.init(id: id)
        type = frame.type.map { String(decoding: $0, as: UTF8.self) }
        if let seconds = frame.ttl {
            guard Limits.lifetimeSeconds.contains(seconds) else { return nil }
            ttl = seconds
        }
        if let seconds = frame.resultTTL {
            guard Limits.lifetimeSeconds.contains(seconds) else { return nil }
            resultTTL = seconds
        }
        if let seconds = frame.stall, seconds > 0 { stall = seconds }
        stallPolicy = frame.failsWhenStalled ? .fail : .report
        if let text = frame.parent {
            guard let parent = TaskID(text) else { return nil }
            self.parent = parent
        }
        var labels: [Label] = []
        frame.labels.forEach { key, value in
            labels.append(
                Label(key: String(decoding: key, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
            )
        }
        self.labels = labels
    }
}
