// Runs. Their entries are read one by one and their headings hold nothing, so that a run of any length needs no memory.

extension UpFrameMachine {
    /// The heading of a run of either kind. On a trial, one that is not valid is left for the next attempt, and changes
    /// nothing.
    @usableFromInline
    internal mutating func runHeading(_ bytes: UnsafeRawBufferPointer, isTrial: Bool = false) -> DecodedUnit {
        let isDense = unsafe bytes[0] == FrameType.denseRun
        var reader = unsafe FrameReader(bytes, from: 1)
        let count = reader.integer()
        if isTrial, reader.hasFailed || count == 0 || count > UInt64(limits.maximumFrame) { return .incomplete }
        if !reader.hasFailed {
            if count == 0 { return fail(.malformedFrame, "a run without entries") }
            if count > UInt64(limits.maximumFrame) { return fail(.frameTooLong, "a run of too many entries") }
        }
        let first = isDense ? reader.integer() : 0
        if isTrial, reader.hasFailed { return .incomplete }
        if reader.isOverlong { return fail(.integerTooLong, "an integer of a run is longer than nine bytes") }
        if reader.isTruncated { return .incomplete }
        state =
            isDense
            ? .denseRun(remaining: count, handle: min(first, Self.beyondHandles))
            : .run(remaining: count, handle: 0)
        return .taken(reader.position, .proceed)
    }

    /// Collects entries of a run as long as eight bytes are left and the integers have their usual lengths.
    @inlinable @inline(__always)
    internal mutating func entries(
        _ remaining: UInt64,
        after handle: UInt64,
        of bytes: UnsafeRawBufferPointer,
        from offset: inout Int,
        into batch: inout ProgressCollector,
        upTo limit: Int
    ) {
        guard let base = bytes.baseAddress else { return }
        let last = bytes.count &- 8
        let before = batch.count
        let end = before &+ Int(min(remaining, UInt64(limit &- before)))
        var at = offset
        var handle = handle
        while batch.count < end, at <= last {
            let word = unsafe UInt64(littleEndian: (base + at).loadUnaligned(as: UInt64.self))
            let next: UInt64
            let progress: UInt64
            let length: Int
            if word & 0x80_80_80 == 0x00_80_00 {
                // As most are: a step below 128, and nearly any progress.
                next = handle &+ word & 0x7F
                progress = (word &>> 8) & 0x7F | (word &>> 9) & 0x3F80
                length = 3
            } else {
                guard let pair = ShortPair(word) else { break }
                next = handle &+ pair.number
                progress = pair.progress
                length = pair.length
            }
            if progress > UInt64(UpdateLimits.maximumProgress) || next > UInt64(UInt32.max) { break }
            handle = next
            at &+= length
            batch.append(handle, progress)
        }
        offset = at
        let taken = UInt64(batch.count &- before)
        sequence &+= taken
        state = remaining == taken ? .frame : .run(remaining: remaining &- taken, handle: handle)
    }

    /// Collects whole entries of a dense run.
    @inlinable @inline(__always)
    internal mutating func denseEntries(
        _ remaining: UInt64,
        at handle: UInt64,
        of bytes: UnsafeRawBufferPointer,
        from offset: inout Int,
        into batch: inout ProgressCollector,
        upTo limit: Int
    ) {
        guard let base = bytes.baseAddress else { return }
        let last = bytes.count &- 2
        let before = batch.count
        let end = before &+ Int(min(remaining, UInt64(limit &- before)))
        var at = offset
        var handle = handle
        while batch.count < end, at <= last {
            let progress = unsafe UInt16(littleEndian: (base + at).loadUnaligned(as: UInt16.self))
            if progress > UpdateLimits.maximumProgress || handle > UInt64(UInt32.max) { break }
            batch.append(handle, UInt64(progress))
            handle &+= 1
            at &+= 2
        }
        offset = at
        let taken = UInt64(batch.count &- before)
        sequence &+= taken
        state = remaining == taken ? .frame : .denseRun(remaining: remaining &- taken, handle: handle)
    }

    /// One entry of a run in any encoding.
    @inlinable
    internal mutating func entry(
        _ bytes: UnsafeRawBufferPointer,
        remaining: UInt64,
        after handle: UInt64,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        switch unsafe readEntry(bytes) {
        case .incomplete: return .incomplete
        case .tooLong: return fail(.integerTooLong, "an integer of a run is longer than nine bytes")
        case .pair(let delta, let progress, let length):
            // Beyond the largest handle the sum stays beyond it: neither overflows, and every later entry is refused.
            let next = min(handle &+ min(delta, Self.beyondHandles), Self.beyondHandles)
            state = remaining == 1 ? .frame : .run(remaining: remaining &- 1, handle: next)
            return .taken(length, deliverEntry(handle: next, progress: progress, into: &handler))
        }
    }

    /// One entry of a dense run.
    @inlinable
    internal mutating func denseEntry(
        _ bytes: UnsafeRawBufferPointer,
        remaining: UInt64,
        handle: UInt64,
        into handler: inout some UpFrameHandler
    ) -> DecodedUnit {
        guard bytes.count >= 2 else { return .incomplete }
        let progress = unsafe UInt64(bytes[0]) | UInt64(bytes[1]) &<< 8
        state = remaining == 1 ? .frame : .denseRun(remaining: remaining &- 1, handle: handle &+ 1)
        return .taken(2, deliverEntry(handle: handle, progress: progress, into: &handler))
    }

    @inlinable
    internal mutating func deliverEntry(
        handle: UInt64,
        progress: UInt64,
        into handler: inout some UpFrameHandler
    ) -> Flow {
        let item = takeSequence()
        guard let name = UInt32(exactly: handle) else {
            return handler.malformed("handle out of range", subject: .none, sequence: item)
        }
        guard progress <= UInt64(UpdateLimits.maximumProgress) else {
            return handler.malformed("progress above 10,000", subject: .handle(name), sequence: item)
        }
        return handler.progress(handle: name, basisPoints: UInt16(progress), sequence: item)
    }

    /// A number that no handle reaches.
    @usableFromInline internal static var beyondHandles: UInt64 { UInt64(UInt32.max) + 1 }
}

/// Two integers that stand together, or why they do not.
@usableFromInline
internal enum RunEntry {
    case pair(UInt64, UInt64, length: Int)
    case incomplete
    case tooLong
}

@usableFromInline
internal func readEntry(_ bytes: UnsafeRawBufferPointer) -> RunEntry {
    var reader = unsafe FrameReader(bytes)
    let delta = reader.integer()
    let progress = reader.integer()
    if reader.isOverlong { return .tooLong }
    if reader.isTruncated { return .incomplete }
    return .pair(delta, progress, length: reader.position)
}
