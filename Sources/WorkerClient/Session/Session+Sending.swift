/// What is to be sent next.
extension Session {
    /// The next frame, or nil when there is nothing to send, or nothing may be sent at present. The caller must send
    /// it: it counts as sent, in this order, from now on.
    mutating func nextFrame(_ effects: inout [Effect]) -> UpFrame? {
        guard phase == .greeting || phase == .ready, inFlight.count < Limits.framesInFlight else { return nil }
        while let task = queue.first {
            switch task {
            case .flush(let ticket):
                queue.removeFirst()
                _ = inFlight.append(.flush(ticket))
                return .flush
            case .job(let handle):
                if handle.rawValue >= handleLimit, jobs[handle] != nil {
                    // More jobs than every server takes: the welcome says how many this one does.
                    guard phase == .ready else { return nil }
                    let error = WorkerError.refused(.overQuota, state: nil, detail: "more jobs than the server binds")
                    end(handle, .refused(.overQuota), error: error, &effects)
                }
                if let frame = nextFrame(about: handle) { return frame }
                queue.removeFirst()
                jobs[handle]?.isQueued = false
            }
        }
        guard wantsToLeave else { return nil }
        phase = .leaving
        _ = inFlight.append(.goodbye)
        return .goodbye
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
        if !entry.unsent.isEmpty {
            let fields = entry.unsent.intersection(.values)
            jobs[handle]!.unsent = []
            return sent(.update(handle, fields: fields, report: entry.report), as: .report(handle), handle)
        }
        guard let ending = entry.ending else { return nil }
        jobs[handle]!.ending!.isSent = true
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
        jobs[handle]!.lastSequence = inFlight.append(meaning)
        return frame
    }
}
