import Bytes
import HTTP2
import NIOCore
import StatusCore

/// Server-sent events on an HTTP/2 stream.
extension HTTP2Stream: FeedCarrier {
    func openEvents(_ request: FeedRequest) {
        guard let loop = handler.eventLoop else { return }
        let place = FeedPlace(
            bridge: services.bridge,
            boot: services.boot,
            watches: services.watches(of: loop),
            scratch: handler.scratch.bridge,
            now: services.clock.now()
        )
        let feed = request.open(in: place)
        feed.carrier = self
        respond(request.fields, length: nil, endStream: false)
        phase = .streaming(feed)
        handler.waiting += 1
        waitTimer = ConnectionTimer(services.timers(of: loop)) { [weak self] in self?.eventTimeOut() }
        writeEvents(feed)
        if handler.isDraining { endEvents() }
    }

    func feedMayHaveOutput() {
        guard case .streaming(let feed) = phase else { return }
        writeEvents(feed)
        handler.flush()
    }

    /// Queues what the feed has, unless the peer has not taken what was queued before.
    func writeEvents(_ feed: any EventFeed) {
        while session.queuedBytes(id) <= HTTP2Handler.settings.lowWaterMark {
            guard case .streaming = phase else { return }
            let now = services.clock.now()
            let step = feed.write(into: &handler.scratch.content, limit: Limits.eventPiece, at: now)
            handler.scratch.content.withBytes { bytes in
                if !bytes.isEmpty { session.write(id, bytes) }
            }
            handler.scratch.content.removeAll(keepingCapacityUpTo: Limits.scratchCapacity)
            switch step {
            case .more: continue
            case .idle(let time):
                waitTimer?.start(.milliseconds(max(1, time - now.monotonic)))
                return
            case .end: return endEvents()
            }
        }
        waitTimer?.start(Limits.bodyTimeout)
    }

    /// Ends the stream as a whole one, if it is one of events.
    func endEvents() {
        guard case .streaming(let feed) = phase else { return }
        release(feed)
        session.finish(id)
        if !hasEnded { session.stopPeerAfterResponse(id) }
    }

    /// Forgets a feed.
    func release(_ feed: any EventFeed) {
        handler.waiting -= 1
        waitTimer?.invalidate()
        waitTimer = nil
        feed.close()
        phase = .done
    }

    /// The feed's next moment has come, or the peer has taken nothing for long.
    private func eventTimeOut() {
        guard case .streaming(let feed) = phase else { return }
        if session.queuedBytes(id) > HTTP2Handler.settings.lowWaterMark {
            session.reset(id, .cancel)
        } else {
            writeEvents(feed)
        }
        handler.flush()
    }
}
