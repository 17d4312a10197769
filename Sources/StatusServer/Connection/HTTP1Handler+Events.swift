import Bytes
import HTTP1
import NIOCore
import StatusCore

/// Server-sent events on HTTP/1.1: chunks for as long as the feed goes on.
extension HTTP1Handler: FeedCarrier {
    func openEvents(_ request: FeedRequest, context: ChannelHandlerContext) {
        let place = FeedPlace(
            bridge: services.bridge,
            boot: services.boot,
            watches: services.watches(of: context.eventLoop),
            scratch: scratch.bridge,
            now: services.clock.now()
        )
        let feed = request.open(in: place)
        feed.carrier = self
        // Without chunks only the end of the connection ends the answer.
        if head.bodyLength != .none || isDraining || !isChunked { exchange.closes = true }
        appendHead(request.fields, length: nil, context: context)
        phase = .streaming(feed)
        flush(context: context)
        writeEvents(feed, context: context)
        if isDraining { endEvents(context: context) }
    }

    private var isChunked: Bool { exchange.minorVersion > 0 }

    func feedMayHaveOutput() {
        guard let context, case .streaming(let feed) = phase else { return }
        writeEvents(feed, context: context)
    }

    /// Writes what the feed has, as far as the client reads, and sets the time for the next look.
    func writeEvents(_ feed: any EventFeed, context: ChannelHandlerContext) {
        while isWritable, case .streaming(let present) = phase, present === feed {
            let now = services.clock.now()
            let step = feed.write(into: &scratch.content, limit: Limits.eventPiece, at: now)
            if isChunked {
                scratch.content.withBytes { output.appendChunk($0) }
            } else {
                scratch.content.withBytes { output.append($0) }
            }
            scratch.content.removeAll(keepingCapacityUpTo: Limits.scratchCapacity)
            flush(context: context)
            switch step {
            case .more: continue
            case .idle(let time):
                feedTime = context.eventLoop.now + .milliseconds(max(1, time - now.monotonic))
                return restartTimer(context: context)
            case .end: return endEvents(context: context)
            }
        }
        restartTimer(context: context)
    }

    /// Ends the stream as a whole one.
    func endEvents(context: ChannelHandlerContext) {
        guard case .streaming(let feed) = phase else { return }
        feed.close()
        if isChunked { output.appendLastChunk() }
        phase = .head
        if exchange.closes || isDraining {
            phase = .closing
            closeAfterAnswer(context: context)
        } else {
            flush(context: context)
            context.eventLoop.assumeIsolated().execute { [weak self] in
                guard let self, let context = self.context else { return }
                resume(context: context)
            }
        }
    }
}
