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
        let delay = lastSend + TimeAmount(configuration.reportInterval) - .now()
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
            act(on: session.onLoop { session, effects in session.receive(frame, &effects) }, connection)
            if case .welcome(let welcome) = frame { greeted(welcome) }
            if greeting != nil, session.isConnected { isReady() }
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

    /// True when goodbye has been said on the present stream, and the client goes on with another one.
    var hasLeft: Bool { session.hasLeft && !session.isClosing }

    /// Results under way may be finished after a goodbye, for as long as a server that drains gives them.
    func waitForUploads(_ connection: ServerConnection) {
        greeting?.cancel()
        greeting = schedule(in: .seconds(Limits.lastUploadsSeconds)) { link in
            link.connection?.end("the results took too long after the goodbye")
        }
    }

    func greeted(_ welcome: Welcome) {
        startTicks(every: min(max(welcome.heartbeatMilliseconds, 30), Limits.heartbeatMilliseconds))
    }

    /// Everything that the server says before it takes reports has been said.
    func isReady() {
        greeting?.cancel()
        greeting = nil
        patience?.cancel()
        patience = nil
        session.lastFailure = nil
        session.settleConnectionWaiters(nil)
        logger.debug("connected", metadata: ["server": "\(address.authority)"])
    }

    func act(on effects: [Effect], _ connection: ServerConnection) {
        for effect in effects {
            switch effect {
            case .slowDown(let milliseconds): pauseReports(.milliseconds(Int64(milliseconds)))
            case .leave(let reason, let milliseconds):
                var generator = SystemRandomNumberGenerator()
                let wait = Backoff.spread(.milliseconds(Int64(milliseconds)), using: &generator)
                notBefore = .now() + TimeAmount(wait)
                logger.debug("leaving", metadata: ["reason": "\(reason)"])
            case .disconnect(let reason): connection.end(reason)
            case .stop(let error):
                logger.error("stopped", metadata: ["reason": "\(error)"])
                session.lastFailure = "\(error)"
                finishClosing(isDelivered: false, error)
            case .remark(let text): logger.warning("\(text)")
            case .settle, .cancelled, .ended: break
            }
        }
    }

    /// Sends no mere reports for `duration`, counted from now; what was asked before counts no more.
    func pauseReports(_ duration: TimeAmount) {
        session.onLoop { session, _ in session.pause(true) }
        pause?.cancel()
        pause = schedule(in: duration) { link in
            link.session.onLoop { session, _ in session.pause(false) }
            link.send()
        }
    }

    /// Begins a result on the present connection.
    func beginUpload(_ heading: ResultHeading) throws(WorkerError) -> Upload {
        guard let connection, let stream = connection.open(nil) else {
            throw .serverAway(session.lastFailure)
        }
        let upload = Upload(heading, stream, connection)
        connection.uploads[stream] = upload
        connection.writeOutput()
        return upload
    }
}
