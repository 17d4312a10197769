import Bytes
import HTTP1
import NIOCore
import StatusCore

/// One HTTP/1.1 connection: bytes in, requests to the bridge, answers out in the order of the requests.
///
/// Everything that one read brought is answered in one write, so that pipelining costs one system call. A response body
/// that streams, or a peer that does not read, stops the reading of further requests.
final class HTTP1Handler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Where the connection stands between two bytes.
    enum Phase {
        /// Before or inside a request's head. → any other phase
        case head
        /// Inside a small body that the bridge wants whole. → `head`, `closing`
        case collecting(PendingRequest, ByteBuffer)
        /// Inside a result that is being uploaded. → `finishing`, `discarding`, `closing`
        case receiving(ResultReceiver)
        /// An uploaded result is complete and is being put away. → `head`, `closing`
        case finishing(ResultReceiver)
        /// Inside a worker's batch of updates, or waiting for what it needs. → `head`, `discarding`, `closing`
        case updating(UpdateBatch)
        /// Inside a body that nobody wants; its request is answered. → `head`, `closing`
        case discarding(Int)
        /// The answer waits for the disk. → `head`, `discarding`, `closing`
        case settling(HeldAnswer)
        /// The answer waits for a job to change. → `head`, `sending`, `discarding`, `closing`
        case waiting(HeldWait)
        /// Inside a response body that streams. → `head`, `closing`
        case sending(ResultSender)
        /// Inside a response body of events, which goes on as long as it likes. → `head`, `closing`
        case streaming(any EventFeed)
        /// The last answer is written; what still comes in is dropped until the peer closes. Final.
        case closing
    }

    let services: ServerServices
    let scratch: LoopScratch
    var phase = Phase.head
    let state = ConnectionState.make()
    /// The time, once for all requests that one turn answers; nil between two turns.
    private var present: Instant?
    /// What the channel last said: false while its outbound buffer is full.
    private(set) var isWritable = true
    /// When the stream of events under way has to be looked at again.
    var feedTime = NIODeadline.uptimeNanoseconds(0)
    /// The result that is being uploaded, while one is.
    var upload: ResultUpload?
    /// The server is shutting down: the next answer is the last one.
    var isDraining = false
    /// The client has closed its side: what it asked is answered, then the connection ends.
    private(set) var hasInputEnded = false
    /// Set while the handler is in its pipeline.
    private(set) var context: ChannelHandlerContext?

    /// Reading was held back: more may have come than was read.
    private(set) var isReadPending = false
    private var timer: ConnectionTimer?
    /// True while the timer runs for a request head, whose time is not extended by further bytes.
    var isTimingHead = false
    /// Others on this event loop get their turn before the next request is read.
    private var isYielding = false
    /// When the connection ends whatever the peer still sends; set when the last answer has left.
    var lingerEnd: NIODeadline?

    /// Facts about a request that its answer depends on.
    struct Exchange {
        var isHead = false
        var minorVersion: UInt8 = 1
        var closes = false
        /// The request's end is not known, so that what comes in must be dropped rather than read.
        var isBroken = false
    }

    init(services: ServerServices, loop: any EventLoop) {
        self.services = services
        scratch = services.scratch(of: loop)
    }

    deinit {
        ConnectionState.free(state)
    }

    /// The time of the present turn.
    func now() -> Instant { present ?? services.clock.now() }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isWritable = context.channel.isWritable
        scratch.counters.add(1, to: .http1Connections)
        // The pipeline has nothing between this handler and the socket.
        state.pointee.direct = DirectWriter(context.channel)
        timer = ConnectionTimer(services.timers(of: context.eventLoop)) { [weak self] in
            self?.timeOut(context: context)
        }
        timer?.start(Limits.headTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        scratch.counters.add(-1, to: .http1Connections)
        // The timer's closure holds the context, which holds this handler.
        timer?.invalidate()
        timer = nil
        // It holds the channel, which holds this handler.
        state.pointee.direct = nil
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 {
            input = bytes
        } else {
            // What is used up must not pile up while each read ends inside a request.
            if input.readerIndex > input.readableBytes { input.discardReadBytes() }
            input.writeBuffer(&bytes)
        }
        work(context: context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush(context: context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.invalidate()
        switch phase {
        case .receiving(let receiver), .finishing(let receiver): receiver.abandon()
        case .sending(let sender): sender.abandon()
        case .waiting(let held): release(held, context: context)
        case .streaming(let feed): feed.close()
        case .updating(let batch): batch.worker.abandon(at: services.clock.now())
        case .head, .collecting, .discarding, .settling, .closing: break
        }
        phase = .closing
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by the peer, as a rule. There is nobody left to answer.
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        guard isWritable else { return }
        if case .streaming(let feed) = phase { writeEvents(feed, context: context) }
        resume(context: context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            hasInputEnded = true
            // Whether the client is gone or only has nothing more to say does not show; an answer suits both.
            endWait(context: context)
            // But nobody reads events and has closed.
            if case .streaming = phase { return context.close(promise: nil) }
            return resume(context: context)
        }
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        isDraining = true
        endWait(context: context)
        endEvents(context: context)
        // What is still to come of a result will not come here any more, and the reader must see that.
        if case .sending(let sender) = phase, sender.isLive { return context.close(promise: nil) }
        resume(context: context)
        context.channel.closeAfterDrain(services.configuration)
    }

    /// NIO asks to read: yes, unless the connection has enough to do with what it has.
    func read(context: ChannelHandlerContext) {
        if isHeldBack(context: context) {
            isReadPending = true
        } else {
            context.read()
        }
    }

    /// Goes on after whatever held the connection back: a slow reader, a stream, the transfer pool.
    func resume(context: ChannelHandlerContext) {
        work(context: context)
        flush(context: context)
        if isReadPending, !isHeldBack(context: context) {
            isReadPending = false
            context.read()
        }
    }

    /// True while no further byte should be read from the socket.
    private func isHeldBack(context: ChannelHandlerContext) -> Bool {
        if isYielding { return true }
        return switch phase {
        case .sending, .finishing, .settling, .waiting, .streaming: true
        case .receiving(let receiver): receiver.isFull
        case .updating(let batch): batch.isFull || batch.hasBodyEnded
        case .head: !isWritable
        case .collecting, .discarding, .closing: false
        }
    }

    /// Uses up the input as far as the phases allow.
    private func work(context: ChannelHandlerContext) {
        var goesOn = !isYielding
        var requests = 0
        if goesOn { present = services.clock.now() }
        defer { present = nil }
        while goesOn {
            switch phase {
            case .head where requests >= Limits.requestsPerTurn && input.readableBytes > 0:
                yield(context: context)
                goesOn = false
            case .head:
                requests += 1
                goesOn = readHead(context: context)
            case .collecting, .receiving, .discarding: goesOn = readBody(context: context)
            case .updating(let batch): goesOn = readUpdates(batch, context: context)
            case .sending, .finishing, .settling, .waiting, .streaming: goesOn = false
            case .closing:
                input.clear()
                goesOn = false
            }
        }
        if hasInputEnded, !isYielding { endAfterInput(context: context) }
        if isDraining, case .head = phase, input.readableBytes == 0 {
            // An answer may still be on its way to a slow reader.
            phase = .closing
            closeAfterAnswer(context: context)
        }
        // An idle connection must not hold on to the memory of its last read.
        if input.readableBytes == 0, input.capacity > 0 {
            // The small one NIO reads into again, if nobody else holds it then.
            if input.capacity > SmallReceiveBuffers.smallest { scratch.received.give(input) }
            input = ByteBuffer()
        }
        restartTimer(context: context)
    }

    /// Lets the other connections of the loop work before this one goes on with its pipeline.
    private func yield(context: ChannelHandlerContext) {
        isYielding = true
        context.eventLoop.assumeIsolated().execute { [weak self] in
            guard let self else { return }
            isYielding = false
            if case .closing = phase { return }
            resume(context: context)
        }
    }

    /// The client will send nothing more: a request that is not complete never will be, and none follows.
    private func endAfterInput(context: ChannelHandlerContext) {
        switch phase {
        case .head where isWritable:
            phase = .closing
            closeAfterAnswer(context: context)
        case .receiving(let receiver) where !receiver.isFull:
            receiver.abandon()
            phase = .closing
            context.close(promise: nil)
        case .updating(let batch) where !batch.isFull && !batch.hasBodyEnded: context.close(promise: nil)
        case .collecting, .discarding, .streaming: context.close(promise: nil)
        case .head, .receiving, .finishing, .updating, .sending, .settling, .waiting, .closing: break
        }
    }

    /// Gives the phase its time; a slow client is closed without costing others.
    func restartTimer(context: ChannelHandlerContext) {
        if case .head = phase, isInsideHead(context: context) {
            if !isTimingHead { timer?.start(Limits.headTimeout) }
            isTimingHead = true
            return
        }
        isTimingHead = false
        switch phase {
        case .head: timer?.start(Limits.idleTimeout)
        case .sending(let sender) where sender.isIdle: timer?.stop()
        case .collecting, .receiving, .discarding, .sending: timer?.start(Limits.bodyTimeout)
        case .finishing, .settling: timer?.stop()
        case .waiting(let held): timer?.start(held.deadline - context.eventLoop.now)
        case .streaming where isWritable: timer?.start(feedTime - context.eventLoop.now)
        // A reader who takes nothing for that long is dropped.
        case .streaming: timer?.start(Limits.bodyTimeout)
        case .updating(let batch):
            switch batch.patience() {
            case .none: timer?.stop()
            case .asBefore: break
            case .until(let amount): timer?.start(amount)
            }
        case .closing:
            // Until the answer has left, the time is the reader's.
            guard let lingerEnd else { timer?.start(Limits.bodyTimeout); break }
            timer?.start(min(Limits.lingerTimeout, lingerEnd - context.eventLoop.now))
        }
    }

    /// True when the peer owes the rest of a head. With a full outbound buffer, what is there has just not been read.
    private func isInsideHead(context: ChannelHandlerContext) -> Bool {
        input.readableBytes > 0 && isWritable
    }

    private func timeOut(context: ChannelHandlerContext) {
        switch phase {
        case .head where isInsideHead(context: context), .collecting:
            if case .head = phase { exchange = Exchange(isBroken: true) }
            let fields = services.bridge.failure(
                status: 408,
                code: "requestTimeout",
                text: "The request did not arrive in time",
                into: &scratch.content
            )
            exchange.closes = true
            write(fields, context: context)
            restartTimer(context: context)
        case .updating(let batch):
            timeOut(batch, context: context)
        case .waiting:
            endWait(context: context)
            resume(context: context)
        case .streaming(let feed) where isWritable:
            writeEvents(feed, context: context)
        case .head, .receiving, .finishing, .discarding, .sending, .settling, .streaming, .closing:
            context.close(promise: nil)
        }
    }
}
