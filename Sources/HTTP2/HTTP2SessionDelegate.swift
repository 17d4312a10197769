/// What a session tells its owner.
///
/// Every call is made on the thread that uses the session, during ``HTTP2Session/receive(_:)``,
/// ``HTTP2Session/nextOutput(_:)`` or ``HTTP2Session/connectionClosed()``. It may call back into the session in any
/// way except `receive`, and it may drop the last reference to the session.
///
/// The order of a stream's calls is: head, data, end, close; close comes exactly once for every stream whose head was
/// received or whose request was made, and is the last one. After ``HTTP2Session/reset(_:_:)`` only close comes.
public protocol HTTP2SessionDelegate: AnyObject {
    /// A whole head came: a request's on a server, the final response's on a client (1xx responses are passed over).
    ///
    /// `endStream` says that no body follows; ``session(_:didEnd:)`` is not called in addition then.
    func session(_ session: HTTP2Session, didReceiveHead stream: StreamID, _ head: HeaderBlock, endStream: Bool)

    /// Bytes of a body came, never none. They are those that were handed to `receive`, not a copy, and valid during
    /// the call only. Until both ``HTTP2Session/consume(_:_:)`` and ``HTTP2Session/consumeConnection(_:)`` have been
    /// called for their count, the peer's windows stay shut by as much.
    func session(_ session: HTTP2Session, didReceiveData stream: StreamID, _ bytes: UnsafeRawBufferPointer)

    /// The peer has ended its side, and its body is as long as its head said. Trailers are accepted and passed over.
    func session(_ session: HTTP2Session, didEnd stream: StreamID)

    /// The stream is over, and what was queued for it is dropped. The code is ``HTTP2ErrorCode/noError`` when both
    /// sides ended it.
    func session(_ session: HTTP2Session, didClose stream: StreamID, errorCode: HTTP2ErrorCode)

    /// The bytes queued for the stream have come down to ``HTTP2Settings/lowWaterMark`` from above it.
    func session(_ session: HTTP2Session, didDrain stream: StreamID)

    /// The peer will take no stream above `lastStream` (0: none at all). A graceful shutdown may send this twice.
    func session(_ session: HTTP2Session, didReceiveGoAway lastStream: StreamID, errorCode: HTTP2ErrorCode)

    /// The peer answered a ``HTTP2Session/ping(_:)``.
    func session(_ session: HTTP2Session, didReceivePingAnswer payload: UInt64)
}

extension HTTP2SessionDelegate {
    public func session(_ session: HTTP2Session, didDrain stream: StreamID) {}

    public func session(_ session: HTTP2Session, didReceiveGoAway lastStream: StreamID, errorCode: HTTP2ErrorCode) {}

    public func session(_ session: HTTP2Session, didReceivePingAnswer payload: UInt64) {}
}
