public import Bytes

/// Takes the frames of a worker out of the bytes of its stream, in one pass.
///
/// The bytes may be cut anywhere. Whole frames are read where they lie and handed to the handler one by one; only a
/// frame that the end of the bytes cuts is copied, into a buffer that never holds more than one frame and that is kept
/// for the next. Nothing is allocated once that buffer has been needed. What the handler sees does not depend on where
/// the bytes were cut, result bytes aside, which are handed on as they come.
///
/// The decoder judges what can be judged without the jobs: how frames are delimited, their order (hello, frames,
/// goodbye), widths, texts and ranges. An item that is wrong in itself goes to
/// ``UpFrameHandler/malformed(_:subject:sequence:)`` and spoils nothing else. It belongs to one thread at a time.
public struct UpFrameDecoder: ~Copyable {
    @usableFromInline internal var machine: UpFrameMachine
    /// The beginning of a frame whose end has not come yet.
    @usableFromInline internal var carry: OutputBuffer

    /// A decoder at the start of a stream.
    public init(limits: UpdateLimits = UpdateLimits()) {
        self.machine = UpFrameMachine(limits: limits)
        self.carry = OutputBuffer(capacity: 64)
    }

    /// The sequence number that the next item takes; 0 before hello.
    public var nextSequence: UInt64 { machine.sequence }

    /// Decodes `bytes`, the continuation of what was handed in before.
    @inlinable
    public mutating func decode(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some UpFrameHandler
    ) -> DecodeResult {
        var taken = 0
        while !carry.isEmpty, taken < bytes.count {
            switch unsafe completeCarry(bytes, from: &taken, into: &handler) {
            case .taken(_, .stop): return .stopped(consumed: taken)
            case .taken, .incomplete: continue
            case .failed(let error): return .failed(error)
            }
        }
        guard taken < bytes.count else { return machine.failure.map { .failed($0) } ?? .ok }
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[taken...])
        var offset = 0
        switch unsafe machine.decode(rest, from: &offset, into: &handler) {
        case .taken(_, .stop): return .stopped(consumed: taken + offset)
        case .taken: return .ok
        case .incomplete:
            unsafe carry.append(UnsafeRawBufferPointer(rebasing: rest[offset...]))
            return .ok
        case .failed(let error): return .failed(error)
        }
    }

    /// Says what is wrong when the body ends here: nothing, or a cut frame, or no hello.
    public borrowing func finish() -> ProtocolError? {
        machine.finish(holdsPartOfFrame: !carry.isEmpty)
    }

    /// Adds some of `bytes` to the carried beginning of a frame and tries that frame once.
    @inlinable @inline(never)
    internal mutating func completeCarry(
        _ bytes: UnsafeRawBufferPointer,
        from taken: inout Int,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        let held = carry.count
        // Twice as much each time: a long frame is tried a few times only, and a short one copies little beyond itself.
        let more = min(bytes.count - taken, max(held, 64))
        unsafe carry.append(UnsafeRawBufferPointer(rebasing: bytes[taken..<taken + more]))
        var machine = self.machine
        let unit = unsafe carry.withBytes { unsafe machine.decodeUnit($0, into: &handler) }
        self.machine = machine
        if case .taken(let length, _) = unit {
            taken += length - held
            carry.removeAll()
        } else {
            taken += more
        }
        return unit
    }
}

/// What came of the attempt to read one frame, one entry of a run, or one piece of a longer frame.
@usableFromInline
internal enum DecodedUnit {
    /// `length` bytes (at least one) are done with.
    case taken(Int, Flow)
    /// The bytes end within the unit, which is to be tried again from its start with more of them.
    case incomplete
    case failed(ProtocolError)
}
