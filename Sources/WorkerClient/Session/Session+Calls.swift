/// What the worker's calls do to the session.
extension Session {
    /// Takes over a report. Returns false when it means nothing because the job has ended or is about to.
    mutating func report(_ handle: JobHandle, _ change: Report.Change) -> Bool {
        guard jobs[handle]?.takesReports == true else { return false }
        let fields = jobs[handle]!.report.apply(change)
        jobs[handle]!.unsent.formUnion(fields)
        enqueue(handle)
        return true
    }

    /// Waits for the server's acceptance of the job on the present stream, or on the next one.
    mutating func awaitBinding(_ handle: JobHandle, _ effects: inout [Effect]) -> Ticket {
        let ticket = makeTicket()
        guard canWait(handle, ticket, &effects) else { return ticket }
        if jobs[handle]!.binding == .accepted {
            effects.append(.settle(ticket, nil))
        } else {
            jobs[handle]!.bindingTickets.append(ticket)
        }
        return ticket
    }

    /// Ends the job. Asking again for the same end waits for the same acknowledgement; for another one is too late.
    mutating func endJob(_ handle: JobHandle, _ ending: JobEntry.Ending, _ effects: inout [Effect]) -> Ticket {
        let ticket = makeTicket()
        if let entry = jobs[handle], entry.cancellation != nil, entry.end == nil {
            // Too late to end it otherwise; but the server is told that the work is over.
            if entry.ending == nil { _ = answerCancel(handle, ending == .complete ? .refused : .stopped) }
            effects.append(.settle(ticket, ending == .release ? nil : .ended(.cancelled)))
            return ticket
        }
        if let pending = jobs[handle]?.ending, pending.value != ending {
            effects.append(.settle(ticket, .ended(pending.value.end)))
            return ticket
        }
        if jobs[handle]?.end == nil, jobs[handle]?.ending == nil, !isClosing, jobs[handle] != nil {
            jobs[handle]!.ending = JobEntry.Pending(value: ending, tickets: [])
            enqueue(handle)
        }
        if canWait(handle, ticket, &effects) { jobs[handle]!.ending!.tickets.append(ticket) }
        return ticket
    }

    /// Begins a newer attempt: what was reported about the older one is forgotten.
    mutating func retry(_ handle: JobHandle, attempt: UInt32, _ effects: inout [Effect]) -> Ticket {
        let ticket = makeTicket()
        if jobs[handle]?.takesReports == true, !isClosing {
            guard attempt > jobs[handle]!.options.attempt else {
                effects.append(.settle(ticket, .invalidArgument("attempt \(attempt) is not newer")))
                return ticket
            }
            let waiting = jobs[handle]!.retry?.tickets ?? []
            jobs[handle]!.options.attempt = attempt
            jobs[handle]!.report = Report()
            jobs[handle]!.unsent = []
            jobs[handle]!.retry = JobEntry.Pending(value: attempt, tickets: waiting)
            enqueue(handle)
        } else if let entry = jobs[handle], entry.end == nil, !isClosing {
            effects.append(.settle(ticket, .ended(entry.ending?.value.end ?? .cancelled)))
            return ticket
        }
        if canWait(handle, ticket, &effects) { jobs[handle]!.retry!.tickets.append(ticket) }
        return ticket
    }

    /// The worker's last word about a cancel. Returns false when there is nothing to answer.
    mutating func answerCancel(_ handle: JobHandle, _ reply: WorkerReply) -> Bool {
        guard let entry = jobs[handle], entry.end == nil, entry.cancellation != nil else { return false }
        if let pending = entry.reply, pending.value != .received { return false }
        jobs[handle]!.reply = JobEntry.Pending(value: reply, tickets: [])
        enqueue(handle)
        return true
    }

    /// Waits until everything that was reported before this call is applied.
    mutating func flush(_ effects: inout [Effect]) -> Ticket {
        let ticket = makeTicket()
        if let refusal = futility {
            effects.append(.settle(ticket, refusal))
        } else {
            queue.append(.flush(ticket))
        }
        return ticket
    }

    /// Asks the server for a sign of life, unless it owes one already.
    mutating func keepAlive() {
        if phase == .ready, isDelivered { queue.append(.flush(makeTicket())) }
    }

    /// Gives a sign of life for each job that wants one and has been silent; called `ticksPerInterval` times in each
    /// interval that the server asks for one.
    mutating func beat(ticksPerInterval: Int) {
        guard jobsWithHeartbeat > 0 else { return }
        for handle in jobs.handles where jobs[handle]!.options.sendsHeartbeats && jobs[handle]!.takesReports {
            jobs[handle]!.silentTicks += 1
            // One tick early: the next one would be late.
            if jobs[handle]!.silentTicks >= ticksPerInterval - 1 { _ = report(handle, .heartbeat) }
        }
    }

    /// Settles the ticket at once where waiting has no sense: the job has ended, the client closes, the server is away
    /// for too long already.
    private func canWait(_ handle: JobHandle, _ ticket: Ticket, _ effects: inout [Effect]) -> Bool {
        guard let entry = jobs[handle], entry.end == nil else {
            effects.append(.settle(ticket, dismissal ?? .ended(jobs[handle]?.end ?? .closed)))
            return false
        }
        if let refusal = futility {
            effects.append(.settle(ticket, refusal))
            return false
        }
        return true
    }
}
