import HTTP2

/// Writes down what a session tells, and lets a test act inside the call.
final class RecordingDelegate: HTTP2SessionDelegate {
    /// What is known of one stream.
    struct Stream {
        var head: HeaderBlock?
        var body: [UInt8] = []
        var hasEnded = false
        var closed: HTTP2ErrorCode?
        var drains = 0
    }

    var streams: [StreamID: Stream] = [:]
    /// The streams whose heads came, in order.
    var arrivals: [StreamID] = []
    var goAways: [(last: StreamID, code: HTTP2ErrorCode)] = []
    var pings: [UInt64] = []
    /// Calls that broke the promised order of a stream's calls.
    var disorder: [String] = []
    /// Open the windows for everything that comes.
    var consumes = true

    var onHead: (HTTP2Session, StreamID) -> Void = { _, _ in }
    var onData: (HTTP2Session, StreamID, UnsafeRawBufferPointer) -> Void = { _, _, _ in }
    var onEnd: (HTTP2Session, StreamID) -> Void = { _, _ in }
    var onClose: (HTTP2Session, StreamID) -> Void = { _, _ in }
    var onDrain: (HTTP2Session, StreamID) -> Void = { _, _ in }

    subscript(_ stream: StreamID) -> Stream { streams[stream] ?? Stream() }

    func session(_ session: HTTP2Session, didReceiveHead stream: StreamID, _ head: HeaderBlock, endStream: Bool) {
        check(stream, "head", streams[stream]?.head == nil && streams[stream]?.closed == nil)
        arrivals.append(stream)
        streams[stream, default: Stream()].head = head
        if endStream { streams[stream]?.hasEnded = true }
        onHead(session, stream)
        if endStream { onEnd(session, stream) }
    }

    func session(_ session: HTTP2Session, didReceiveData stream: StreamID, _ bytes: UnsafeRawBufferPointer) {
        check(stream, "data", isOpen(stream) && !bytes.isEmpty)
        streams[stream]?.body.append(contentsOf: bytes)
        if consumes {
            session.consume(stream, bytes.count)
            session.consumeConnection(bytes.count)
        }
        onData(session, stream, bytes)
    }

    func session(_ session: HTTP2Session, didEnd stream: StreamID) {
        check(stream, "end", isOpen(stream))
        streams[stream]?.hasEnded = true
        onEnd(session, stream)
    }

    func session(_ session: HTTP2Session, didClose stream: StreamID, errorCode: HTTP2ErrorCode) {
        check(stream, "close", streams[stream]?.closed == nil)
        streams[stream, default: Stream()].closed = errorCode
        onClose(session, stream)
    }

    func session(_ session: HTTP2Session, didDrain stream: StreamID) {
        check(stream, "drain", streams[stream]?.closed == nil)
        streams[stream, default: Stream()].drains += 1
        onDrain(session, stream)
    }

    func session(_ session: HTTP2Session, didReceiveGoAway lastStream: StreamID, errorCode: HTTP2ErrorCode) {
        goAways.append((lastStream, errorCode))
    }

    func session(_ session: HTTP2Session, didReceivePingAnswer payload: UInt64) {
        pings.append(payload)
    }

    private func isOpen(_ stream: StreamID) -> Bool {
        guard let known = streams[stream] else { return false }
        return known.head != nil && !known.hasEnded && known.closed == nil
    }

    private func check(_ stream: StreamID, _ call: String, _ holds: Bool) {
        if !holds { disorder.append("\(call) on stream \(stream)") }
    }
}
