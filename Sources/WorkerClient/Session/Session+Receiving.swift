/// What the server's frames do to the session.
extension Session {
    mutating func receive(_ frame: DownFrame, _ effects: inout [Effect]) {
        switch frame {
        case .welcome(let welcome): greeted(welcome, &effects)
        case .acknowledgement(let applied, let durable):
            if phase == .catchingUp { return caughtUp(appliedUpTo: applied, &effects) }
            while let meaning = inFlight.applyFirst(upTo: applied) { acknowledged(meaning, &effects) }
            // What is only applied is lost with its server; one that keeps nothing will never say more.
            let confirmed = isEphemeral ? applied : durable ?? 0
            while let meaning = inFlight.confirmFirst(upTo: confirmed) { self.confirmed(meaning, &effects) }
        case .refusal(let sequence, let reason, let state, let detail):
            guard let meaning = inFlight.refuse(sequence) else { return }
            refused(meaning, Refusal(reason: reason, state: state, detail: detail), &effects)
        case .cancel(let number, let cancellation):
            guard let handle = jobs.handle(onWire: number) else { return }
            cancelled(handle, cancellation, isOnWire: true, &effects)
        case .expired(let number):
            guard let handle = jobs.handle(onWire: number) else { return }
            // The server has freed the handle itself.
            jobs[handle]!.needsUnbind = false
            end(handle, .expired, error: nil, &effects)
        case .slowDown(let milliseconds):
            effects.append(.slowDown(milliseconds: milliseconds))
        case .goodbye(let reason, let milliseconds):
            wantsToLeave = true
            releaseHeld()
            effects.append(.leave(reason: reason, retryAfterMilliseconds: milliseconds))
        case .result:
            // Results travel on streams of their own.
            break
        case .error(let reason):
            effects.append(.disconnect(reason: reason))
        case .dismissal(let error):
            dismissed(error, &effects)
        }
    }

    /// A frame was applied.
    private mutating func acknowledged(_ meaning: FramesInFlight.Meaning, _ effects: inout [Effect]) {
        switch meaning {
        case .bind(let handle):
            if let entry = jobs[handle], entry.end == nil {
                jobs[handle]!.binding = .accepted
                jobs[handle]!.bindingTickets = []
                for ticket in entry.bindingTickets { effects.append(.settle(ticket, nil)) }
                if entry.ending?.awaitsBinding == true {
                    // The job is alive: what was to end it cannot have been applied.
                    jobs[handle]!.ending!.awaitsBinding = false
                    enqueue(handle)
                }
            }
            freeIfIdle(handle)
        case .retry(let handle):
            if let pending = jobs[handle]?.retry, pending.isSent {
                jobs[handle]!.retry = nil
                for ticket in pending.tickets { effects.append(.settle(ticket, nil)) }
            }
            freeIfIdle(handle)
        case .reply(let handle): replied(handle, &effects)
        case .report(let handle), .unbind(let handle): freeIfIdle(handle)
        case .refused(let handle): if let handle { freeIfIdle(handle) }
        case .ending, .flush, .goodbye: break
        }
    }

    /// A frame was applied for good.
    private mutating func confirmed(_ meaning: FramesInFlight.Meaning, _ effects: inout [Effect]) {
        switch meaning {
        case .ending(let handle): ended(handle, &effects)
        case .flush(let ticket): effects.append(.settle(ticket, nil))
        case .bind, .report, .retry, .unbind, .reply, .refused, .goodbye: break
        }
    }

    /// The end that the worker asked for is applied.
    mutating func ended(_ handle: JobHandle, _ effects: inout [Effect]) {
        if let ending = jobs[handle]?.ending, jobs[handle]!.end == nil {
            // What came before it was applied as well.
            for ticket in jobs[handle]!.takeTickets() { effects.append(.settle(ticket, nil)) }
            end(handle, ending.value.end, error: nil, &effects)
        }
        freeIfIdle(handle)
    }

    /// The server knows what the worker did about a cancel.
    private mutating func replied(_ handle: JobHandle, _ effects: inout [Effect]) {
        if let reply = jobs[handle]?.reply, reply.isSent {
            jobs[handle]!.reply = nil
            if reply.value != .received {
                jobs[handle]!.needsUnbind = true
                end(handle, .cancelled, error: nil, &effects)
            }
        }
        freeIfIdle(handle)
    }

    // MARK: Refusals

    private struct Refusal {
        var reason: RefusalReason
        var state: RemoteState?
        var detail: String

        var error: WorkerError { .refused(reason, state: state, detail: detail) }

        /// How the job stands for this client, or nil when it can go on.
        var end: JobEnd? {
            switch reason {
            case .alreadyFinished where state == .cancelled: .cancelled
            case .expired: .expired
            case .alreadyFinished, .unknownJob, .attemptIsOver, .boundElsewhere: .refused(reason)
            case .notAllowed, .malformed, .malformedResult, .overQuota, .other: nil
            }
        }
    }

    /// A frame was not applied.
    private mutating func refused(
        _ meaning: FramesInFlight.Meaning,
        _ refusal: Refusal,
        _ effects: inout [Effect]
    ) {
        switch meaning {
        case .bind(let handle):
            if hasLanded(handle, refusal) { return ended(handle, &effects) }
            over(handle, refusal, refusal.end ?? .refused(refusal.reason), isBound: false, &effects)
        case .report(let handle) where refusal.end == .cancelled:
            // A report that crossed the cancel. The handle stands, so that the answer can be given.
            cancelled(handle, Cancellation(reason: refusal.detail, deadline: nil), isOnWire: true, &effects)
        case .report(let handle):
            if let end = refusal.end {
                over(handle, refusal, end, isBound: true, &effects)
            } else if let entry = jobs[handle] {
                effects.append(.remark("a report about \(entry.id) was refused: \(refusal.error)"))
            }
        case .retry(let handle):
            if let end = refusal.end { return over(handle, refusal, end, isBound: true, &effects) }
            guard let pending = jobs[handle]?.retry, pending.isSent else { return }
            jobs[handle]!.retry = nil
            for ticket in pending.tickets { effects.append(.settle(ticket, refusal.error)) }
        case .ending(let handle):
            if hasLanded(handle, refusal) { return ended(handle, &effects) }
            over(handle, refusal, refusal.end ?? .refused(refusal.reason), isBound: true, &effects)
        case .reply(let handle): replied(handle, &effects)
        case .flush(let ticket): effects.append(.settle(ticket, refusal.error))
        case .unbind, .goodbye, .refused: break
        }
    }

    /// True when the end that was asked for had been applied, and only its acknowledgement was lost.
    private func hasLanded(_ handle: JobHandle, _ refusal: Refusal) -> Bool {
        guard let ending = jobs[handle]?.ending, ending.mayHaveLanded, refusal.reason == .alreadyFinished else {
            return false
        }
        return ending.value.state == refusal.state
    }

    /// The job is over because of a refusal. A worker that learns of a cancel in this way is told of the cancel.
    private mutating func over(
        _ handle: JobHandle,
        _ refusal: Refusal,
        _ end: JobEnd,
        isBound: Bool,
        _ effects: inout [Effect]
    ) {
        guard let entry = jobs[handle], entry.end == nil else { return }
        if end == .cancelled {
            cancelled(handle, Cancellation(reason: refusal.detail, deadline: nil), isOnWire: false, &effects)
        }
        // A bind that was refused left nothing bound. A release, or an end that an unbind follows, frees the handle.
        jobs[handle]!.needsUnbind = isBound && entry.ending?.isSent != true || entry.needsUnbind
        self.end(handle, end, error: refusal.error, &effects)
    }

    /// Someone cancelled the job. The server hears at once that this is known, and later what came of it.
    private mutating func cancelled(
        _ handle: JobHandle,
        _ cancellation: Cancellation,
        isOnWire: Bool,
        _ effects: inout [Effect]
    ) {
        guard let entry = jobs[handle], entry.end == nil else { return }
        if let known = entry.cancellation {
            // It was known by a refusal; now there are its words.
            guard known == Cancellation(reason: "", deadline: nil), known != cancellation else { return }
            jobs[handle]!.cancellation = cancellation
            return effects.append(.cancelled(handle, cancellation))
        }
        jobs[handle]!.cancellation = cancellation
        jobs[handle]!.unsent = []
        effects.append(.cancelled(handle, cancellation))
        guard isOnWire else { return }
        jobs[handle]!.reply = JobEntry.Pending(value: .received, tickets: [])
        enqueue(handle)
        // What was not sent yet has no chance any more; what is on its way gets its own answer.
        var tickets = jobs[handle]!.retry.map { $0.isSent ? [] : $0.tickets } ?? []
        if let ending = jobs[handle]!.ending, !ending.isSent {
            tickets += ending.tickets
            jobs[handle]!.ending = nil
            _ = answerCancel(handle, ending.value == .complete ? .refused : .stopped)
        }
        for ticket in tickets { effects.append(.settle(ticket, .ended(.cancelled))) }
    }
}
