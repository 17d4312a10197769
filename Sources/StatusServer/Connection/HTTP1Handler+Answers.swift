import Bytes
import HTTP1
import Logging
import NIOCore
import ResultStore
import StatusCore

/// Answers on their way out: whole ones from a buffer, results piece by piece.
extension HTTP1Handler {
    /// Writes an answer whose body stands in ``LoopScratch/content``, which is empty afterwards.
    func write(_ fields: ResponseFields, context: ChannelHandlerContext) {
        if let answer = scratch.bridge.settling { return settle(answer, fields, context: context) }
        if fields.closes || isDraining { exchange.closes = true }
        appendHead(fields, length: scratch.content.count, context: context)
        if !exchange.isHead {
            scratch.content.withBytes { output.append($0) }
        }
        scratch.content.removeAll(keepingCapacityUpTo: Limits.scratchCapacity)
        if exchange.closes {
            phase = .closing
            closeAfterAnswer(context: context)
        }
    }

    /// Starts a result on its way out; the connection reads no further request until its end.
    func send(_ download: ResultDownload, context: ChannelHandlerContext) {
        let sender = ResultSender(download, takesFiles: true, pool: services.transferPool, loop: context.eventLoop)
        // A body that came with the request is not waited for: nothing reads it while the answer streams.
        if head.bodyLength != .none || isDraining { exchange.closes = true }
        appendHead(download.fields, length: sender.length, context: context)
        guard !exchange.isHead, sender.length != 0 else {
            if exchange.closes {
                phase = .closing
                closeAfterAnswer(context: context)
            }
            return
        }
        phase = .sending(sender)
        flush(context: context)
        sendNext(sender, context: context)
    }

    /// Starts a result that may still be on its way.
    func send(_ download: LiveDownload, context: ChannelHandlerContext) {
        let sender = ResultSender(download, services: services, loop: context.eventLoop)
        // Without chunks only the end of the connection ends the answer.
        if head.bodyLength != .none || isDraining || exchange.minorVersion == 0 { exchange.closes = true }
        appendHead(download.fields, length: nil, context: context)
        guard !exchange.isHead else {
            if exchange.closes {
                phase = .closing
                closeAfterAnswer(context: context)
            }
            return
        }
        phase = .sending(sender)
        flush(context: context)
        sendNext(sender, context: context)
    }

    /// Sends everything that is written: straight to the socket where that is possible, else by way of the channel.
    func flush(context: ChannelHandlerContext) {
        guard !output.isEmpty else { return }
        let sent = output.withBytes { state.pointee.direct?.write($0) ?? 0 }
        if sent == output.count { return emptyOutput() }
        let buffer = takeOutput(from: sent)
        writeAndFlush(wrapOutboundOut(buffer), promise: nil, context: context)
        scratch.outbound.give(buffer)
    }

    /// Gives `data` to the channel.
    private func writeAndFlush(_ data: NIOAny, promise: EventLoopPromise<Void>?, context: ChannelHandlerContext) {
        state.pointee.direct?.noteHandOver()
        context.writeAndFlush(data, promise: promise)
    }

    /// Ends the connection when everything that is written has left.
    ///
    /// Where the peer may still be sending, only our side is closed at first: closing both would answer its bytes with
    /// a reset, which can destroy the answer before it is read.
    func closeAfterAnswer(context: ChannelHandlerContext) {
        let buffer = takeOutput()
        let hasUnreadBody = if case .none = body { exchange.isBroken } else { true }
        let mode: CloseMode = hasUnreadBody || isReadPending ? .output : .all
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            context.close(mode: mode, promise: nil)
            self?.lingerEnd = context.eventLoop.now + Limits.lingerLimit
            self?.restartTimer(context: context)
        }
        writeAndFlush(wrapOutboundOut(buffer), promise: written, context: context)
    }

    private func sendNext(_ sender: ResultSender, context: ChannelHandlerContext) {
        sender.next { [weak self] piece in
            guard let self, case .sending = phase else { return }
            switch piece {
            case .bytes(let buffer) where sender.isLive && exchange.minorVersion > 0:
                buffer.withUnsafeReadableBytes { output.appendChunk($0) }
                write(wrapOutboundOut(takeOutput()), of: sender, context: context)
            case .bytes(let buffer): write(wrapOutboundOut(buffer), of: sender, context: context)
            case .file(let region): write(NIOAny(region), of: sender, context: context)
            case .end:
                if sender.isLive, exchange.minorVersion > 0 { output.appendLastChunk() }
                phase = .head
                if exchange.closes {
                    phase = .closing
                    closeAfterAnswer(context: context)
                }
                resume(context: context)
            case .failed(let failure):
                // The announced length is not reached, which is how the client knows.
                // A job that did not complete is no fault of the store's.
                if !sender.isLive {
                    services.logger.error("a stored result cannot be read", metadata: ["reason": "\(failure)"])
                }
                phase = .closing
                context.close(promise: nil)
            }
        }
    }

    /// Writes a piece, and fetches the next one when it has left.
    private func write(_ piece: NIOAny, of sender: ResultSender, context: ChannelHandlerContext) {
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { [weak self] in
            guard let self, case .sending = phase else { return }
            restartTimer(context: context)
            sendNext(sender, context: context)
        }
        writeAndFlush(piece, promise: written, context: context)
        if sender.isLive { restartTimer(context: context) }
    }

    /// - Parameter length: of the body; nil where it is chunked, or for HTTP/1.0 ends with the connection.
    func appendHead(_ fields: ResponseFields, length: Int?, context: ChannelHandlerContext) {
        scratch.counters.noteAnswer(fields.status)
        output.appendStatusLine(fields.status)
        fields.appendFields(to: &output)
        scratch.date.append(at: now().wall, to: &output)
        if let length {
            if fields.hasLength { output.appendContentLength(length) }
        } else if exchange.minorVersion > 0 {
            output.appendTransferEncodingChunked()
        }
        if exchange.closes {
            output.appendHeader("Connection", "close")
        } else if exchange.minorVersion == 0 {
            output.appendHeader("Connection", "keep-alive")
        }
        output.appendEndOfHead()
    }

    /// What is written, without its first `start` bytes.
    private func takeOutput(from start: Int = 0) -> ByteBuffer {
        var buffer = scratch.outbound.take(output.count - start)
        output.withBytes { _ = buffer.writeBytes($0[start...]) }
        emptyOutput()
        return buffer
    }

    private func emptyOutput() {
        if output.count > Limits.keptOutput {
            output = OutputBuffer(capacity: 512)
        } else {
            output.removeAll()
        }
    }
}
