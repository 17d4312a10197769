internal import CNghttp2

extension HTTP2Session {
    /// Begins a graceful end; open streams go on until they close, and then ``isFinished`` turns true.
    ///
    /// A server says so with GOAWAY and the highest stream number, together with a PING. When the PING is answered,
    /// every request that was on its way has come, and the final GOAWAY follows by itself (RFC 9113 §6.8). A peer that
    /// does not answer is cut short by ``finishShutDown()``. A client sends its only GOAWAY at once.
    public func shutDown() {
        guard !isShuttingDown, failure == nil, !isDisconnected else { return }
        isShuttingDown = true
        switch role {
        case .client: sendFinalGoAway()
        case .server:
            nghttp2_submit_shutdown_notice(handle)
            submitPing(Self.shutdownPing)
        }
    }

    /// Ends the waiting of ``shutDown()``: the final GOAWAY goes out, and no stream is taken after it.
    public func finishShutDown() {
        isShuttingDown = true
        guard failure == nil, !isDisconnected else { return }
        sendFinalGoAway()
    }

    /// Sends a PING that the peer must answer; its answer carries `payload` back. All values but
    /// 0x74656C6C_74616C65 may be used.
    public func ping(_ payload: UInt64) {
        precondition(payload != Self.shutdownPing, "this payload belongs to the shutdown")
        guard failure == nil, !isDisconnected else { return }
        submitPing(payload)
    }

    /// The transport is gone, or given up: tells the delegate of the close of every open stream with CANCEL. The
    /// session does nothing after it.
    public func connectionClosed() {
        guard !isDisconnected else { return }
        isDisconnected = true
        let open = streams.values.sorted { $0.id < $1.id }
        for record in open {
            dropQueue(record)
            reportClose(record, .cancel)
        }
    }

    /// The payload that tells the PING of a shutdown from its owner's: "telltale".
    static let shutdownPing: UInt64 = 0x7465_6C6C_7461_6C65

    func sendFinalGoAway() {
        guard !hasSentFinalGoAway else { return }
        hasSentFinalGoAway = true
        let last = role == .server ? nghttp2_session_get_last_proc_stream_id(handle) : 0
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        nghttp2_submit_goaway(handle, none, last, HTTP2ErrorCode.noError.rawValue, nil, 0)
    }

    private func submitPing(_ payload: UInt64) {
        withUnsafeBytes(of: payload.bigEndian) { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            _ = nghttp2_submit_ping(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), start)
        }
    }
}
