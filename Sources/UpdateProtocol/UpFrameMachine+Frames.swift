extension UpFrameMachine {
    /// The first frame, which must be a hello.
    @inlinable
    internal mutating func opening(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        guard unsafe bytes[0] == FrameType.hello else { return fail(.badOpening, "the first frame is not a hello") }
        switch unsafe FrameHeading.read(bytes, limits: limits) {
        case .incomplete: return .incomplete
        case .failed(let code, let reason): return fail(code, reason)
        case .heading(let start, let length):
            guard bytes.count - start >= length else { return .incomplete }
            let payload = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
            guard unsafe UpFrames.speaksThisVersion(payload) else {
                return fail(.unsupportedVersion, "this server speaks version 1")
            }
            switch unsafe UpFrames.hello(payload) {
            case .malformed(let reason, _): return fail(.badOpening, reason)
            case .frame(let hello):
                state = .frame
                sequence = hello.firstSequence
                return .taken(start + length, handler.hello(hello))
            }
        }
    }

    /// One frame of any type but hello.
    @inlinable
    internal mutating func frame(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        let type = unsafe bytes[0]
        if type >= FrameType.update { return unsafe update(bytes, into: &handler) }
        if type == FrameType.run || type == FrameType.denseRun { return unsafe runHeading(bytes) }
        if type == FrameType.hello { return fail(.badOpening, "a second hello") }
        let isKnown = type >= FrameType.bind && type <= FrameType.goodbye
        guard isKnown || FrameType.isOptional(type) else {
            return fail(.unsupportedFrame, "a frame of an unknown mandatory type")
        }
        switch unsafe FrameHeading.read(bytes, limits: limits) {
        case .incomplete: return .incomplete
        case .failed(let code, let reason): return fail(code, reason)
        case .heading(let start, let length):
            if !isKnown { return .taken(start, skip(type, remaining: length, into: &handler)) }
            let payload = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + length)])
            if type == FrameType.resultBytes {
                return unsafe resultBytesHeading(payload, at: start, length: length, into: &handler)
            }
            guard payload.count == length else { return .incomplete }
            return unsafe .taken(start + length, deliver(type, payload, into: &handler))
        }
    }

    /// An update, whose end is known only when its fields have been read.
    @inlinable
    internal mutating func update(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        var frame = UpdateFrame()
        switch unsafe UpFrames.update(bytes, limits: limits, into: &frame) {
        case .incomplete: return .incomplete
        case .failed(let code, let reason): return fail(code, reason)
        case .malformed(let reason, let subject, let length):
            return .taken(length, handler.malformed(reason, subject: subject, sequence: takeSequence()))
        case .frame(let length):
            let item = takeSequence()
            // Progress alone in an unusual encoding, or at the end of the bytes.
            if unsafe bytes[0] == FrameType.progressUpdate, let basisPoints = frame.basisPoints {
                return .taken(length, handler.progress(handle: frame.handle, basisPoints: basisPoints, sequence: item))
            }
            return .taken(length, handler.update(frame, sequence: item))
        }
    }

    /// The heading of a result bytes frame, whose bytes are not collected.
    @inlinable
    internal mutating func resultBytesHeading(
        _ payload: UnsafeRawBufferPointer,
        at start: Int,
        length: Int,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        switch unsafe VariableInteger.decode(payload) {
        case .incomplete where payload.count < length: return .incomplete
        case .value(let number, let width):
            guard let transfer = UInt32(exactly: number) else { break }
            let flow =
                width == length
                ? unsafe resultBytes(
                    transfer,
                    UnsafeRawBufferPointer(start: nil, count: 0),
                    remaining: 0,
                    into: &handler
                )
                : Flow.proceed
            if width < length { state = .resultBytes(transfer: transfer, remaining: length - width) }
            return .taken(start + width, flow)
        default: break
        }
        guard payload.count == length else { return .incomplete }
        let flow = handler.malformed("transfer out of range", subject: .none, sequence: takeSequence())
        return .taken(start + length, flow)
    }

    @inlinable
    internal mutating func resultBytes(
        _ transfer: UInt32,
        _ piece: UnsafeRawBufferPointer,
        remaining: Int,
        into handler: inout some UpFrameHandler
    ) -> Flow {
        let item = sequence
        let ends = remaining == 0
        state = ends ? .frame : .resultBytes(transfer: transfer, remaining: remaining)
        if ends { sequence &+= 1 }
        return unsafe handler.resultBytes(transfer: transfer, piece, endsFrame: ends, sequence: item)
    }

    @inlinable
    internal mutating func skip(_ type: UInt8, remaining: Int, into handler: inout some UpFrameHandler) -> Flow {
        guard remaining == 0 else {
            state = .skipping(type: type, remaining: remaining)
            return .proceed
        }
        state = .frame
        return handler.skipped(type: type, sequence: takeSequence())
    }
}
