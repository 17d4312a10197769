internal import CNghttp2

extension HTTP2Session {
    /// Opens the stream's window again by `count` bytes that ``HTTP2SessionDelegate`` was given and that are dealt
    /// with. WINDOW_UPDATE goes out when half of the window has been consumed. Does nothing when the stream is over.
    public func consume(_ stream: StreamID, _ count: Int) {
        precondition(count >= 0, "consume(\(stream), \(count))")
        guard !isDisconnected, count > 0 else { return }
        nghttp2_session_consume_stream(handle, stream.rawValue, count)
    }

    /// Opens the connection's window again by `count` bytes, which must include those of streams that are over. Bytes
    /// that the delegate never saw are consumed by the session.
    public func consumeConnection(_ count: Int) {
        precondition(count >= 0, "consumeConnection(\(count))")
        guard !isDisconnected, count > 0 else { return }
        nghttp2_session_consume_connection(handle, count)
    }

    /// Sets how many bytes the peer may send on the stream ahead of their consumption, 0 to 2^31 − 1.
    public func setStreamWindow(_ stream: StreamID, _ size: Int) {
        precondition(size >= 0 && size <= Int(Int32.max), "setStreamWindow(\(stream), \(size))")
        guard !isDisconnected, record(stream) != nil else { return }
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        nghttp2_session_set_local_window_size(handle, none, stream.rawValue, Int32(size))
    }

    /// Sets how many bytes the peer may send on all streams ahead of their consumption, 0 to 2^31 − 1.
    public func setConnectionWindow(_ size: Int) {
        precondition(size >= 0 && size <= Int(Int32.max), "setConnectionWindow(\(size))")
        guard !isDisconnected else { return }
        nghttp2_session_set_local_window_size(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(size))
    }

    /// Bytes that the peer lets us send on the stream now, the connection's window aside; 0 when the stream is over.
    public func sendWindow(of stream: StreamID) -> Int {
        max(0, Int(nghttp2_session_get_stream_remote_window_size(handle, stream.rawValue)))
    }

    /// Bytes that the peer lets us send on all streams now.
    public var connectionSendWindow: Int {
        Int(nghttp2_session_get_remote_window_size(handle))
    }
}
