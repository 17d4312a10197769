import NIOCore

/// Looks at the first bytes of a connection and hands it to HTTP/2 when they are its client preface, else to HTTP/1.
///
/// Source: RFC 9113 §3.3 (prior knowledge) and §3.4 (the preface). No HTTP/1 request begins with the preface's first
/// line, because `PRI` is reserved. A connection that sends nothing is closed after
/// ``Limits/idleTimeout``, one that does not go on after ``Limits/headTimeout``.
final class ProtocolDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The 24 bytes that an HTTP/2 client begins with.
    static let preface: [UInt8] = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let services: ServerServices
    private var received = ByteBuffer()
    private var timer: ConnectionTimer?

    init(services: ServerServices) {
        self.services = services
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        // Browsers and pools open connections ahead of their first request.
        let timer = ConnectionTimer(services.timers(of: context.eventLoop)) { context.close(promise: nil) }
        timer.start(Limits.idleTimeout)
        self.timer = timer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 { timer?.start(Limits.headTimeout) }
        received.writeBuffer(&bytes)
        let seen = received.readableBytesView
        guard seen.prefix(Self.preface.count).elementsEqual(Self.preface.prefix(seen.count)) else {
            return adopt(HTTP1Handler(services: services, loop: context.eventLoop), context: context)
        }
        if seen.count >= Self.preface.count {
            adopt(HTTP2Handler(services: services, loop: context.eventLoop), context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nothing has been asked yet, so there is nothing to finish. A half-closed socket will not say more either.
        if event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed {
            return context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func adopt(_ handler: some ChannelHandler, context: ChannelHandlerContext) {
        timer = nil
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        let bytes = received
        received = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}
