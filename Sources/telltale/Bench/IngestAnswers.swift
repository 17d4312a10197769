import HTTP2
import UpdateProtocol

/// What the server says on a stream of the load. Anything but acknowledgements is a fault: every update is to count.
final class IngestAnswers {
    /// Every item up to this number is applied.
    private(set) var applied: UInt64 = 0
    /// Why the measurement means nothing; to be read behind the server's name.
    private(set) var fault: String?
    /// The stream is over, as asked.
    private(set) var hasEnded = false
    private var decoder = DownFrameDecoder()
    private var consumed = 0

    /// Bytes that came since the last call.
    func takeConsumed() -> Int {
        defer { consumed = 0 }
        return consumed
    }

    private func blame(_ text: String) {
        if fault == nil { fault = text }
    }
}

extension IngestAnswers: DownFrameHandler {
    func welcome(_ frame: WelcomeFrame) -> Flow { .proceed }

    func acknowledgement(applied: UInt64, durable: UInt64?) -> Flow {
        self.applied = applied
        return .proceed
    }

    func refusal(_ frame: RefusalFrame) -> Flow {
        let detail = String(decoding: frame.detail, as: UTF8.self)
        blame("refused item \(frame.sequence) with reason \(frame.reason.rawValue) \(detail)")
        return .proceed
    }

    func cancel(_ frame: CancelFrame) -> Flow {
        blame("cancelled a job of the load")
        return .proceed
    }

    func resultState(transfer: UInt32, held: UInt64, _ state: TransferState) -> Flow { .proceed }

    func expired(handle: UInt32) -> Flow {
        blame("let a job of the load expire")
        return .proceed
    }

    /// A load is there to find out how much the server takes, and its windows hold the load back: unlike a worker, it
    /// goes on.
    func slowDown(milliseconds: UInt32) -> Flow { .proceed }

    func goodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) -> Flow {
        blame("is shutting down")
        return .proceed
    }

    func error(_ frame: ErrorFrame) -> Flow {
        blame("ended the stream with error \(frame.code.rawValue): \(String(decoding: frame.text, as: UTF8.self))")
        return .proceed
    }
}

extension IngestAnswers: HTTP2SessionDelegate {
    func session(_ session: HTTP2Session, didReceiveHead stream: StreamID, _ head: HeaderBlock, endStream: Bool) {
        if head.status != 200 { blame("answered POST /v1/updates with status \(head.status ?? 0)") }
    }

    func session(_ session: HTTP2Session, didReceiveData stream: StreamID, _ bytes: UnsafeRawBufferPointer) {
        consumed += bytes.count
        guard fault == nil else { return }
        var handler = self
        if decoder.decode(bytes, into: &handler) != .ok { blame("sent a frame that is not valid") }
    }

    func session(_ session: HTTP2Session, didEnd stream: StreamID) {}

    func session(_ session: HTTP2Session, didClose stream: StreamID, errorCode: HTTP2ErrorCode) {
        hasEnded = true
        if errorCode != .noError { blame("reset the stream (\(errorCode))") }
    }
}
