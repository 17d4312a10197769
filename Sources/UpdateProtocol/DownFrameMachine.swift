/// The state of a ``DownFrameDecoder`` between two frames.
@usableFromInline
internal struct DownFrameMachine {
    @usableFromInline
    internal enum State {
        /// No frame yet. Then `frame` by welcome or goodbye, or `ended` by error.
        case opening
        /// Between two frames. Then any but `opening`.
        case frame
        /// In an optional frame of an unknown type: this many bytes to come. Then `frame`.
        case skipping(type: UInt8, remaining: Int)
        /// After an error frame. Whatever follows is not looked at.
        case ended
        case failed(ProtocolError)
    }

    @usableFromInline internal let limits: UpdateLimits
    @usableFromInline internal var state = State.opening

    internal init(limits: UpdateLimits) {
        self.limits = limits
    }

    @usableFromInline internal var failure: ProtocolError? {
        if case .failed(let error) = state { error } else { nil }
    }

    /// Reads one frame, or a piece of one that is skipped, at the start of `bytes`, which are not empty.
    @inlinable
    internal mutating func decodeUnit(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some DownFrameHandler
    ) -> DecodedUnit {
        switch state {
        case .opening:
            let type = unsafe bytes[0]
            let opens = type == FrameType.welcome || type == FrameType.serverGoodbye || type == FrameType.error
            guard opens else { return fail(.badOpening, "the first frame is not a welcome") }
            return unsafe frame(bytes, into: &handler)
        case .frame: return unsafe frame(bytes, into: &handler)
        case .skipping(let type, let remaining):
            let count = min(remaining, bytes.count)
            return .taken(count, skip(type, remaining: remaining - count, into: &handler))
        case .ended: return .taken(bytes.count, .proceed)
        case .failed(let error): return .failed(error)
        }
    }

    @inlinable
    internal mutating func frame(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some DownFrameHandler
    ) -> DecodedUnit {
        let type = unsafe bytes[0]
        let isKnown = type >= FrameType.welcome && type <= FrameType.error
        guard isKnown || FrameType.isOptional(type) else {
            return fail(.unsupportedFrame, "a frame of an unknown mandatory type")
        }
        if type == FrameType.welcome, case .frame = state { return fail(.badOpening, "a second welcome") }
        switch unsafe FrameHeading.read(bytes, limits: limits) {
        case .incomplete: return .incomplete
        case .failed(let code, let reason): return fail(code, reason)
        case .heading(let start, let length):
            if !isKnown { return .taken(start, skip(type, remaining: length, into: &handler)) }
            guard bytes.count - start >= length else { return .incomplete }
            let payload = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
            state = type == FrameType.error ? .ended : .frame
            guard let flow = unsafe deliver(type, payload, into: &handler) else {
                return fail(.malformedFrame, "a frame from the server is not valid")
            }
            return .taken(start + length, flow)
        }
    }

    /// Hands a whole frame to the handler; nil when it is not valid.
    @inlinable
    internal mutating func deliver(
        _ type: UInt8,
        _ payload: UnsafeRawBufferPointer,
        into handler: inout some DownFrameHandler
    ) -> Flow? {
        switch type {
        case FrameType.welcome:
            return unsafe DownFrames.welcome(payload).map { handler.welcome($0) }
        case FrameType.acknowledgement:
            return unsafe DownFrames.acknowledgement(payload).map {
                handler.acknowledgement(applied: $0.applied, durable: $0.durable)
            }
        case FrameType.refusal:
            return unsafe DownFrames.refusal(payload).map { handler.refusal($0) }
        case FrameType.cancel:
            return unsafe DownFrames.cancel(payload).map { handler.cancel($0) }
        case FrameType.resultState:
            return unsafe DownFrames.resultState(payload).map {
                handler.resultState(transfer: $0.transfer, held: $0.held, $0.state)
            }
        case FrameType.expired:
            return unsafe DownFrames.number(payload).map { handler.expired(handle: $0) }
        case FrameType.slowDown:
            return unsafe DownFrames.number(payload).map { handler.slowDown(milliseconds: $0) }
        case FrameType.serverGoodbye:
            return unsafe DownFrames.goodbye(payload).map { handler.goodbye($0.reason, retryAfter: $0.retryAfter) }
        default:
            return unsafe DownFrames.error(payload).map { handler.error($0) }
        }
    }

    @inlinable
    internal mutating func skip(_ type: UInt8, remaining: Int, into handler: inout some DownFrameHandler) -> Flow {
        guard remaining == 0 else {
            state = .skipping(type: type, remaining: remaining)
            return .proceed
        }
        state = .frame
        return handler.skipped(type: type)
    }

    @usableFromInline
    internal mutating func fail(_ code: ErrorCode, _ reason: StaticString) -> DecodedUnit {
        let error = ProtocolError(code, sequence: 0, reason)
        state = .failed(error)
        return .failed(error)
    }

    internal func finish(holdsPartOfFrame: Bool) -> ProtocolError? {
        switch state {
        case .failed(let error): error
        case .opening where !holdsPartOfFrame: ProtocolError(.badOpening, sequence: 0, "the body ended without a frame")
        case .frame where !holdsPartOfFrame, .ended: nil
        default: ProtocolError(.truncated, sequence: 0, "the body ended inside a frame")
        }
    }
}
