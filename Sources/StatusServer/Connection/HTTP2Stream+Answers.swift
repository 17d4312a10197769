import Bytes
import HTTP1
import HTTP2
import Logging
import NIOCore
import ResultStore
import StatusCore

/// Answers on an HTTP/2 stream.
extension HTTP2Stream {
    /// Sends an answer whose body stands in ``LoopScratch/content``, which is empty afterwards.
    func answer(_ fields: ResponseFields) {
        if let answer = handler.scratch.bridge.settling { return settle(answer, fields) }
        phase = .done
        let length = handler.scratch.content.count
        let hasBody = length > 0 && !isHead
        respond(fields, length: length, endStream: !hasBody)
        if hasBody {
            handler.scratch.content.withBytes { session.write(id, $0) }
            session.finish(id)
        }
        handler.scratch.content.removeAll(keepingCapacityUpTo: Limits.scratchCapacity)
        // A body that is too large is called off at once (RFC 9113 §8.1); any other is dropped up to a limit.
        if !hasEnded, fields.closes { session.stopPeerAfterResponse(id) }
    }

    func answer(_ pending: PendingRequest, body: ByteBuffer) {
        let fields = body.withUnsafeReadableBytes { bytes in
            services.bridge.answer(
                pending,
                body: bytes,
                at: services.clock.now(),
                scratch: handler.scratch.bridge,
                into: &handler.scratch.content
            )
        }
        answer(fields)
    }

    func answer(_ outcome: Result<StoredResult, ResultFailure>, to upload: ResultUpload) {
        conclude(upload, ResultUpload.Outcome(outcome))
    }

    /// Answers an upload with what became of it.
    func conclude(_ upload: ResultUpload, _ outcome: ResultUpload.Outcome) {
        let fields = services.bridge.finish(
            upload,
            outcome,
            at: services.clock.now(),
            scratch: handler.scratch.bridge,
            into: &handler.scratch.content
        )
        answer(fields)
    }

    /// The uploaded body is complete: stores it, then answers.
    func finish(_ receiver: ResultReceiver, _ upload: ResultUpload) {
        receiver.finish { [weak self] outcome in
            guard let self, case .receiving = phase else { return }
            answer(outcome, to: upload)
            handler.flush()
        }
    }

    func send(_ download: ResultDownload) {
        guard let loop = handler.eventLoop else { return }
        let sender = ResultSender(download, takesFiles: false, pool: services.transferPool, loop: loop)
        let hasBody = sender.length != 0 && !isHead
        respond(download.fields, length: sender.length, endStream: !hasBody)
        if hasBody {
            phase = .sending(sender)
            sendNext(sender)
        } else {
            phase = .done
        }
        if !hasEnded { session.stopPeerAfterResponse(id) }
    }

    /// Starts a result that may still be on its way.
    func send(_ download: LiveDownload) {
        guard let loop = handler.eventLoop else { return }
        respond(download.fields, length: nil, endStream: isHead)
        if isHead {
            phase = .done
        } else {
            let sender = ResultSender(download, services: services, loop: loop)
            phase = .sending(sender)
            handler.waiting += 1
            sendNext(sender)
        }
        if !hasEnded { session.stopPeerAfterResponse(id) }
    }

    /// Fetches and queues the next piece; called again when what is queued has gone down.
    func sendNext(_ sender: ResultSender) {
        sender.next { [weak self] piece in
            guard let self, case .sending = phase else { return }
            switch piece {
            case .bytes(let buffer):
                buffer.withUnsafeReadableBytes { session.write(id, $0) }
                // A peer with a large window has nothing to say while it reads.
                handler.restartTimer()
                // A piece below the low-water mark never drains from above it, so the next one is fetched at once.
                if session.queuedBytes(id) <= HTTP2Handler.settings.lowWaterMark { sendNext(sender) }
            case .file: preconditionFailure("a file on a connection that takes none")
            case .end:
                phase = .done
                if sender.isLive { handler.waiting -= 1 }
                session.finish(id)
            case .failed(let failure):
                if sender.isLive {
                    handler.waiting -= 1
                } else {
                    services.logger.error("a stored result cannot be read", metadata: ["reason": "\(failure)"])
                }
                phase = .done
                session.reset(id, .internalError)
            }
            handler.flush()
        }
    }

    /// - Parameter length: nil for a body whose length is not known.
    func respond(_ fields: ResponseFields, length: Int?, endStream: Bool) {
        handler.scratch.counters.noteAnswer(fields.status)
        handler.scratch.fields.begin(status: fields.status)
        fields.forEachField { _, name, value in
            handler.scratch.fields.append(name, String(decoding: value, as: UTF8.self))
        }
        handler.scratch.date.withValue(at: services.clock.now().wall) { value in
            handler.scratch.fields.append("date", String(decoding: value, as: UTF8.self))
        }
        if let length, fields.hasLength { handler.scratch.fields.append("content-length", length) }
        session.respond(id, handler.scratch.fields, endStream: endStream)
    }
}
