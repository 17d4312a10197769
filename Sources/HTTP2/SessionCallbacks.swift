internal import CNghttp2

// The functions that nghttp2 calls. Each finds its session in `userData`, translates, and returns 0, or
// NGHTTP2_ERR_CALLBACK_FAILURE to stop `receive`. They are named functions: a closure written where an actor is
// current would be bound to that actor and trap on another thread.

/// Sets every callback that a session needs.
func installCallbacks(_ callbacks: OpaquePointer?) {
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, frameBegins)
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, headersBegin)
    nghttp2_session_callbacks_set_on_header_callback(callbacks, headerArrived)
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frameArrived)
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, invalidFrameArrived)
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, dataChunkArrived)
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, streamClosed)
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, frameSent)
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, frameNotSent)
}

/// The session behind a callback's last argument. It is alive: `receive` and `nextOutput` hold it while nghttp2 runs.
private func session(_ userData: UnsafeMutableRawPointer?) -> HTTP2Session {
    Unmanaged<HTTP2Session>.fromOpaque(userData!).takeUnretainedValue()
}

/// The result of a callback: failure once the session has been ended during `receive`, so that nghttp2 returns at once.
/// While it sends it may go on: what is queued includes the GOAWAY.
private func outcome(_ session: HTTP2Session) -> Int32 {
    session.mustStopReceiving ? NGHTTP2_ERR_CALLBACK_FAILURE.rawValue : 0
}

private func has(_ flags: UInt8, _ flag: nghttp2_flag) -> Bool {
    flags & UInt8(flag.rawValue) != 0
}

private func frameBegins(
    _: OpaquePointer?,
    _ header: UnsafePointer<nghttp2_frame_hd>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = session(userData)
    let header = header!.pointee
    let cost =
        switch UInt32(header.type) {
        case NGHTTP2_DATA.rawValue where header.length > 0 || has(header.flags, NGHTTP2_FLAG_END_STREAM): 0
        case NGHTTP2_HEADERS.rawValue: 0
        case NGHTTP2_SETTINGS.rawValue: has(header.flags, NGHTTP2_FLAG_ACK) ? FrameCost.control : FrameCost.settings
        // A server that drains may reset every stream at once.
        case NGHTTP2_RST_STREAM.rawValue where session.role == .server: FrameCost.reset
        default: FrameCost.control
        }
    if cost > 0 { _ = session.charge(cost) }
    if UInt32(header.type) == NGHTTP2_CONTINUATION.rawValue { session.headContinues() }
    return outcome(session)
}

private func headersBegin(
    _: OpaquePointer?,
    _ frame: UnsafePointer<nghttp2_frame>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    session(userData).headBegins(StreamID(frame!.pointee.hd.stream_id))
    return 0
}

private func headerArrived(
    _: OpaquePointer?,
    _: UnsafePointer<nghttp2_frame>?,
    _ name: UnsafePointer<UInt8>?,
    _ nameLength: Int,
    _ value: UnsafePointer<UInt8>?,
    _ valueLength: Int,
    _: UInt8,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = session(userData)
    session.headField(
        UnsafeBufferPointer(start: name, count: nameLength),
        UnsafeBufferPointer(start: value, count: valueLength)
    )
    return outcome(session)
}

private func frameArrived(
    _: OpaquePointer?,
    _ frame: UnsafePointer<nghttp2_frame>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = session(userData)
    let header = frame!.pointee.hd
    let stream = StreamID(header.stream_id)
    let endStream = has(header.flags, NGHTTP2_FLAG_END_STREAM)
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
        if endStream { session.bodyEnded(stream) }
    case NGHTTP2_HEADERS.rawValue:
        session.isInsideHead = false
        if frame!.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
            session.requestArrived(stream, endStream: endStream)
        } else {
            session.laterHeadArrived(stream, endStream: endStream)
        }
    case NGHTTP2_PING.rawValue:
        if has(header.flags, NGHTTP2_FLAG_ACK) {
            let payload = withUnsafeBytes(of: frame!.pointee.ping.opaque_data) { $0.loadUnaligned(as: UInt64.self) }
            session.pingAnswered(UInt64(bigEndian: payload))
        }
    case NGHTTP2_GOAWAY.rawValue:
        let goAway = frame!.pointee.goaway
        session.goAwayArrived(StreamID(goAway.last_stream_id), HTTP2ErrorCode(rawValue: goAway.error_code))
    default: break
    }
    return outcome(session)
}

private func invalidFrameArrived(
    _: OpaquePointer?,
    _: UnsafePointer<nghttp2_frame>?,
    _ code: Int32,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = session(userData)
    session.isInsideHead = false
    // A client that does not know our limit of streams yet may run into it in good faith.
    let isRefusal = code == NGHTTP2_ERR_REFUSED_STREAM.rawValue
    _ = session.charge(isRefusal ? FrameCost.control : FrameCost.provokedReset)
    return outcome(session)
}

private func dataChunkArrived(
    _: OpaquePointer?,
    _: UInt8,
    _ stream: Int32,
    _ bytes: UnsafePointer<UInt8>?,
    _ count: Int,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = session(userData)
    session.dataArrived(StreamID(stream), UnsafeRawBufferPointer(start: bytes, count: count))
    return outcome(session)
}

private func streamClosed(
    _: OpaquePointer?,
    _ stream: Int32,
    _ code: UInt32,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = session(userData)
    session.streamClosed(StreamID(stream), HTTP2ErrorCode(rawValue: code))
    return outcome(session)
}

private func frameSent(
    _: OpaquePointer?,
    _ frame: UnsafePointer<nghttp2_frame>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = session(userData)
    let header = frame!.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
        if has(header.flags, NGHTTP2_FLAG_END_STREAM) { session.streamEndSent(StreamID(header.stream_id)) }
    case NGHTTP2_RST_STREAM.rawValue:
        session.resetSent(StreamID(header.stream_id))
    case NGHTTP2_GOAWAY.rawValue:
        session.goAwaySent(HTTP2ErrorCode(rawValue: frame!.pointee.goaway.error_code))
    default: break
    }
    return 0
}

private func frameNotSent(
    _: OpaquePointer?,
    _ frame: UnsafePointer<nghttp2_frame>?,
    _: Int32,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let header = frame!.pointee.hd
    if UInt32(header.type) == NGHTTP2_HEADERS.rawValue { session(userData).headNotSent(StreamID(header.stream_id)) }
    return 0
}

/// Fills a DATA frame from the stream's queue; the read callback of every body.
func readBody(
    _: OpaquePointer?,
    _ stream: Int32,
    _ target: UnsafeMutablePointer<UInt8>?,
    _ limit: Int,
    _ flags: UnsafeMutablePointer<UInt32>?,
    _: UnsafeMutablePointer<nghttp2_data_source>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int {
    var isEnd = false
    let length = session(userData).fillFrame(StreamID(stream), target!, limit: limit, isEnd: &isEnd)
    if isEnd { flags!.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
    return length ?? Int(NGHTTP2_ERR_DEFERRED.rawValue)
}
