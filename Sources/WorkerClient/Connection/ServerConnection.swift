import Bytes
import Glibc
import HTTP2
import NIOCore
import UpdateProtocol

/// One connection to the server: HTTP/2 over a channel, the stream of updates, and a stream for each result under way.
///
/// It lives on its channel's event loop and serves one connection; ``ServerLink`` makes the next one. What concerns
/// the session goes through the link, so that this type knows bytes and streams only.
final class ServerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let link: ServerLink
    let http2: HTTP2Session
    private var context: ChannelHandlerContext?
    /// The stream of updates, from the connection's beginning to that stream's end.
    private(set) var updates: StreamID?
    private var frames = ServerFrames()
    var uploads: [StreamID: Upload] = [:]
    /// When the last bytes came.
    private(set) var heard = NIODeadline.now()
    let opened = NIODeadline.now()
    /// Why the connection ends; the first reason counts.
    private var endReason: String?

    init(link: ServerLink) {
        self.link = link
        var settings = HTTP2Settings()
        settings.lowWaterMark = Limits.queuedBytes / 4
        http2 = HTTP2Session(role: .client, settings: settings)
    }

    // MARK: The channel

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        if context.localAddress != nil, context.localAddress == context.remoteAddress { return refuseSelf(context) }
        http2.delegate = self
        guard let opening = link.opened(self) else { return end("the client is closed") }
        guard let stream = open(opening) else { return end("the connection takes no request") }
        updates = stream
        link.send()
        writeOutput()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard = .now()
        let failure = unwrapInboundIn(data).withUnsafeReadableBytes { http2.receive($0) }
        switch failure?.cause {
        case nil: break
        case .notHTTP2: end("what answers there does not speak HTTP/2")
        default: end("HTTP/2 failed: \(failure!)")
        }
        link.afterInput(self)
        writeOutput()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeOutput()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end("\(error)")
    }

    func channelInactive(context: ChannelHandlerContext) {
        let reason = endReason ?? "the server closed the connection"
        endReason = reason
        self.context = nil
        http2.connectionClosed()
        link.ended(self, reason: reason)
    }

    /// Where nobody listens, and the port is one of those that the system gives to clients, the socket may get that
    /// very port and meet itself (RFC 9293, section 3.5: simultaneous open). Nobody is there, then; and the port is let
    /// go of without the wait after a close, so that the server can have it.
    private func refuseSelf(_ context: ChannelHandlerContext) {
        endReason = "cannot connect to \(link.address.authority): Connection refused"
        let channel = context.channel
        guard let options = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }

    // MARK: For the link

    /// A stream of updates that ended in good order leaves results under way to be finished.
    private var mayOutliveUpdates: Bool { !uploads.isEmpty && link.hasLeft }

    /// Bytes that wait for the server on the stream of updates.
    var queuedBytes: Int { updates.map { http2.queuedBytes($0) } ?? 0 }

    /// Queues frames on the stream of updates; ``writeOutput()`` sends them.
    func write(_ frames: borrowing OutputBuffer) {
        guard let updates else { return }
        frames.withBytes { http2.write(updates, $0) }
    }

    /// No more frames go up; what the server still has to say comes down.
    func finishUpdates() {
        guard let updates else { return }
        http2.finish(updates)
    }

    /// Ends the connection. What is queued in the socket still goes out; uploads under way are lost.
    func end(_ reason: String) {
        guard endReason == nil else { return }
        endReason = reason
        http2.terminate(.noError)
        writeOutput()
        context?.close(promise: nil)
    }

    /// Asks whether the server is there; any byte that comes back is an answer.
    func ping() {
        http2.ping(0)
        writeOutput()
    }

    /// Writes what HTTP/2 has to send, as far as the socket takes it.
    func writeOutput() {
        guard let context else { return }
        var written = 0
        while context.channel.isWritable {
            var buffer = context.channel.allocator.buffer(capacity: 4_096)
            while buffer.readableBytes < Limits.socketWriteBytes, http2.nextOutput({ buffer.writeBytes($0) }) {}
            guard buffer.readableBytes > 0 else { break }
            written += buffer.readableBytes
            context.write(wrapOutboundOut(buffer), promise: nil)
        }
        if written > 0 { context.flush() }
        if http2.isFinished, endReason == nil { end("the server closed the connection") }
    }

    /// Opens a stream of frames and says hello on it; without `opening`, one for results.
    func open(_ opening: Opening?) -> StreamID? {
        var head = HeaderBlock(request: "POST", authority: link.address.authority, path: "/v1/updates")
        head.append("content-type", UpdateMediaType.name)
        guard let stream = http2.request(head, endStream: false) else { return nil }
        var hello = OutputBuffer(capacity: 128)
        hello.appendHello(
            producer: link.producer,
            epoch: opening?.epoch ?? 0,
            firstSequence: opening?.firstSequence ?? 1,
            isForResults: opening == nil
        )
        hello.withBytes { http2.write(stream, $0) }
        return stream
    }
}

// MARK: The server's side of the streams

extension ServerConnection: HTTP2SessionDelegate {
    func session(
        _ session: HTTP2Session,
        didReceiveHead stream: StreamID,
        _ head: HeaderBlock,
        endStream: Bool
    ) {
        let status = head.status ?? 0
        if status != 200 {
            let reason = "the server answered POST /v1/updates with status \(status)"
            if stream == updates { end(reason) } else { uploads[stream]?.end(.lost(reason)) }
        }
        if endStream { self.session(session, didEnd: stream) }
    }

    func session(_ session: HTTP2Session, didReceiveData stream: StreamID, _ bytes: UnsafeRawBufferPointer) {
        session.consume(stream, bytes.count)
        session.consumeConnection(bytes.count)
        if stream == updates {
            if endReason == nil { link.received(frames.decode(bytes), self) }
        } else {
            uploads[stream]?.receive(bytes)
        }
    }

    func session(_ session: HTTP2Session, didEnd stream: StreamID) {
        if stream == updates {
            if endReason == nil, mayOutliveUpdates { return }
            link.updatesEnded(self)
        } else {
            uploads[stream]?.end(.lost("the server ended the result's stream early"))
        }
    }

    func session(_ session: HTTP2Session, didClose stream: StreamID, errorCode: HTTP2ErrorCode) {
        if stream == updates {
            updates = nil
            if endReason == nil, errorCode == .noError, mayOutliveUpdates { return link.waitForUploads(self) }
            if endReason == nil { end("the server closed the stream of updates (\(errorCode))") }
        } else {
            uploads.removeValue(forKey: stream)?.end(.lost("the server closed the result's stream (\(errorCode))"))
            if updates == nil, uploads.isEmpty { end("the last result has been sent") }
        }
    }

    func session(_ session: HTTP2Session, didDrain stream: StreamID) {
        if stream == updates { link.drained(self) } else { uploads[stream]?.drained() }
    }
}
