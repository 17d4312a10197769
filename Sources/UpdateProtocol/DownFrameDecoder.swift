public import Bytes

/// Takes the frames of a server out of the bytes of its stream; the worker's counterpart of ``UpFrameDecoder``.
///
/// The same promises hold: one pass, cut anywhere, no allocation in the steady state. Downwards nothing can be refused,
/// so that a frame which is not valid fails the stream.
public struct DownFrameDecoder: ~Copyable {
    @usableFromInline internal var machine: DownFrameMachine
    /// The beginning of a frame whose end has not come yet.
    @usableFromInline internal var carry: OutputBuffer

    /// A decoder at the start of a stream.
    public init(limits: UpdateLimits = UpdateLimits()) {
        self.machine = DownFrameMachine(limits: limits)
        self.carry = OutputBuffer(capacity: 64)
    }

    /// Decodes `bytes`, the continuation of what was handed in before.
    @inlinable
    public mutating func decode(
        _ bytes: UnsafeRawBufferPointer,
        into handler: inout some DownFrameHandler
    ) -> DecodeResult {
        var taken = 0
        while taken < bytes.count {
            let unit: DecodedUnit
            if carry.isEmpty {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[taken...])
                unit = unsafe machine.decodeUnit(rest, into: &handler)
                switch unit {
                case .taken(let length, _): taken += length
                case .incomplete:
                    unsafe carry.append(rest)
                    return .ok
                case .failed: break
                }
            } else {
                unit = unsafe completeCarry(bytes, from: &taken, into: &handler)
            }
            switch unit {
            case .taken(_, .stop): return .stopped(consumed: taken)
            case .taken, .incomplete: continue
            case .failed(let error): return .failed(error)
            }
        }
        return machine.failure.map { .failed($0) } ?? .ok
    }

    /// Says what is wrong when the body ends here: nothing, or a cut frame, or no frame at all.
    public borrowing func finish() -> ProtocolError? {
        machine.finish(holdsPartOfFrame: !carry.isEmpty)
    }

    /// Adds some of `bytes` to the carried beginning of a frame and tries that frame once.
    @inlinable
    internal mutating func completeCarry(
        _ bytes: UnsafeRawBufferPointer,
        from taken: inout Int,
        into handler: inout some DownFrameHandler
    ) -> DecodedUnit {
        let held = carry.count
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
