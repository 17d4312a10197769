import Bytes
import HTTP1
import NIOCore
import ResultStore

/// From a request's head to the bridge, and from the bridge's decision to what the connection does next.
extension HTTP1Handler {
    /// Reads a request's head and acts on it; returns whether there may be more to do.
    func readHead(context: ChannelHandlerContext) -> Bool {
        if output.count >= Limits.outboundHighWater {
            // Whether the peer reads shows only when it is given something. The channel may call back from there.
            flush(context: context)
            return true
        }
        guard input.readableBytes > 0, isWritable else { return false }
        let outcome = input.withUnsafeReadableBytes { parser.parse($0, into: &head) }
        switch outcome {
        case .incomplete:
            return false
        case .failed(let failure):
            refuse(failure, context: context)
            return true
        case .complete(let consumed):
            isTimingHead = false
            exchange = Exchange(
                isHead: head.method == .head,
                minorVersion: head.minorVersion,
                closes: head.closes || isDraining
            )
            body = BodyReader(head)
            let decision = input.withUnsafeReadableBytes { bytes in
                decide(UnsafeRawBufferPointer(rebasing: bytes[..<consumed]))
            }
            input.moveReaderIndex(forwardBy: consumed)
            act(on: decision, context: context)
            return true
        }
    }

    private func decide(_ bytes: UnsafeRawBufferPointer) -> BridgeDecision {
        func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
        // An absolute target without a path means the root (RFC 9112 §3.2.2); "*" has no path either.
        let request = BridgeRequest(
            method: head.method,
            path: head.path.isEmpty ? Self.rootPath : slice(head.path),
            query: head.query.map(slice) ?? UnsafeRawBufferPointer(start: nil, count: 0),
            host: head.host.map(slice),
            bytes: bytes,
            fields: head.fields,
            hasBody: head.bodyLength != .none
        )
        return services.bridge.decide(
            request,
            at: now(),
            scratch: scratch.bridge,
            into: &scratch.content
        )
    }

    /// The path "/" in static memory.
    private static var rootPath: UnsafeRawBufferPointer {
        let literal: StaticString = "/"
        return UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    func act(on decision: BridgeDecision, context: ChannelHandlerContext) {
        switch decision {
        case .answer(let fields):
            answerBeforeBody(fields, context: context)
        case .collectBody(let pending):
            if case .known(let length) = head.bodyLength, length > pending.bodyLimit {
                let fields = services.bridge.bodyTooLarge(pending.context, into: &scratch.content)
                return answerBeforeBody(fields, context: context)
            }
            welcomeBody()
            phase = .collecting(pending, ByteBuffer())
        case .receiveResult(let upload):
            if case .known(let length) = head.bodyLength, upload.coding == .identity,
                length > services.configuration.resultLimit
            {
                return turnAway(upload, .tooLarge, context: context)
            }
            guard let slot = services.transferSlots.take() else {
                return turnAway(upload, .full, context: context)
            }
            welcomeBody()
            receive(upload, slot: slot, context: context)
        case .sendResult(let download):
            send(download, context: context)
        case .sendLive(let download):
            send(download, context: context)
        case .wait(let wait):
            hold(wait, context: context)
        case .openEvents(let request):
            openEvents(request, context: context)
        case .openUpdates:
            openUpdates(context: context)
        }
    }

    /// Answers an upload that is not begun.
    private func turnAway(
        _ upload: ResultUpload,
        _ outcome: ResultUpload.Outcome,
        context: ChannelHandlerContext
    ) {
        let fields = services.bridge.finish(
            upload,
            outcome,
            at: services.clock.now(),
            scratch: scratch.bridge,
            into: &scratch.content
        )
        answerBeforeBody(fields, context: context)
    }

    /// Answers a request whose body nobody wants. The body is dropped as it comes, or the connection ends where the
    /// client has not sent it yet.
    func answerBeforeBody(_ fields: ResponseFields, context: ChannelHandlerContext) {
        // A client that waits for 100 may send the body or not (RFC 9110 §10.1.1); only closing is unambiguous.
        if head.expectsContinue || fields.closes { exchange.closes = true }
        write(fields, context: context)
        dropBody()
    }

    /// The answer is written: a body that came with the request is dropped.
    func dropBody() {
        if case .head = phase, head.bodyLength != .none { phase = .discarding(0) }
    }

    /// Asks for the body where the client waits for that.
    func welcomeBody() {
        if head.expectsContinue { output.appendContinue() }
    }

    /// Answers a request that cannot be read; where the next one would start is unknown.
    func refuse(_ failure: RequestFailure, context: ChannelHandlerContext) {
        exchange = Exchange(closes: true, isBroken: true)
        scratch.content.removeAll()
        let fields = services.bridge.failure(
            status: failure.status,
            code: failure.code,
            text: failure.text,
            into: &scratch.content
        )
        write(fields, context: context)
    }
}
