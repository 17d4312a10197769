extension UpFrameMachine {
    /// Hands a whole frame with a length to the handler, or says why it must be refused.
    @inlinable
    internal mutating func deliver(
        _ type: UInt8,
        _ payload: UnsafeRawBufferPointer,
        into handler: inout some UpFrameHandler
    ) -> Flow {
        let item = takeSequence()
        switch type {
        case FrameType.bind:
            switch unsafe UpFrames.bind(payload) {
            case .frame(let frame): return handler.bind(frame, sequence: item)
            case .malformed(let reason, let about):
                return handler.malformed(reason, subject: about, sequence: item)
            }
        case FrameType.start, FrameType.complete, FrameType.retry:
            switch unsafe UpFrames.handleAndAttempt(payload) {
            case .frame((let handle, let attempt)) where type == FrameType.start:
                return handler.start(handle: handle, attempt: attempt, sequence: item)
            case .frame((let handle, let attempt)) where type == FrameType.complete:
                return handler.complete(handle: handle, attempt: attempt, sequence: item)
            case .frame((let handle, let attempt)):
                return handler.retry(handle: handle, attempt: attempt, sequence: item)
            case .malformed(let reason, let about):
                return handler.malformed(reason, subject: about, sequence: item)
            }
        case FrameType.fail:
            switch unsafe UpFrames.fail(payload, limits: limits) {
            case .frame(let frame): return handler.fail(frame, sequence: item)
            case .malformed(let reason, let about):
                return handler.malformed(reason, subject: about, sequence: item)
            }
        case FrameType.resultBegin:
            switch unsafe UpFrames.resultBegin(payload) {
            case .frame(let frame): return handler.resultBegin(frame, sequence: item)
            case .malformed(let reason, let about):
                return handler.malformed(reason, subject: about, sequence: item)
            }
        case FrameType.resultEnd:
            switch unsafe UpFrames.resultEnd(payload) {
            case .frame(let frame): return handler.resultEnd(frame, sequence: item)
            case .malformed(let reason, let about):
                return handler.malformed(reason, subject: about, sequence: item)
            }
        case FrameType.cancelAnswer:
            switch unsafe UpFrames.cancelAnswer(payload) {
            case .frame((let handle, let answer)):
                return handler.cancelAnswer(handle: handle, answer, sequence: item)
            case .malformed(let reason, let about):
                return handler.malformed(reason, subject: about, sequence: item)
            }
        case FrameType.unbind:
            switch unsafe UpFrames.unbind(payload) {
            case .frame(let handle): return handler.unbind(handle: handle, sequence: item)
            case .malformed(let reason, let about):
                return handler.malformed(reason, subject: about, sequence: item)
            }
        case FrameType.flush:
            return handler.flush(sequence: item)
        default:
            // Goodbye: `frame(_:into:)` lets no other type through.
            state = .ended
            return handler.goodbye(sequence: item)
        }
    }
}
