/// The state of an ``UpFrameDecoder`` between two frames or within a long one: a value without memory of its own.
@usableFromInline
internal struct UpFrameMachine {
    @usableFromInline
    internal enum State {
        /// No frame yet. Then `frame`, by hello.
        case opening
        /// Between two frames. Then any but `opening`.
        case frame
        /// In a run: this many entries to come, after an entry of this handle. Then `frame`.
        case run(remaining: UInt64, handle: UInt64)
        /// In a dense run: this many entries to come, the next of this handle. Then `frame`.
        case denseRun(remaining: UInt64, handle: UInt64)
        /// In a result bytes frame: this many bytes to come. Then `frame`.
        case resultBytes(transfer: UInt32, remaining: Int)
        /// In an optional frame of an unknown type: this many bytes to come. Then `frame`.
        case skipping(type: UInt8, remaining: Int)
        /// After goodbye. Then `failed`, should another byte come.
        case ended
        case failed(ProtocolError)
    }

    @usableFromInline internal let limits: UpdateLimits
    @usableFromInline internal var state = State.opening
    /// The number of the item that is being read, or is next; 0 before hello.
    @usableFromInline internal var sequence: UInt64 = 0

    internal init(limits: UpdateLimits) {
        self.limits = limits
    }

    @usableFromInline internal var failure: ProtocolError? {
        if case .failed(let error) = state { error } else { nil }
    }

    /// Reads units until the bytes are used up, the handler stops, or the stream fails; `offset` says how far it came.
    @inlinable
    internal mutating func decode(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        // Memory on the stack costs nothing, but is for small pieces only.
        if bytes.count - offset < Self.fewBytes {
            return unsafe withUnsafeTemporaryAllocation(byteCount: 768, alignment: 8) { memory in
                unsafe decode(bytes, from: &offset, collecting: ProgressCollector(in: memory), into: &handler)
            }
        }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 49_152, alignment: 8) { memory in
            unsafe decode(bytes, from: &offset, collecting: ProgressCollector(in: memory), into: &handler)
        }
    }

    /// Fewer bytes than this hold at most the 128 reports that fit on the stack.
    @usableFromInline internal static var fewBytes: Int { 384 }

    /// The same, with somewhere to collect reports of progress, so that the handler gets many at once.
    @inlinable @inline(never)
    internal mutating func decode(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int,
        collecting empty: ProgressCollector,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        while offset < bytes.count {
            let start = (machine: self, offset: offset)
            var batch = empty
            unsafe collect(bytes, from: &offset, into: &batch, upTo: batch.capacity)
            if batch.count > 0 {
                let (taken, flow) = unsafe handler.progress(
                    ProgressBatch(
                        handles: UnsafeBufferPointer(start: batch.handles, count: batch.count),
                        basisPoints: UnsafeBufferPointer(start: batch.basisPoints, count: batch.count),
                        firstSequence: start.machine.sequence
                    )
                )
                if taken < batch.count {
                    // Back to the beginning, and to the byte behind the last report that was taken.
                    self = start.machine
                    offset = start.offset
                    batch.count = 0
                    unsafe collect(bytes, from: &offset, into: &batch, upTo: taken)
                    return .taken(offset, .stop)
                }
                if flow == .stop { return .taken(offset, .stop) }
                if batch.count == batch.capacity { continue }
            }
            // Whatever was not collected: another type, an unusual encoding, or the last bytes.
            guard offset < bytes.count else { break }
            let unit = unsafe decodeUnit(UnsafeRawBufferPointer(rebasing: bytes[offset...]), into: &handler)
            guard case .taken(let length, let flow) = unit else { return unit }
            offset += length
            if flow == .stop { return .taken(offset, .stop) }
        }
        return .taken(offset, .proceed)
    }

    /// Collects reports, of several runs and between them, until `batch` holds `limit` or something else comes.
    @inlinable @inline(__always)
    internal mutating func collect(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int,
        into batch: inout ProgressCollector,
        upTo limit: Int
    ) {
        while batch.count < limit, offset < bytes.count {
            switch state {
            case .frame:
                unsafe progressUpdates(bytes, from: &offset, into: &batch, upTo: limit)
                guard batch.count < limit, offset < bytes.count else { return }
                let type = unsafe bytes[offset]
                guard type == FrameType.run || type == FrameType.denseRun else { return }
                // A heading is no item, so that what comes behind it may go on in the same batch.
                let heading = unsafe runHeading(UnsafeRawBufferPointer(rebasing: bytes[offset...]), isTrial: true)
                guard case .taken(let length, _) = heading else { return }
                offset += length
            case .run(let remaining, let handle):
                unsafe entries(remaining, after: handle, of: bytes, from: &offset, into: &batch, upTo: limit)
                if case .run = state { return }
            case .denseRun(let remaining, let handle):
                unsafe denseEntries(remaining, at: handle, of: bytes, from: &offset, into: &batch, upTo: limit)
                if case .denseRun = state { return }
            default: return
            }
        }
    }

    /// Reads one unit at the start of `bytes`, which are not empty.
    @inlinable @inline(never)
    internal mutating func decodeUnit(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        switch state {
        case .opening: return unsafe opening(bytes, into: &handler)
        case .frame: return unsafe frame(bytes, into: &handler)
        case .run(let remaining, let handle):
            return unsafe entry(bytes, remaining: remaining, after: handle, into: &handler)
        case .denseRun(let remaining, let handle):
            return unsafe denseEntry(bytes, remaining: remaining, handle: handle, into: &handler)
        case .resultBytes(let transfer, let remaining):
            let count = min(remaining, bytes.count)
            let piece = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count])
            return unsafe .taken(count, resultBytes(transfer, piece, remaining: remaining - count, into: &handler))
        case .skipping(let type, let remaining):
            let count = min(remaining, bytes.count)
            return .taken(count, skip(type, remaining: remaining - count, into: &handler))
        case .ended: return fail(.afterGoodbye, "bytes after goodbye")
        case .failed(let error): return .failed(error)
        }
    }

    /// Ends the stream: nothing is decoded any more.
    @usableFromInline
    internal mutating func fail(_ code: ErrorCode, _ reason: StaticString) -> DecodedUnit {
        let error = ProtocolError(code, sequence: sequence, reason)
        state = .failed(error)
        return .failed(error)
    }

    internal func finish(holdsPartOfFrame: Bool) -> ProtocolError? {
        switch state {
        case .failed(let error): error
        case .opening where !holdsPartOfFrame:
            ProtocolError(.badOpening, sequence: 0, "the body ended without a hello")
        case .frame, .ended:
            holdsPartOfFrame ? ProtocolError(.truncated, sequence: sequence, "the body ended inside a frame") : nil
        default: ProtocolError(.truncated, sequence: sequence, "the body ended inside a frame")
        }
    }

    /// Gives the present item's number out and goes on to the next.
    @inlinable
    internal mutating func takeSequence() -> UInt64 {
        defer { sequence &+= 1 }
        return sequence
    }
}
