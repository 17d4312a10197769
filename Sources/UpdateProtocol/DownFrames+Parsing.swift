/// Reads the payloads of the frames down; nil stands for one that is not valid.
@usableFromInline
internal enum DownFrames {
    @usableFromInline
    static func welcome(_ payload: UnsafeRawBufferPointer) -> WelcomeFrame? {
        var reader = unsafe FrameReader(payload)
        let major = reader.integer32("")
        let minor = reader.integer32("")
        let flags = reader.integer()
        let epoch = reader.integer()
        let maximumFrame = reader.integer32("")
        let maximumHandles = reader.integer32("")
        let maximumText = reader.integer32("")
        let frame = WelcomeFrame(
            major: major,
            minor: minor,
            isEphemeral: flags & 1 != 0,
            isResumed: flags & 2 != 0,
            epoch: epoch,
            limits: UpdateLimits(
                maximumFrame: Int(maximumFrame),
                maximumHandles: Int(maximumHandles),
                maximumText: Int(maximumText)
            ),
            heartbeatInterval: reader.integer32(""),
            boot: reader.integer()
        )
        return reader.isValid ? frame : nil
    }

    @usableFromInline
    static func acknowledgement(_ payload: UnsafeRawBufferPointer) -> (applied: UInt64, durable: UInt64?)? {
        var reader = unsafe FrameReader(payload)
        let applied = reader.integer()
        let durable = reader.remaining > 0 ? reader.integer() : nil
        return reader.isValid ? (applied, durable) : nil
    }

    @usableFromInline
    static func refusal(_ payload: UnsafeRawBufferPointer) -> RefusalFrame? {
        var reader = unsafe FrameReader(payload)
        let sequence = reader.integer()
        let reason = RefusalReason(rawValue: reader.integer8(""))
        let state = ReportedState(rawValue: reader.integer8(""))
        let attempt = reader.integer32("")
        let subject = reader.subject()
        let detail = unsafe reader.text(UpdateLimits.maximumDetail)
        guard reader.isValid else { return nil }
        return unsafe RefusalFrame(
            sequence: sequence,
            reason: reason,
            state: state,
            attempt: attempt,
            subject: subject,
            detail: detail
        )
    }

    @usableFromInline
    static func cancel(_ payload: UnsafeRawBufferPointer) -> CancelFrame? {
        var reader = unsafe FrameReader(payload)
        let handle = reader.integer32("")
        let deadline = reader.integer32("")
        let reason = unsafe reader.text(UpdateLimits.maximumDetail)
        return reader.isValid ? unsafe CancelFrame(handle: handle, deadline: deadline, reason: reason) : nil
    }

    @usableFromInline
    static func resultState(
        _ payload: UnsafeRawBufferPointer
    ) -> (transfer: UInt32, held: UInt64, state: TransferState)? {
        var reader = unsafe FrameReader(payload)
        let transfer = reader.integer32("")
        let held = reader.integer()
        let state = TransferState(rawValue: reader.integer8(""))
        return reader.isValid ? (transfer, held, state) : nil
    }

    /// The payload of expired (a handle) and slow down (milliseconds).
    @usableFromInline
    static func number(_ payload: UnsafeRawBufferPointer) -> UInt32? {
        var reader = unsafe FrameReader(payload)
        let number = reader.integer32("")
        return reader.isValid ? number : nil
    }

    @usableFromInline
    static func goodbye(_ payload: UnsafeRawBufferPointer) -> (reason: GoodbyeReason, retryAfter: UInt32)? {
        var reader = unsafe FrameReader(payload)
        let reason = GoodbyeReason(rawValue: reader.integer8(""))
        let retryAfter = reader.integer32("")
        return reader.isValid ? (reason, retryAfter) : nil
    }

    @usableFromInline
    static func error(_ payload: UnsafeRawBufferPointer) -> ErrorFrame? {
        var reader = unsafe FrameReader(payload)
        let code = ErrorCode(rawValue: reader.integer8(""))
        let sequence = reader.integer()
        let text = unsafe reader.text(UpdateLimits.maximumDetail)
        return reader.isValid ? unsafe ErrorFrame(code: code, sequence: sequence, text: text) : nil
    }
}

extension FrameReader {
    fileprivate var isValid: Bool { !hasFailed && problem == nil }

    /// Kind and number. A kind that this version does not know reads as none, so that later ones may be added.
    fileprivate mutating func subject() -> Subject {
        let kind = integer8("")
        let number = integer32("")
        return switch kind {
        case 1: .handle(number)
        case 2: .transfer(number)
        default: .none
        }
    }
}
