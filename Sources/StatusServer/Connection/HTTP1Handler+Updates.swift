import Bytes
import HTTP1
import NIOCore
import UpdateProtocol

/// A worker's batch of updates as the body of a request: section 2 of the update protocol.
extension HTTP1Handler {
    /// Begins a batch.
    func openUpdates(context: ChannelHandlerContext) {
        if case .known(let length) = head.bodyLength, length > Limits.batchBodyLimit {
            let fields = services.bridge.bodyTooLarge(AnswerContext(), into: &scratch.content)
            return answerBeforeBody(fields, context: context)
        }
        welcomeBody()
        let peer = context.remoteAddress?.description ?? "unknown"
        let batch = UpdateBatch(services: services, loop: context.eventLoop, peer: peer) { [weak self] in
            guard let self, case .updating = phase else { return }
            resume(context: context)
        }
        phase = .updating(batch)
    }

    /// Takes the next piece of a batch, or passes answers on; returns whether there may be more to do.
    func readUpdates(_ batch: UpdateBatch, context: ChannelHandlerContext) -> Bool {
        if batch.isFinished {
            answer(batch, context: context)
            return true
        }
        if batch.worker.isChoked {
            guard isWritable else { return false }
            passOn(batch, context: context)
            batch.worker.drained()
            // The channel may call back from there.
            flush(context: context)
            return true
        }
        guard !batch.isFull, !batch.hasBodyEnded else { return false }
        switch body.next(&input) {
        case .starved:
            return false
        case .piece(let piece):
            if !batch.receive(piece, at: services.clock.now()) { refuseTooLarge(batch, context: context) }
        case .end:
            body = .none
            batch.receiveEnd()
        case .failed(let failure):
            batch.worker.abandon(at: services.clock.now())
            if batch.hasBegun { giveUp(context: context) } else { refuse(failure, context: context) }
        }
        return true
    }

    /// The worker did not go on with what it began, or does not read.
    func timeOut(_ batch: UpdateBatch, context: ChannelHandlerContext) {
        guard !batch.worker.isChoked else { return context.close(promise: nil) }
        exchange.closes = true
        batch.worker.timeOut()
        resume(context: context)
    }

    /// Completes the answer.
    private func answer(_ batch: UpdateBatch, context: ChannelHandlerContext) {
        let now = services.clock.now()
        if batch.hasBegun {
            passOn(batch, context: context)
            if exchange.minorVersion > 0 { output.append("0\r\n\r\n") }
            if exchange.closes {
                phase = .closing
                closeAfterAnswer(context: context)
            } else {
                phase = .head
            }
        } else {
            batch.worker.output.withBytes { scratch.content.append($0) }
            phase = .head
            write(HTTP1Handler.updatesAnswer, context: context)
        }
        batch.worker.abandon(at: now)
        if case .head = phase, !batch.hasBodyEnded { phase = .discarding(0) }
    }

    /// Sends the frames that wait ahead of the rest, because they are too many to be kept.
    private func passOn(_ batch: UpdateBatch, context: ChannelHandlerContext) {
        if !batch.hasBegun {
            batch.hasBegun = true
            // An HTTP/1.0 client learns the end of such an answer from that of the connection.
            if isDraining || exchange.minorVersion == 0 { exchange.closes = true }
            appendHead(HTTP1Handler.updatesAnswer, length: nil, context: context)
        }
        let count = batch.worker.output.count
        if count > 0 {
            if exchange.minorVersion > 0 { output.append(utf8: String(count, radix: 16) + "\r\n") }
            batch.worker.output.withBytes { output.append($0) }
            if exchange.minorVersion > 0 { output.append("\r\n") }
            batch.worker.output.removeAll(keepingCapacityUpTo: Limits.keptOutput)
        }
    }

    private func refuseTooLarge(_ batch: UpdateBatch, context: ChannelHandlerContext) {
        batch.worker.abandon(at: services.clock.now())
        guard !batch.hasBegun else { return giveUp(context: context) }
        exchange.closes = true
        write(services.bridge.bodyTooLarge(AnswerContext(), into: &scratch.content), context: context)
    }

    /// Ends the connection inside an answer: without its last chunk the client knows that it is not whole.
    private func giveUp(context: ChannelHandlerContext) {
        phase = .closing
        context.close(promise: nil)
    }

    private static let updatesAnswer: ResponseFields = {
        var fields = ResponseFields(200, nil)
        fields.setUpdates()
        return fields
    }()
}
