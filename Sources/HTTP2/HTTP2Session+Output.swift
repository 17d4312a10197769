internal import CNghttp2

extension HTTP2Session {
    /// Hands the next piece of output, at most one frame, to `body`; false when there is none now.
    ///
    /// The bytes are valid during the call of `body` only, and have left the session when it returns. Called in a loop
    /// it yields everything that is queued and that the peer's windows allow; the loop may stop anywhere and go on
    /// later. Streams may close, and drain, during the call. From inside a delegate's call it yields nothing.
    public func nextOutput(_ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        guard activity == .idle, !isDisconnected, !outputHasFailed else { return false }
        return withExtendedLifetime(self) {
            activity = .sending
            var piece: UnsafePointer<UInt8>?
            let length = nghttp2_session_mem_send(handle, &piece)
            if length > 0 { body(UnsafeRawBufferPointer(start: piece, count: length)) }
            if length < 0 {
                outputHasFailed = true
                failure = failure ?? HTTP2Failure(.library, .internalError)
            }
            if !drained.isEmpty { reportDrained() }
            activity = .idle
            return length > 0
        }
    }

    /// Bytes written to a stream that no DATA frame has taken yet; 0 when the stream is over.
    public func queuedBytes(_ stream: StreamID) -> Int {
        record(stream)?.queue.count ?? 0
    }

    /// Fills a DATA frame. Returns how many bytes were written to `target`, or nil when nothing is there yet.
    func fillFrame(_ id: StreamID, _ target: UnsafeMutableRawPointer, limit: Int, isEnd: inout Bool) -> Int? {
        guard let record = record(id) else { return nil }
        let length = record.queue.take(into: target, limit: limit)
        queuedBytes -= length
        earn(length / FrameCost.bytesPerCredit)
        if record.isAboveLowWater, record.queue.count <= settings.lowWaterMark {
            record.isAboveLowWater = false
            if !record.isDrainDue, !record.isFinished {
                record.isDrainDue = true
                drained.append(record)
            }
        }
        isEnd = record.isFinished && record.queue.count == 0
        if length == 0, !isEnd {
            record.isDeferred = true
            return nil
        }
        return length
    }

    /// Drops what waits in a stream that is over.
    func dropQueue(_ record: StreamRecord) {
        queuedBytes -= record.queue.count
        record.queue.removeAll()
    }

    /// Tells the delegate when nghttp2 has returned, so that what it writes is not part of the frame being made.
    private func reportDrained() {
        let due = drained
        drained.removeAll(keepingCapacity: true)
        for record in due {
            record.isDrainDue = false
            guard streams[record.id] === record, !record.isReset, !record.isFinished else { continue }
            delegate?.session(self, didDrain: record.id)
        }
    }
}
