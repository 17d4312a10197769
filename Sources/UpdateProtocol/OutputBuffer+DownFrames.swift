public import Bytes

// The encoders of the frames down, for servers. Text longer than its limit is cut at a character's boundary.

extension OutputBuffer {
    /// Appends the first frame down.
    public mutating func appendWelcome(_ welcome: WelcomeFrame) {
        let limits = welcome.limits
        let flags: UInt64 = (welcome.isEphemeral ? 1 : 0) | (welcome.isResumed ? 2 : 0)
        let fields: [UInt64] = [
            UInt64(welcome.major), UInt64(welcome.minor), flags, welcome.epoch, UInt64(limits.maximumFrame),
            UInt64(limits.maximumHandles), UInt64(limits.maximumText), UInt64(welcome.heartbeatInterval), welcome.boot,
        ]
        appendHeading(FrameType.welcome, length: fields.reduce(0) { $0 + encodedSize($1) })
        for field in fields { append(variable: field) }
    }

    /// Appends the watermarks; an ephemeral server leaves `durable` out.
    public mutating func appendAcknowledgement(applied: UInt64, durable: UInt64? = nil) {
        appendFrame(FrameType.acknowledgement, applied, durable)
    }

    /// Appends the refusal of one item. `state` and `attempt` are the job's own; `detail` is for people.
    public mutating func appendRefusal(
        sequence: UInt64,
        reason: RefusalReason,
        state: ReportedState = .none,
        attempt: UInt32 = 0,
        subject: Subject = .none,
        detail: some EncodableText = StaticString("")
    ) {
        let (kind, number): (UInt64, UInt32) =
            switch subject {
            case .none: (0, 0)
            case .handle(let handle): (1, handle)
            case .transfer(let transfer): (2, transfer)
            }
        unsafe detail.withClippedBytes(UpdateLimits.maximumDetail) { detail in
            let length =
                unsafe encodedSize(sequence) + encodedSize(reason.rawValue) + encodedSize(state.rawValue)
                + encodedSize(attempt) + encodedSize(kind) + encodedSize(number) + encodedSize(text: detail)
            appendHeading(FrameType.refusal, length: length)
            append(variable: sequence)
            append(variable: UInt64(reason.rawValue))
            append(variable: UInt64(state.rawValue))
            append(variable: UInt64(attempt))
            append(variable: kind)
            append(variable: UInt64(number))
            unsafe append(text: detail)
        }
    }

    /// Appends the news that a job was cancelled; `deadline` is in milliseconds, 0 for none.
    public mutating func appendCancel(
        handle: UInt32,
        deadline: UInt32 = 0,
        reason: some EncodableText = StaticString("")
    ) {
        unsafe reason.withClippedBytes(UpdateLimits.maximumDetail) { reason in
            let length = unsafe encodedSize(handle) + encodedSize(deadline) + encodedSize(text: reason)
            appendHeading(FrameType.cancel, length: length)
            append(variable: UInt64(handle))
            append(variable: UInt64(deadline))
            unsafe append(text: reason)
        }
    }

    /// Appends how a transfer stands: `held` of its coded bytes are with the server.
    public mutating func appendResultState(transfer: UInt32, held: UInt64, _ state: TransferState) {
        appendFrame(FrameType.resultState, UInt64(transfer), held, UInt64(state.rawValue))
    }

    /// Appends the news that a job's time is over; the handle is free from here on.
    public mutating func appendExpired(handle: UInt32) {
        appendFrame(FrameType.expired, UInt64(handle))
    }

    /// Appends the wish to send no progress for a time.
    public mutating func appendSlowDown(milliseconds: UInt32) {
        appendFrame(FrameType.slowDown, UInt64(milliseconds))
    }

    /// Appends the wish to end the stream in order, and to come back after a time.
    public mutating func appendServerGoodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) {
        appendFrame(FrameType.serverGoodbye, UInt64(reason.rawValue), UInt64(milliseconds))
    }

    /// Appends the last frame of a stream that cannot go on.
    public mutating func appendError(
        _ code: ErrorCode,
        sequence: UInt64 = 0,
        text: some EncodableText = StaticString("")
    ) {
        unsafe text.withClippedBytes(UpdateLimits.maximumDetail) { text in
            let length = unsafe encodedSize(code.rawValue) + encodedSize(sequence) + encodedSize(text: text)
            appendHeading(FrameType.error, length: length)
            append(variable: UInt64(code.rawValue))
            append(variable: sequence)
            unsafe append(text: text)
        }
    }

    /// Appends the error frame that reports `error`.
    public mutating func appendError(_ error: ProtocolError) {
        appendError(error.code, sequence: error.sequence, text: error.reason)
    }
}
