import Bytes
import Logging
import NIOCore

/// What goes up and what comes down.
extension ServerLink {
    /// There is news from a worker.
    func wake() {
        guard connection != nil else { return }
        switch session.urgency {
        case .none: break
        case .now: send()
        case .soon: sendSoon()
        }
    }

    func sendSoon() {
        guard soon == nil else { return }
        let due = max(lastSend + TimeAmount(configuration.reportInterval), pausedUntil)
        let delay = due - .now()
        guard delay > .zero else { return send() }
        soon = schedule(in: delay) { link in
            link.soon = nil
            link.send()
        }
    }

    /// Sends what the session has to send, as far as the server takes it.
    func send() {
        guard let connection else { return }
        soon?.cancel()
        soon = nil
        lastSend = .now()
        _ = session.takeUrgency()
        var isLeaving = false
        var hasMore = true
        while hasMore, connection.queuedBytes < Limits.queuedBytes {
            output.removeAll()
            let effects = session.encode(into: &output, isLeaving: &isLeaving)
            hasMore = !output.isEmpty
            if hasMore { connection.write(output) }
            act(on: effects, connection)
        }
        if isLeaving { connection.finishUpdates() }
        connection.writeOutput()
    }

    /// The server has taken most of what was queued.
    func drained(_ connection: ServerConnection) {
        let link = bound()
        // Not now: this comes from inside HTTP/2's output.
        loop.execute { link.value.send() }
    }

    /// Frames came on the stream of updates.
    func received(_ frames: [DownFrame], _ connection: ServerConnection) {
        for frame in frames {
            if case .welcome(_, let heartbeat) = frame { greeted(heartbeatMilliseconds: heartbeat) }
            act(on: session.onLoop { session, effects in session.receive(frame, &effects) }, connection)
            if case .welcome = frame { session.settleConnectionWaiters(nil) }
        }
    }

    /// All that came at once has been dealt with: answers go out, unless they go out soon anyway.
    func afterInput(_ connection: ServerConnection) {
        if soon == nil { send() }
    }

    /// The server has said all that it had to say on the stream of updates.
    func updatesEnded(_ connection: ServerConnection) {
        connection.end("the server ended the stream of updates")
    }

    func greeted(heartbeatMilliseconds: UInt32) {
        greeting?.cancel()
        greeting = nil
        patience?.cancel()
        patience = nil
        session.lastFailure = nil
        startTicks(every: min(max(heartbeatMilliseconds, 30), Limits.heartbeatMilliseconds))
        logger.debug("connected", metadata: ["server": "\(address.authority)"])
    }

    func act(on effects: [Effect], _ connection: ServerConnection) {
        for effect in effects {
            switch effect {
            case .slowDown(let milliseconds): pausedUntil = .now() + .milliseconds(Int64(milliseconds))
            case .leave(let reason, let milliseconds):
                notBefore = .now() + .milliseconds(Int64(milliseconds))
                logger.debug("leaving", metadata: ["reason": "\(reason)"])
            case .disconnect(let reason): connection.end(reason)
            case .remark(let text): logger.warning("\(text)")
            case .settle, .cancelled, .ended: break
            }
        }
    }

    /// Begins a result on the present connection.
    func beginUpload(_ heading: ResultHeading) throws(WorkerError) -> Upload {
        guard let connection, let stream = connection.open(isForResults: true) else {
            throw .serverAway(session.lastFailure)
        }
        let upload = Upload(heading, stream, connection)
        connection.uploads[stream] = upload
        connection.writeOutput()
        return upload
    }
}
