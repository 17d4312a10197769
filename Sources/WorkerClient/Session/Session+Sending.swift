/// What is to be sent next.
extension Session {
    /// The next frame, or nil when there is nothing to send, or nothing may be sent at present. The caller must send
    /// it: it counts as sent, in this order, from now on.
    mutating func nextFrame(_ effects: inout [Effect]) -> UpFrame? {
        guard phase == .greeting || phase == .ready, room > 0 else { return nil }
        while let task = queue.first {
            switch task {
            case .flush(let ticket):
                queue.removeFirst()
                guard held.isEmpty else {
                    heldFlushes.append(ticket)
                    continue
                }
                _ = inFlight.append(.flush(ticket))
                return .flush
            case .job(let handle):
                if handle.rawValue >= handleLimit, jobs[handle] != nil {
                    // More jobs than every server takes: the welcome says how many this one does.
                    guard phase == .ready else { return nil }
                    let error = WorkerError.refused(.overQuota, state: nil, detail: "more jobs than the server binds")
                    end(handle, .refused(.overQuota), error: error, &effects)
                }
                if saysProgressOnly(handle), !holdsReports { return nextRun() }
                if let frame = nextFrame(about: handle) { return frame }
                queue.removeFirst()
                jobs[handle]?.isQueued = false
                hold(handle)
            }
        }
        guard wantsToLeave else { return nil }
        phase = .leaving
        _ = inFlight.append(.goodbye)
        return .goodbye
    }

    /// How many more frames may be sent before the server has answered.
    private var room: Int {
        min(Limits.framesInFlight - inFlight.count, Limits.framesUnconfirmed - inFlight.unconfirmedCount)
    }

    // MARK: Runs

    /// True when there is nothing to say about the job but its progress.
    private func saysProgressOnly(_ handle: JobHandle) -> Bool {
        guard let entry = jobs[handle], entry.takesReports, entry.binding != .unsent, entry.reply == nil,
            entry.retry?.isSent != false
        else { return false }
        return entry.unsent.subtracting(.heartbeat) == .progress
    }

    /// The progress of all jobs from the head of the queue on that have nothing else to say; of at least one.
    private mutating func nextRun() -> UpFrame {
        var entries: [RunEntry] = []
        let limit = min(room, Limits.runEntries)
        while entries.count < limit, case .job(let handle)? = queue.first, saysProgressOnly(handle) {
            queue.removeFirst()
            jobs[handle]!.isQueued = false
            jobs[handle]!.unsent = []
            entries.append(RunEntry(handle: handle, basisPoints: jobs[handle]!.report.basisPoints))
        }
        // Numbers that ascend cost the least, and the order of reports about different jobs means nothing.
        entries.sort { $0.handle.rawValue < $1.handle.rawValue }
        for entry in entries { note(.report(entry.handle), entry.handle) }
        if entries.count == 1 {
            let handle = entries[0].handle
            return .update(handle, fields: .progress, report: jobs[handle]!.report)
        }
        return .run(entries)
    }

    /// Remembers a job whose reports have to wait, if this is one.
    private mutating func hold(_ handle: JobHandle) {
        guard holdsReports, let entry = jobs[handle], entry.end == nil, !entry.unsent.isEmpty, !entry.isHeld else {
            return
        }
        jobs[handle]!.isHeld = true
        held.append(handle)
    }

    /// The next frame about one job: its binding first, its end last.
    private mutating func nextFrame(about handle: JobHandle) -> UpFrame? {
        guard let entry = jobs[handle] else { return nil }
        if entry.end != nil || entry.ending?.isSent == true {
            guard entry.needsUnbind else { return nil }
            jobs[handle]!.needsUnbind = false
            return sent(.unbind(handle), as: .unbind(handle), handle)
        }
        if entry.binding == .unsent {
            jobs[handle]!.binding = .sent
            return sent(.bind(handle, id: entry.id, options: entry.options), as: .bind(handle), handle)
        }
        if let reply = entry.reply, !reply.isSent {
            jobs[handle]!.reply!.isSent = true
            jobs[handle]!.reply!.sequence = inFlight.nextSequence
            return sent(.cancelAnswer(handle, reply.value), as: .reply(handle), handle)
        }
        if entry.cancellation != nil { return nil }
        if let retry = entry.retry, !retry.isSent {
            jobs[handle]!.retry!.isSent = true
            return sent(.retry(handle, attempt: retry.value), as: .retry(handle), handle)
        }
        if entry.unsent.contains(.start) {
            jobs[handle]!.unsent.remove(.start)
            return sent(.start(handle), as: .report(handle), handle)
        }
        // A pause costs no last value: those that an end follows go out with it.
        if !entry.unsent.isEmpty, !holdsReports || entry.ending != nil {
            let fields = entry.unsent.intersection(.values)
            jobs[handle]!.unsent = []
            return sent(.update(handle, fields: fields, report: entry.report), as: .report(handle), handle)
        }
        guard let ending = entry.ending, !ending.awaitsBinding else { return nil }
        jobs[handle]!.ending!.isSent = true
        jobs[handle]!.ending!.sequence = inFlight.nextSequence
        switch ending.value {
        case .release: return sent(.unbind(handle), as: .ending(handle), handle)
        case .complete:
            jobs[handle]!.needsUnbind = true
            return sent(.complete(handle), as: .ending(handle), handle)
        case .fail(let failure):
            jobs[handle]!.needsUnbind = true
            return sent(.fail(handle, failure), as: .ending(handle), handle)
        }
    }

    private mutating func sent(
        _ frame: UpFrame,
        as meaning: FramesInFlight.Meaning,
        _ handle: JobHandle
    ) -> UpFrame {
        note(meaning, handle)
        return frame
    }

    private mutating func note(_ meaning: FramesInFlight.Meaning, _ handle: JobHandle) {
        let sequence = inFlight.append(meaning)
        jobs[handle]!.lastSequence = sequence
        jobs[handle]!.silentTicks = 0
        if case .report = meaning { jobs[handle]!.reportSequence = sequence }
    }
}
