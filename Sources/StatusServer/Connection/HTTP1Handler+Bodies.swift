import HTTP1
import NIOCore
import ResultStore

/// Request bodies: small ones collected for the bridge, results handed to the store, unwanted ones dropped.
extension HTTP1Handler {
    /// Takes the next piece of the body; returns whether there may be more to do.
    func readBody(context: ChannelHandlerContext) -> Bool {
        if case .receiving(let receiver) = phase, receiver.isFull { return false }
        switch body.next(&input) {
        case .starved: return false
        case .piece(let piece): take(piece, context: context)
        case .end: finishBody(context: context)
        case .failed(let failure):
            abandonBody()
            refuse(failure, context: context)
        }
        return true
    }

    /// Begins an upload.
    func receive(_ upload: ResultUpload, slot: TransferSlots.Slot, context: ChannelHandlerContext) {
        let loop = context.eventLoop
        let receiver = ResultReceiver(upload, slot: slot, services: services, loop: loop) { [weak self] _ in
            self?.resume(context: context)
        }
        self.upload = upload
        phase = .receiving(receiver)
    }

    private func take(_ piece: ByteBuffer, context: ChannelHandlerContext) {
        var piece = piece
        switch phase {
        case .collecting(let pending, var collected):
            guard collected.readableBytes + piece.readableBytes <= pending.bodyLimit else {
                exchange.closes = true
                return write(services.bridge.bodyTooLarge(pending.context, into: &scratch.content), context: context)
            }
            // The phase lets go of the buffer, or each piece would copy all that came before.
            phase = .discarding(0)
            collected.writeBuffer(&piece)
            phase = .collecting(pending, collected)
        case .receiving(let receiver):
            if let failure = receiver.failure {
                // No further byte can mend it: answer now instead of taking gigabytes in vain.
                receiver.abandon()
                exchange.closes = true
                answer(.failure(failure), context: context)
            } else {
                receiver.append(piece)
            }
        case .discarding(let count):
            let total = count + piece.readableBytes
            phase = total > Limits.discardLimit ? .closing : .discarding(total)
            if case .closing = phase { closeAfterAnswer(context: context) }
        case .head, .finishing, .updating, .sending, .settling, .waiting, .streaming, .closing:
            preconditionFailure("a piece of a body in \(phase)")
        }
    }

    private func finishBody(context: ChannelHandlerContext) {
        body = .none
        switch phase {
        case .collecting(let pending, let collected):
            phase = .head
            let fields = collected.withUnsafeReadableBytes { bytes in
                services.bridge.answer(
                    pending,
                    body: bytes,
                    at: services.clock.now(),
                    scratch: scratch.bridge,
                    into: &scratch.content
                )
            }
            write(fields, context: context)
        case .receiving(let receiver):
            phase = .finishing(receiver)
            receiver.finish { [weak self] outcome in
                guard let self, case .finishing = phase else { return }
                phase = .head
                answer(outcome, context: context)
                resume(context: context)
            }
        case .discarding:
            phase = .head
        case .head, .finishing, .updating, .sending, .settling, .waiting, .streaming, .closing:
            preconditionFailure("the end of a body in \(phase)")
        }
    }

    private func answer(_ outcome: Result<StoredResult, ResultFailure>, context: ChannelHandlerContext) {
        guard let upload else { preconditionFailure("no upload is under way") }
        self.upload = nil
        let fields = services.bridge.finish(
            upload,
            ResultUpload.Outcome(outcome),
            at: services.clock.now(),
            scratch: scratch.bridge,
            into: &scratch.content
        )
        write(fields, context: context)
    }

    private func abandonBody() {
        if case .receiving(let receiver) = phase { receiver.abandon() }
        upload = nil
    }
}
