import Bytes
import HTTP2
import NIOCore
import UpdateProtocol

/// One connection of the fake server; on its event loop.
final class FakeConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let state: FakeState
    private let http2 = HTTP2Session(role: .server)
    private var streams: [StreamID: FakeStream] = [:]
    private var context: ChannelHandlerContext?

    init(state: FakeState) {
        self.state = state
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        http2.delegate = self
        write()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        _ = unwrapInboundIn(data).withUnsafeReadableBytes { http2.receive($0) }
        for (stream, content) in streams { send(content, stream) }
        if state.change({ content in
            let drops = content.dropsNextResult && content.resultBytesSeen > 0
            if drops { content.dropsNextResult = false }
            return drops
        }) {
            cut()
        } else {
            write()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        http2.connectionClosed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Ends the connection without a word.
    func cut() {
        context?.close(promise: nil)
    }

    func cancel(_ id: String, reason: String) {
        for (stream, content) in streams {
            content.cancel(id, reason: reason)
            send(content, stream)
        }
        write()
    }

    /// Says something on every stream of updates.
    func say(_ body: (FakeStream) -> Void) {
        for (stream, content) in streams where !content.isForResults {
            body(content)
            send(content, stream)
        }
        write()
    }

    /// Says goodbye on every stream and ends it.
    func drain(retryAfter milliseconds: UInt32) {
        for (stream, content) in streams {
            content.acknowledge()
            content.output.appendServerGoodbye(.shuttingDown, retryAfter: milliseconds)
            send(content, stream)
            http2.finish(stream)
        }
        write()
    }

    /// Acknowledges what was held back, and takes the results' bytes that were.
    func goOn() {
        for (stream, content) in streams {
            http2.consume(stream, content.retained)
            content.retained = 0
            send(content, stream)
        }
        write()
    }

    private func send(_ content: FakeStream, _ stream: StreamID) {
        if !state.now.holdsAcknowledgements { content.acknowledge() }
        content.output.withBytes { bytes in
            if !bytes.isEmpty { http2.write(stream, bytes) }
        }
        content.output.removeAll()
        if content.isOver { http2.finish(stream) }
    }

    private func write() {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 4_096)
        while http2.nextOutput({ buffer.writeBytes($0) }) {}
        if buffer.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
    }
}

extension FakeConnection: HTTP2SessionDelegate {
    func session(_ session: HTTP2Session, didReceiveHead stream: StreamID, _ head: HeaderBlock, endStream: Bool) {
        let status = state.now.status
        guard status == 200 else {
            session.respond(stream, HeaderBlock(status: status), endStream: true)
            return
        }
        var answer = HeaderBlock(status: 200)
        answer.append("content-type", UpdateMediaType.name)
        session.respond(stream, answer, endStream: false)
        streams[stream] = FakeStream(state)
        state.change { $0.openStreams += 1 }
    }

    func session(_ session: HTTP2Session, didReceiveData stream: StreamID, _ bytes: UnsafeRawBufferPointer) {
        session.consumeConnection(bytes.count)
        guard let content = streams[stream] else { return session.consume(stream, bytes.count) }
        content.receive(bytes)
        if content.isForResults, state.now.holdsResults {
            content.retained += bytes.count
        } else {
            session.consume(stream, bytes.count)
        }
    }

    func session(_ session: HTTP2Session, didEnd stream: StreamID) {
        streams[stream]?.isOver = true
    }

    func session(_ session: HTTP2Session, didClose stream: StreamID, errorCode: HTTP2ErrorCode) {
        if streams.removeValue(forKey: stream) != nil { state.change { $0.openStreams -= 1 } }
    }
}
