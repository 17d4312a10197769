import HTTP2
import NIOCore

/// One HTTP/2 connection: bytes into a session, what the session says to ``HTTP2Stream``s, its output to the socket.
///
/// Everything that one read brought is answered in one write. While the peer does not read, nothing more is taken out
/// of the session and nothing more is read.
final class HTTP2Handler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let services: ServerServices
    let session = HTTP2Session(role: .server, settings: HTTP2Handler.settings)
    let scratch: LoopScratch
    private var context: ChannelHandlerContext?
    /// Worker streams that have applied something since the last flush.
    private var touched: [HTTP2Stream] = []
    private var isReadPending = false
    /// The last output is written; what still comes in is dropped until the peer closes.
    private var isClosing = false
    /// When the connection ends whatever the peer still sends; set when the last output has left.
    private var lingerEnd: NIODeadline?
    /// Bytes that came behind the last output.
    private var lateBytes = 0
    /// Bytes that the peer has taken since the timer was set last.
    private var drainedBytes = 0
    /// True while the timer runs for a request's head, whose time is not extended by further bytes.
    private var isTimingHead = false
    /// By how much the windows of the streams have grown.
    private(set) var grownWindows = 0
    /// The server is shutting down.
    private(set) var isDraining = false
    /// The session is at work further up the stack; whoever called it flushes when it has returned.
    private var isBusy = false
    /// The peer was silent for too long and has been told so.
    private var hasTimedOut = false
    /// Worker streams that are open.
    private var workers = 0
    /// Streams whose answers wait for something, during which the peer has nothing to say.
    var waiting = 0
    private var timer: ConnectionTimer?

    /// See ``grow(_:from:to:)`` for the windows of busy streams.
    static let settings: HTTP2Settings = {
        var settings = HTTP2Settings()
        settings.streamWindow = Limits.firstStreamWindow
        settings.connectionWindow = Limits.connectionWindow
        return settings
    }()

    init(services: ServerServices, loop: any EventLoop) {
        self.services = services
        scratch = services.scratch(of: loop)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        session.delegate = self
        scratch.counters.add(1, to: .http2Connections)
        timer = ConnectionTimer(services.timers(of: context.eventLoop)) { [weak self] in self?.timeOut() }
        timer?.start(Limits.headTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        scratch.counters.add(-1, to: .http2Connections)
        timer?.invalidate()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return drop(unwrapInboundIn(data).readableBytes, context: context) }
        isBusy = true
        unwrapInboundIn(data).withUnsafeReadableBytes { _ = session.receive($0) }
        isBusy = false
        restartTimer()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        timer?.invalidate()
        timer = nil
        session.connectionClosed()
        touched = []
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        flush()
        if isReadPending, context.channel.isWritable {
            isReadPending = false
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            // Nothing more can be asked or acknowledged.
            return context.close(promise: nil)
        }
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        isDraining = true
        for id in session.openStreams { stream(id)?.endWait() }
        for id in session.openStreams { stream(id)?.endEvents() }
        shutDownWhenWorkersAreDone()
        context.channel.closeAfterDrain(services.configuration)
        // Neither a worker that goes on regardless nor a peer that does not answer the PING of the graceful shutdown
        // may keep the connection open.
        let half = TimeAmount.milliseconds(services.configuration.drainSeconds * 500)
        context.eventLoop.assumeIsolated().scheduleTask(in: half) { [weak self] in
            self?.session.shutDown()
            self?.session.finishShutDown()
            self?.flush()
        }
    }

    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            context.read()
        } else {
            isReadPending = true
        }
    }

    /// Remembers a worker's stream for the acknowledgement at the end of the read.
    func touch(_ stream: HTTP2Stream) {
        if !stream.isTouched {
            stream.isTouched = true
            touched.append(stream)
        }
    }

    /// Brings everything that is to be said to the socket. Call after any change of the session outside of a read.
    func flush() {
        guard let context, !isClosing, !isBusy else { return }
        isBusy = true
        let queued = session.queuedBytes
        let streams = touched
        touched = []
        for stream in streams { stream.flushUpdates() }
        while context.channel.isWritable {
            var buffer = context.channel.allocator.buffer(capacity: Limits.outboundPiece)
            var hasMore = true
            while hasMore, buffer.readableBytes < Limits.outboundPiece {
                hasMore = session.nextOutput { buffer.writeBytes($0) }
            }
            if buffer.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
            if !hasMore { break }
        }
        isBusy = false
        if session.queuedBytes < queued {
            drainedBytes += queued - session.queuedBytes
            if drainedBytes >= Limits.leastDrain || session.queuedBytes == 0 { restartTimer(isReading: true) }
        }
        if session.isFinished, !isClosing { close(context) }
    }

    /// A worker's stream has begun.
    func workerJoined() {
        workers += 1
        scratch.counters.add(1, to: .workerStreams)
    }

    /// A worker's stream is over.
    func workerLeft() {
        workers -= 1
        scratch.counters.add(-1, to: .workerStreams)
        if isDraining { shutDownWhenWorkersAreDone() }
    }

    /// Says that no new stream is taken. Some clients drop everything when they hear that, so workers first get the
    /// time to end their streams, which their own goodbye asks them to.
    private func shutDownWhenWorkersAreDone() {
        guard workers == 0, !isClosing else { return }
        session.shutDown()
        context?.eventLoop.assumeIsolated().scheduleTask(in: Limits.shutdownNotice) { [weak self] in
            self?.session.finishShutDown()
            self?.flush()
        }
        context?.eventLoop.assumeIsolated().execute { [weak self] in self?.flush() }
    }

    /// Lets a stream's window grow from `window` to `wanted` bytes, or as far as the connection allows it; returns the
    /// window.
    func grow(_ id: StreamID, from window: Int, to wanted: Int) -> Int {
        let growth = min(wanted - window, Limits.grownWindows - grownWindows)
        guard growth > 0 else { return window }
        grownWindows += growth
        session.setStreamWindow(id, window + growth)
        return window + growth
    }

    /// A stream whose window had grown to `window` is over.
    func shrink(from window: Int) {
        grownWindows -= window - Limits.firstStreamWindow
    }

    /// The loop of this connection; nil when it is over.
    var eventLoop: (any EventLoop)? { context?.eventLoop }

    /// Who is at the other end, for the log.
    var peer: String { context?.remoteAddress?.description ?? "unknown" }

    /// Ends the connection when everything that is written has left.
    ///
    /// Only our side is closed at first: closing both would answer what the peer is still sending with a reset, which
    /// can destroy the last answers, and the GOAWAY, before they are read.
    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        if let failure = session.failure { services.failures.note(failure, peer: peer, at: services.clock.now()) }
        timer?.start(hasTimedOut ? Limits.lingerTimeout : Limits.bodyTimeout)
        // An empty write completes after everything that was written before it.
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self, self.context != nil else { return }
            context.close(mode: .output, promise: nil)
            lingerEnd = context.eventLoop.now + Limits.lingerLimit
            timer?.start(Limits.lingerTimeout)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    /// Takes what was under way when the connection's end was decided: no more than the windows allowed, or the peer
    /// has not heard of it and never will.
    private func drop(_ count: Int, context: ChannelHandlerContext) {
        lateBytes += count
        if lateBytes > Limits.connectionWindow { return context.close(promise: nil) }
        guard let lingerEnd else { return }
        timer?.start(min(Limits.lingerTimeout, lingerEnd - context.eventLoop.now))
    }

    /// Gives the peer its time again, unless it only talks and does not read what waits for it, or is slow with a head.
    func restartTimer(isReading: Bool = false) {
        if isClosing || hasTimedOut || (!isReading && session.queuedBytes > 0) { return }
        if session.isInsideHead {
            if !isTimingHead { timer?.start(Limits.headTimeout) }
            isTimingHead = true
            return
        }
        isTimingHead = false
        drainedBytes = 0
        timer?.start(session.openStreamCount > 0 ? Limits.workerSilence : Limits.idleTimeout)
    }

    /// Nothing came for long: workers report or ping more often, and clients' pools expect idle connections to end.
    private func timeOut() {
        // A peer that does not even take the farewell is not waited for.
        if isClosing || hasTimedOut {
            context?.close(promise: nil)
            return
        }
        if waiting > 0 {
            // These have times of their own.
            timer?.start(Limits.workerSilence)
            return
        }
        hasTimedOut = true
        session.terminate(.noError)
        flush()
        timer?.start(Limits.lingerTimeout)
    }
}

extension HTTP2Handler: HTTP2SessionDelegate {
    func session(_ session: HTTP2Session, didReceiveHead id: StreamID, _ head: HeaderBlock, endStream: Bool) {
        // Answers that nobody reads must not pile up; a refused stream may be tried again (RFC 9113 §8.7).
        guard session.queuedBytes <= Limits.connectionBacklog else { return session.reset(id, .refusedStream) }
        let stream = HTTP2Stream(id, handler: self)
        session.attach(stream, to: id)
        stream.receive(head, endStream: endStream)
    }

    func session(_ session: HTTP2Session, didReceiveData id: StreamID, _ bytes: UnsafeRawBufferPointer) {
        // The connection's window opens at once: one slow stream must not hold up the others.
        session.consumeConnection(bytes.count)
        stream(id)?.receive(bytes)
    }

    func session(_ session: HTTP2Session, didEnd id: StreamID) {
        stream(id)?.receiveEnd()
    }

    func session(_ session: HTTP2Session, didClose id: StreamID, errorCode: HTTP2ErrorCode) {
        stream(id)?.close()
    }

    func session(_ session: HTTP2Session, didDrain id: StreamID) {
        stream(id)?.drained()
    }

    private func stream(_ id: StreamID) -> HTTP2Stream? {
        session.attachment(of: id) as? HTTP2Stream
    }
}
