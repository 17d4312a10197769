import Bytes
import HTTP1
import HTTP2
import NIOCore
import UpdateProtocol

/// A worker's stream on HTTP/2.
extension HTTP2Stream: WorkerStreamCarrier {
    var eventLoop: any EventLoop {
        guard let loop = handler.eventLoop else { preconditionFailure("a stream outlived its connection") }
        return loop
    }

    var peer: String { handler.peer }

    /// Answers 200 at once and hands everything that comes to a ``WorkerStream``.
    func openUpdates() {
        guard let loop = handler.eventLoop else { return }
        let owner = services.streams.makeOwner()
        let worker = WorkerStream(services: services, owner: owner, carrier: self)
        worker.counters = handler.scratch.counters
        phase = .updates(worker)
        handler.workerJoined()
        services.streams.register(worker, as: owner, on: loop)
        handler.scratch.counters.noteAnswer(200)
        handler.scratch.fields.begin(status: 200)
        handler.scratch.fields.append("content-type", UpdateMediaType.name)
        handler.scratch.fields.append("cache-control", "no-store")
        handler.scratch.fields.append("x-content-type-options", "nosniff")
        session.respond(id, handler.scratch.fields, endStream: false)
        frameTimer = ConnectionTimer(services.timers(of: loop)) { [weak self, weak worker] in
            worker?.timeOut()
            self?.hasOutput()
        }
        frameTimer?.start(Limits.headTimeout)
        // The goodbye of the shutdown went to the streams that were there.
        if handler.isDraining { worker.drain() }
        if hasEnded { worker.receiveEnd() }
        handler.touch(self)
    }

    /// Gives a frame that has begun its time, which further bytes of it do not extend.
    private func watch(_ worker: WorkerStream) {
        if isAwaitingHello, worker.phase != .opening {
            // The time that runs is that of hello, which has come.
            isAwaitingHello = false
            frameTimer?.stop()
        }
        guard worker.isInsideFrame else {
            frameTimer?.stop()
            return
        }
        let sequence = worker.decoder.nextSequence
        if frameTimer?.isRunning == false || sequence != watchedSequence { frameTimer?.start(Limits.frameTimeout) }
        watchedSequence = sequence
    }

    func hasOutput() {
        guard case .updates = phase else { return }
        flushUpdates()
        handler.flush()
    }

    func consume(_ count: Int) {
        guard case .updates = phase else { return }
        giveBack(count)
        handler.flush()
    }

    func expectResults() {
        window = handler.grow(id, from: window, to: Limits.uploadBacklog)
    }

    func finish() {
        guard case .updates(let worker) = phase else { return }
        send(from: worker)
        session.finish(id)
        if !hasEnded { session.stopPeerAfterResponse(id) }
        handler.flush()
    }

    /// The peer does not read what it is told, so that it is not listened to: refusals are longer than updates. Above
    /// the low-water mark it is certain that ``drained()`` is called.
    var isUnread: Bool {
        let queued = session.queuedBytes(id)
        return queued > Limits.outboundHighWater
            || queued > HTTP2Handler.settings.lowWaterMark && session.queuedBytes > Limits.connectionBacklog
    }

    /// Opens the stream's window by `count`, unless what the peer is told goes unread. The window of a stream that is
    /// busy grows.
    func giveBack(_ count: Int) {
        guard !isUnread else {
            withheld += count
            return
        }
        session.consume(id, count)
        givenBack += count
        guard givenBack >= window, window < Limits.streamWindow, case .updates(let worker) = phase,
            !worker.isForResults
        else { return }
        givenBack = 0
        window = handler.grow(id, from: window, to: min(4 * window, Limits.streamWindow))
    }

    /// Queues what the worker is to be told, with an acknowledgement if the last one is long enough ago.
    func flushUpdates() {
        isTouched = false
        guard case .updates(let worker) = phase, let loop = handler.eventLoop else { return }
        watch(worker)
        if worker.needsAcknowledgement {
            let next = acknowledgedAt + Limits.acknowledgementInterval
            if next <= loop.now {
                worker.acknowledge()
                acknowledgedAt = loop.now
            } else if acknowledgement == nil {
                acknowledgement = loop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in
                    self?.acknowledgement = nil
                    self?.hasOutput()
                }
            }
        }
        guard worker.phase != .ended, !worker.output.isEmpty else { return }
        send(from: worker)
    }

    private func send(from worker: WorkerStream) {
        worker.output.withBytes { session.write(id, $0) }
        // What others have to say to a worker that does not read (cancels) has no other bound.
        if isUnread, session.queuedBytes > 4 * Limits.connectionBacklog { session.reset(id, .enhanceYourCalm) }
        if worker.output.count > Limits.keptOutput {
            worker.output = OutputBuffer(capacity: 256)
        } else {
            worker.output.removeAll()
        }
    }
}
