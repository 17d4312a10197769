import HTTP2
import NIOCore
import NIOPosix

/// An HTTP/2 client of the tests, on the same session as the server's, which gives back windows only when it is told.
struct HTTP2Client: Sendable {
    private let channel: any Channel
    private let side: NIOLoopBound<HTTP2ClientEnd>

    static func connect(to port: Int) async throws -> HTTP2Client {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HTTP2ClientEnd())
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        let side = try await channel.eventLoop.submit {
            NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: HTTP2ClientEnd.self),
                eventLoop: channel.eventLoop
            )
        }.get()
        return HTTP2Client(channel: channel, side: side)
    }

    /// Runs `body` on the connection's loop, and sends what comes of it.
    @discardableResult
    func run<R: Sendable>(_ body: @escaping @Sendable (HTTP2ClientEnd) throws -> R) async throws -> R {
        try await channel.eventLoop.submit {
            let result = try body(side.value)
            side.value.flush()
            return result
        }.get()
    }

    /// Sends a request; with a body where there is one.
    func request(
        _ method: String,
        _ path: String,
        type: String? = nil,
        body: [UInt8]? = nil,
        ends: Bool = true,
        fields: [String: String] = [:]
    ) async throws -> StreamID {
        let id = try await run { end in
            var head = HeaderBlock(request: method, authority: "a", path: path)
            if let type { head.append(name: "content-type", value: type) }
            for (name, value) in fields { head.append(name: name, value: value) }
            let id = end.session.request(head, endStream: body == nil && ends)
            if let id, let body { body.withUnsafeBytes { end.session.write(id, $0) } }
            if let id, body != nil, ends { end.session.finish(id) }
            return id
        }
        guard let id else { throw NoStream() }
        return id
    }

    func write(_ id: StreamID, _ bytes: [UInt8], ends: Bool = false) async throws {
        try await run { end in
            bytes.withUnsafeBytes { end.session.write(id, $0) }
            if ends { end.session.finish(id) }
        }
    }

    /// Returns the first value that `condition` gives, or throws when the connection has ended without it.
    func until<R: Sendable>(_ condition: @escaping @Sendable (HTTP2ClientEnd) -> R?) async throws -> R {
        let promise = channel.eventLoop.makePromise(of: R.self)
        channel.eventLoop.execute {
            side.value.wait { end in
                if let value = condition(end) {
                    promise.succeed(value)
                } else if end.isClosed {
                    promise.fail(NoStream())
                } else {
                    return false
                }
                return true
            }
        }
        return try await promise.futureResult.get()
    }

    /// What became of a stream, once it is closed.
    func answer(_ id: StreamID) async throws -> HTTP2ClientEnd.Answer {
        try await until { $0.answers[id]?.errorCode != nil ? $0.answers[id] : nil }
    }

    func closed() async throws {
        _ = try await until { $0.isClosed ? true : nil }
    }

    func close() async throws {
        try? await channel.close()
    }

    struct NoStream: Error {}
}

/// The loop's side of an ``HTTP2Client``.
final class HTTP2ClientEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Answer: Sendable {
        var status = 0
        var length: String?
        var fields: [String: String] = [:]
        var body: [UInt8] = []
        var hasEnded = false
        /// Set when the stream is over.
        var errorCode: HTTP2ErrorCode?
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let session = HTTP2Session(role: .client)
    private(set) var answers: [StreamID: Answer] = [:]
    private(set) var hasGoneAway = false
    private(set) var isClosed = false
    /// Windows are opened as bytes come; otherwise not at all.
    var reads = true
    private var context: ChannelHandlerContext?
    private var waiters: [(HTTP2ClientEnd) -> Bool] = []

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        session.delegate = self
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { _ = session.receive($0) }
        flush()
        waiters.removeAll { $0(self) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        session.connectionClosed()
        waiters.removeAll { $0(self) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func wait(_ isDone: @escaping (HTTP2ClientEnd) -> Bool) {
        if !isDone(self) { waiters.append(isDone) }
    }

    func flush() {
        guard let context else { return }
        var buffer = ByteBuffer()
        while session.nextOutput({ buffer.writeBytes($0) }) {}
        if buffer.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
    }
}

extension HTTP2ClientEnd: HTTP2SessionDelegate {
    func session(_ session: HTTP2Session, didReceiveHead stream: StreamID, _ head: HeaderBlock, endStream: Bool) {
        answers[stream, default: Answer()].status = head.status ?? 0
        answers[stream, default: Answer()].length = head.value(of: "content-length").map { head.text($0) }
        for field in head.fields {
            answers[stream, default: Answer()].fields[head.text(field.name)] = head.text(field.value)
        }
        answers[stream, default: Answer()].hasEnded = endStream
        head.withBytes { bytes in
            for field in head.fields {
                let name = String(decoding: bytes[field.name], as: UTF8.self)
                answers[stream, default: Answer()].fields[name] = String(decoding: bytes[field.value], as: UTF8.self)
            }
        }
    }

    func session(_ session: HTTP2Session, didReceiveData stream: StreamID, _ bytes: UnsafeRawBufferPointer) {
        answers[stream, default: Answer()].body.append(contentsOf: bytes)
        guard reads else { return }
        session.consume(stream, bytes.count)
        session.consumeConnection(bytes.count)
    }

    func session(_ session: HTTP2Session, didEnd stream: StreamID) {
        answers[stream, default: Answer()].hasEnded = true
    }

    func session(_ session: HTTP2Session, didClose stream: StreamID, errorCode: HTTP2ErrorCode) {
        answers[stream, default: Answer()].errorCode = errorCode
    }

    func session(_ session: HTTP2Session, didReceiveGoAway lastStream: StreamID, errorCode: HTTP2ErrorCode) {
        hasGoneAway = true
    }
}
