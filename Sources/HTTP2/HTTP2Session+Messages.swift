internal import CNghttp2

extension HTTP2Session {
    /// Answers a request, once for each stream; a server's call.
    ///
    /// With `endStream` the response has no body; else a body follows by ``write(_:_:)`` and ends with ``finish(_:)``.
    /// Returns false when the stream is over or answered already, or when the head cannot be sent: a field holds bytes
    /// that RFC 9113 §8.2.1 does not allow, or the whole is above ``HTTP2Limits/sentHeaderListSize``. In the second
    /// case the stream is reset with INTERNAL_ERROR.
    @discardableResult
    public func respond(_ stream: StreamID, _ head: HeaderBlock, endStream: Bool) -> Bool {
        precondition(role == .server, "respond(_:_:endStream:) on a client's session")
        guard let record = openRecord(stream), !record.hasSentHead else { return false }
        let submitted = submit(head, endStream: endStream) { fields, body in
            nghttp2_submit_response(handle, stream.rawValue, fields.baseAddress, fields.count, body)
        }
        guard let code = submitted else {
            reset(stream, .internalError)
            return false
        }
        record.hasSentHead = true
        record.isFinished = record.isFinished || endStream
        return code == 0
    }

    /// Makes a request; a client's call. Its head goes out as soon as the peer's limit of concurrent streams allows.
    ///
    /// With `endStream` the request has no body. Nil when no stream can be opened any more (the peer is going away,
    /// the numbers have run out, the connection has failed) or when the head cannot be sent, see
    /// ``respond(_:_:endStream:)``.
    public func request(_ head: HeaderBlock, endStream: Bool) -> StreamID? {
        precondition(role == .client, "request(_:endStream:) on a server's session")
        guard failure == nil, !isDisconnected, nghttp2_session_check_request_allowed(handle) != 0 else { return nil }
        let submitted = submit(head, endStream: endStream) { fields, body in
            nghttp2_submit_request(handle, nil, fields.baseAddress, fields.count, body, nil)
        }
        guard let code = submitted, code > 0 else { return nil }
        let record = StreamRecord(StreamID(code))
        record.hasSentHead = true
        record.isFinished = endStream
        streams[record.id] = record
        return record.id
    }

    /// Queues a copy of `bytes` for the stream's body, behind what is queued. There is no limit here: the caller keeps
    /// ``queuedBytes(_:)`` within its own. Does nothing after ``finish(_:)`` and on a stream that is over.
    public func write(_ stream: StreamID, _ bytes: UnsafeRawBufferPointer) {
        guard let record = openRecord(stream), !record.isFinished else { return }
        record.queue.append(bytes)
        queuedBytes += bytes.count
        if record.queue.count > settings.lowWaterMark { record.isAboveLowWater = true }
        resume(record)
    }

    /// Ends the stream's body: END_STREAM goes out with the last queued byte. A second call does nothing.
    public func finish(_ stream: StreamID) {
        guard let record = openRecord(stream), !record.isFinished else { return }
        record.isFinished = true
        resume(record)
    }

    /// Resets the stream: what is queued is dropped and RST_STREAM goes out. The delegate hears of its close, with
    /// `code`, and of nothing before.
    public func reset(_ stream: StreamID, _ code: HTTP2ErrorCode) {
        guard let record = openRecord(stream) else { return }
        record.isReset = true
        dropQueue(record)
        nghttp2_submit_rst_stream(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.rawValue, code.rawValue)
    }

    /// Has the client stop sending a request's body that is of no use any more: once our response is out in full, the
    /// stream is reset with NO_ERROR, which asks the client to keep the response (RFC 9113 §8.1). A server's call.
    public func stopPeerAfterResponse(_ stream: StreamID) {
        precondition(role == .server, "stopPeerAfterResponse(_:) on a client's session")
        guard let record = openRecord(stream) else { return }
        record.stopsPeerAfterEnd = true
        if record.hasSentEnd { stopPeer(record) }
    }

    /// Keeps an object with the stream until it closes, in place of what was kept before; nil gives it up. An object
    /// that holds the session keeps it alive for as long.
    public func attach(_ object: AnyObject?, to stream: StreamID) {
        record(stream)?.attachment = object
    }

    /// What was kept with the stream by ``attach(_:to:)``; still there during the call of its close.
    public func attachment(of stream: StreamID) -> AnyObject? {
        record(stream)?.attachment
    }

    /// The stream's record, unless it is over or reset.
    private func openRecord(_ stream: StreamID) -> StreamRecord? {
        guard !isDisconnected, let record = record(stream), !record.isReset else { return nil }
        return record
    }

    private func resume(_ record: StreamRecord) {
        guard record.isDeferred else { return }
        record.isDeferred = false
        nghttp2_session_resume_data(handle, record.id.rawValue)
    }
}
