internal import CNghttp2

/// What the callbacks come to: each is called by nghttp2 through one function of `SessionCallbacks.swift`.
extension HTTP2Session {
    func headBegins(_ stream: StreamID) {
        head.removeAll()
        headSize = 0
        continuations = 0
        isInsideHead = true
        guard role == .server else { return }
        // All streams of one urgency take turns, whatever the client wishes: else one large result would hold back
        // the acknowledgements of every stream that began after it.
        var priority = nghttp2_extpri(urgency: UInt32(NGHTTP2_EXTPRI_DEFAULT_URGENCY), inc: 1)
        nghttp2_session_change_extpri_stream_priority(handle, stream.rawValue, &priority, 1)
    }

    /// A CONTINUATION frame begins.
    func headContinues() {
        continuations += 1
        if continuations > settings.floodLimits.continuations { end(HTTP2Failure(.peerFlooded, .enhanceYourCalm)) }
    }

    func headField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        headSize += name.count + value.count + 32
        guard headSize <= settings.maximumHeaderListSize else {
            // The largest setting is 2^31 − 1, so that the product fits.
            let bomb = settings.maximumHeaderListSize * HTTP2Limits.headerBombFactor
            if headSize > bomb { end(HTTP2Failure(.peerFlooded, .enhanceYourCalm)) }
            return
        }
        head.append(received: name, value)
    }

    /// A request's head is complete and well formed.
    func requestArrived(_ stream: StreamID, endStream: Bool) {
        let record = StreamRecord(stream)
        record.hasReceivedHead = true
        streams[stream] = record
        lastStream = record
        guard headSize <= settings.maximumHeaderListSize else {
            refuseOversizedHead(record)
            return
        }
        guard let delegate else {
            reset(stream, .refusedStream)
            return
        }
        delegate.session(self, didReceiveHead: stream, head, endStream: endStream)
    }

    /// A response's head, an interim response, or trailers of either kind of message.
    func laterHeadArrived(_ stream: StreamID, endStream: Bool) {
        guard let record = record(stream), !record.isReset, !record.isHidden else { return }
        if record.hasReceivedHead {
            if endStream { delegate?.session(self, didEnd: stream) }
            return
        }
        guard headSize <= settings.maximumHeaderListSize else {
            reset(stream, .enhanceYourCalm)
            return
        }
        if let status = head.status, status < 200 { return }
        record.hasReceivedHead = true
        delegate?.session(self, didReceiveHead: stream, head, endStream: endStream)
    }

    func dataArrived(_ stream: StreamID, _ bytes: UnsafeRawBufferPointer) {
        // nghttp2 hands on the rest of a frame whose stream was reset in the middle of it.
        guard let record = record(stream), !record.isReset, !record.isHidden, let delegate else {
            consumeConnection(bytes.count)
            return
        }
        delegate.session(self, didReceiveData: stream, bytes)
    }

    func bodyEnded(_ stream: StreamID) {
        guard let record = record(stream), !record.isReset, !record.isHidden else { return }
        delegate?.session(self, didEnd: stream)
    }

    func streamClosed(_ stream: StreamID, _ code: HTTP2ErrorCode) {
        guard let record = streams[stream] else { return }
        if code == .noError { earn(FrameCost.finishedStream) }
        reportClose(record, code)
    }

    /// Our END_STREAM left.
    func streamEndSent(_ stream: StreamID) {
        guard let record = record(stream) else { return }
        record.hasSentEnd = true
        if record.stopsPeerAfterEnd { stopPeer(record) }
    }

    /// Our side is done, and the peer need not go on.
    func stopPeer(_ record: StreamRecord) {
        guard nghttp2_session_get_stream_remote_close(handle, record.id.rawValue) == 0 else { return }
        reset(record.id, .noError)
    }

    /// RST_STREAM left. On a stream that we did not reset it is nghttp2's answer to what the peer did there.
    func resetSent(_ stream: StreamID) {
        guard let record = record(stream), !record.isReset else { return }
        _ = charge(FrameCost.provokedReset)
    }

    /// Our head did not leave: it was too large, or the stream is over. A response that cannot be sent would leave its
    /// client waiting for ever.
    func headNotSent(_ stream: StreamID) {
        guard role == .server else { return }
        reset(stream, .internalError)
    }

    func pingAnswered(_ payload: UInt64) {
        if payload == Self.shutdownPing {
            if isShuttingDown { sendFinalGoAway() }
            return
        }
        delegate?.session(self, didReceivePingAnswer: payload)
    }

    func goAwayArrived(_ lastStream: StreamID, _ code: HTTP2ErrorCode) {
        delegate?.session(self, didReceiveGoAway: lastStream, errorCode: code)
    }

    /// GOAWAY left. With an error that we did not ask for, it is nghttp2's own verdict on the peer; by INTERNAL_ERROR
    /// it means too many RST_STREAM frames.
    func goAwaySent(_ code: HTTP2ErrorCode) {
        guard code != .noError, failure == nil else { return }
        failure = HTTP2Failure(code == .internalError ? .peerFlooded : .peerBrokeProtocol, code)
    }

    func reportClose(_ record: StreamRecord, _ code: HTTP2ErrorCode) {
        // Still found by its number during the call, for its attachment; marked, so that nothing is sent on it.
        guard !record.isClosed else { return }
        record.isClosed = true
        record.isReset = true
        if !record.isHidden { delegate?.session(self, didClose: record.id, errorCode: code) }
        dropQueue(record)
        streams[record.id] = nil
        if lastStream === record { lastStream = nil }
    }

    /// 431 (RFC 6585 §5) without a body, and an end to whatever the client still sends.
    private func refuseOversizedHead(_ record: StreamRecord) {
        record.isHidden = true
        guard charge(FrameCost.provokedReset) else { return }
        var head = HeaderBlock(status: 431)
        head.append("content-length", "0")
        respond(record.id, head, endStream: true)
        stopPeerAfterResponse(record.id)
    }
}
