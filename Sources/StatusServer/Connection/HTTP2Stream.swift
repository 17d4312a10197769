import HTTP1
import HTTP2
import NIOCore
import ResultStore

/// One request on an HTTP/2 connection: the same bridge and the same worker streams as on HTTP/1.1.
///
/// The session keeps it, as the stream's attachment, until the stream is closed.
final class HTTP2Stream {
    /// Where the request stands.
    enum Phase {
        /// Before the head. → any other phase
        case opening
        /// Inside a small body that the bridge wants whole. → `done`
        case collecting(PendingRequest, ByteBuffer)
        /// Inside a result that is being uploaded. → `done`
        case receiving(ResultReceiver, ResultUpload)
        /// A worker's updates, for as long as it works. → `done`
        case updates(WorkerStream)
        /// The answer waits for the disk. → `done`
        case settling(HeldAnswer)
        /// The answer waits for a job to change. → `sending`, `done`
        case waiting(HeldWait)
        /// Inside a response body that streams. → `done`
        case sending(ResultSender)
        /// Inside a response body of events, which goes on as long as it likes. → `done`
        case streaming(any EventFeed)
        /// The answer is complete; what still comes is dropped. Final.
        case done
    }

    let id: StreamID
    unowned let handler: HTTP2Handler
    var phase = Phase.opening
    /// The peer has ended its side.
    var hasEnded = false
    var isHead = false
    /// True while the handler has this stream on its list for the end of the read.
    var isTouched = false
    /// Bytes of the body that came behind the answer.
    private var dropped = 0
    /// Bytes that the peer may send ahead.
    var window = Limits.firstStreamWindow
    /// Bytes that were given back since the window grew last.
    var givenBack = 0
    /// Bytes whose window stays shut until the peer has read what we told it.
    var withheld = 0
    /// When the last acknowledgement was written.
    var acknowledgedAt = NIODeadline.uptimeNanoseconds(0)
    /// Runs while a worker owes the rest of a frame.
    var frameTimer: ConnectionTimer?
    /// The number of the frame that ``frameTimer`` runs for.
    var watchedSequence: UInt64 = 0
    /// The worker's stream has not said hello.
    var isAwaitingHello = true
    /// Runs while the answer waits.
    var waitTimer: ConnectionTimer?
    /// The timer of an acknowledgement that would have come too soon.
    var acknowledgement: Scheduled<Void>?

    init(_ id: StreamID, handler: HTTP2Handler) {
        self.id = id
        self.handler = handler
    }

    var services: ServerServices { handler.services }
    var session: HTTP2Session { handler.session }

    func receive(_ head: HeaderBlock, endStream: Bool) {
        hasEnded = endStream
        let decision = head.withBytes { bytes in
            let request = BridgeRequest(head, bytes: bytes, hasBody: !endStream)
            isHead = request.method == .head
            return services.bridge.decide(
                request,
                at: services.clock.now(),
                scratch: handler.scratch.bridge,
                into: &handler.scratch.content
            )
        }
        act(on: decision)
    }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .updates(let worker):
            if isUnread { worker.isChoked = true }
            let free = worker.receive(bytes, at: services.clock.now())
            giveBack(free)
            handler.touch(self)
        case .collecting(let pending, var collected):
            session.consume(id, bytes.count)
            // The phase lets go of the buffer, or each piece would copy all that came before.
            phase = .opening
            collected.writeBytes(bytes)
            guard collected.readableBytes <= pending.bodyLimit else {
                return answer(services.bridge.bodyTooLarge(pending.context, into: &handler.scratch.content))
            }
            phase = .collecting(pending, collected)
        case .receiving(let receiver, let upload):
            if let failure = receiver.failure {
                receiver.abandon()
                session.consume(id, bytes.count)
                answer(.failure(failure), to: upload)
            } else {
                receiver.append(ByteBuffer(bytes: bytes))
            }
        case .opening, .sending:
            session.consume(id, bytes.count)
        case .settling, .waiting, .streaming, .done:
            session.consume(id, bytes.count)
            drop(bytes.count)
        }
    }

    /// Counts what comes behind the answer. Clients may take a reset for a failed request although it says NO_ERROR, so
    /// that a body of ordinary size is dropped in silence.
    private func drop(_ count: Int) {
        dropped += count
        if dropped > Limits.discardLimit { session.reset(id, .noError) }
    }

    func receiveEnd() {
        hasEnded = true
        switch phase {
        case .collecting(let pending, let collected): answer(pending, body: collected)
        case .receiving(let receiver, let upload): finish(receiver, upload)
        case .updates(let worker):
            worker.receiveEnd()
            handler.touch(self)
        case .opening, .sending, .settling, .waiting, .streaming, .done: break
        }
    }

    /// The stream is over, whoever ended it.
    func close() {
        acknowledgement?.cancel()
        frameTimer?.invalidate()
        handler.shrink(from: window)
        window = Limits.firstStreamWindow
        switch phase {
        case .receiving(let receiver, _): receiver.abandon()
        case .updates(let worker):
            worker.abandon(at: services.clock.now())
            handler.workerLeft()
        case .sending(let sender):
            sender.abandon()
            if sender.isLive { handler.waiting -= 1 }
        case .waiting(let held): release(held)
        case .streaming(let feed): release(feed)
        case .settling: handler.waiting -= 1
        case .opening, .collecting, .done: break
        }
        phase = .done
    }

    /// What was queued for the peer has gone down.
    func drained() {
        switch phase {
        case .sending(let sender): sendNext(sender)
        case .streaming(let feed): writeEvents(feed)
        case .updates(let worker):
            session.consume(id, withheld)
            withheld = 0
            worker.drained()
        case .opening, .collecting, .receiving, .settling, .waiting, .done: break
        }
    }

    func act(on decision: BridgeDecision) {
        switch decision {
        case .answer(let fields):
            answer(fields)
        case .collectBody(let pending):
            phase = .collecting(pending, ByteBuffer())
            if hasEnded { answer(pending, body: ByteBuffer()) }
        case .receiveResult(let upload):
            guard let loop = handler.eventLoop else { return }
            guard let slot = services.transferSlots.take() else { return conclude(upload, .full) }
            expectResults()
            let receiver = ResultReceiver(upload, slot: slot, services: services, loop: loop) { [weak self] count in
                guard let self, case .receiving = phase else { return }
                session.consume(id, count)
                handler.flush()
            }
            phase = .receiving(receiver, upload)
            if hasEnded { finish(receiver, upload) }
        case .sendResult(let download):
            send(download)
        case .sendLive(let download):
            send(download)
        case .wait(let wait):
            hold(wait)
        case .openEvents(let request):
            openEvents(request)
        case .openUpdates:
            openUpdates()
        }
    }
}
