internal import CNghttp2

extension HTTP2Session {
    /// Takes bytes that came from the peer, any number of them, split anywhere, and tells the delegate what they say.
    ///
    /// All of `bytes` is used up. A result other than nil ends the connection: the carrier sends what
    /// ``nextOutput(_:)`` still has (the GOAWAY) and closes; later calls return the same and do nothing. A breach of
    /// the protocol may also show as nil here and as ``isFinished`` after the next output.
    ///
    /// Must not be called from inside a delegate's call.
    @discardableResult
    public func receive(_ bytes: UnsafeRawBufferPointer) -> HTTP2Failure? {
        precondition(activity == .idle, "receive(_:) called while the session is \(activity)")
        if let failure { return failure }
        guard !isDisconnected, let start = bytes.baseAddress, bytes.count > 0 else { return nil }
        earn(FrameCost.refill)
        return withExtendedLifetime(self) {
            activity = .receiving
            let code = nghttp2_session_mem_recv(handle, start.assumingMemoryBound(to: UInt8.self), bytes.count)
            activity = .idle
            guard !isDisconnected else { return failure }
            if code < 0 || pendingTermination != nil { giveUp(code: Int32(code)) }
            // A client's own requests wait in the same queue, and servers have no reason to flood.
            let queued = role == .server ? nghttp2_session_get_outbound_queue_size(handle) : 0
            if queued > settings.floodLimits.queuedFrames { end(HTTP2Failure(.peerFlooded, .enhanceYourCalm)) }
            return failure
        }
    }

    /// Ends the connection at once: GOAWAY with `code` is the last output, and input is refused from here on. Open
    /// streams hear nothing more until ``connectionClosed()``.
    public func terminate(_ code: HTTP2ErrorCode) {
        end(HTTP2Failure(.terminated, code))
    }

    /// nghttp2 is in the middle of input that does not matter any more.
    var mustStopReceiving: Bool { activity == .receiving && (pendingTermination != nil || isDisconnected) }

    /// Draws on the peer's credit. False when it is gone: the callback then fails, which ends `receive`.
    func charge(_ cost: Int) -> Bool {
        credit = max(credit - cost, -1)
        if credit >= 0 { return true }
        end(HTTP2Failure(.peerFlooded, .enhanceYourCalm))
        return false
    }

    /// Gives credit back, up to the burst.
    func earn(_ amount: Int) {
        credit = min(credit + amount, settings.floodLimits.creditBurst)
    }

    /// Records the failure and queues GOAWAY.
    ///
    /// While nghttp2 receives, its own call would be undone at the end of the frame, so that it waits until nghttp2
    /// has returned, which the callbacks bring about by failing.
    func end(_ reason: HTTP2Failure) {
        guard failure == nil, pendingTermination == nil else { return }
        if activity == .receiving {
            pendingTermination = reason
            return
        }
        failure = reason
        nghttp2_session_terminate_session(handle, reason.errorCode.rawValue)
    }

    /// nghttp2 stopped in the middle of the input: by our own wish, or because the peer gave it a reason.
    private func giveUp(code: Int32) {
        let reason =
            if let pendingTermination {
                pendingTermination
            } else {
                switch code {
                case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: HTTP2Failure(.notHTTP2, .protocolError)
                case NGHTTP2_ERR_FLOODED.rawValue, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue:
                    HTTP2Failure(.peerFlooded, .enhanceYourCalm)
                default: HTTP2Failure(.library, .internalError)
                }
            }
        pendingTermination = nil
        end(reason)
    }
}
