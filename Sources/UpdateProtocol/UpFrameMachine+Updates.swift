// The hot half, with UpFrameMachine+Runs.swift. Every load is preceded by one check that its eight bytes are there; all
// arithmetic is on values that were masked to at most 63 bits, so that it cannot overflow and need not be checked.

extension UpFrameMachine {
    /// Collects progress updates as long as eight bytes are left and the integers have their usual lengths.
    ///
    /// Leaves `offset` at the first frame that is anything else; ``decodeUnit(_:into:)`` takes that one.
    @inlinable @inline(__always)
    internal mutating func progressUpdates(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int,
        into batch: inout ProgressCollector,
        upTo limit: Int
    ) {
        guard let base = bytes.baseAddress else { return }
        let last = bytes.count &- 8
        let before = batch.count
        var at = offset
        while at <= last, batch.count < limit {
            let word = unsafe UInt64(littleEndian: (base + at).loadUnaligned(as: UInt64.self))
            let handle: UInt64
            let progress: UInt64
            let length: Int
            if word & 0x80_80_80_80_FF == 0x00_80_00_80_81 {
                // Handle and progress of two bytes each: jobs 128 to 16,383, nearly any progress.
                handle = (word &>> 8) & 0x7F | (word &>> 9) & 0x3F80
                progress = (word &>> 24) & 0x7F | (word &>> 25) & 0x3F80
                length = 5
            } else if word & 0xFF == UInt64(FrameType.progressUpdate) {
                // A handle of one to three bytes: the first clear high bit ends it.
                let ends = ~(word &>> 8) & 0x80_80_80
                if ends == 0 { break }
                let handleBits = UInt64(ends.trailingZeroBitCount) &+ 1
                let field = (word &>> 8) & ((1 &<< handleBits) &- 1)
                handle = field & 0x7F | (field &>> 1) & 0x3F80 | (field &>> 2) & 0x1F_C000
                let rest = word &>> (8 &+ handleBits)
                if rest & 0x8080 == 0x8080 { break }
                let isShort = rest & 0x80 == 0
                progress = rest & 0x7F | (isShort ? 0 : (rest &>> 1) & 0x3F80)
                length = 1 &+ Int(truncatingIfNeeded: handleBits &>> 3) &+ (isShort ? 1 : 2)
            } else {
                break
            }
            if progress > UInt64(UpdateLimits.maximumProgress) { break }
            at &+= length
            batch.append(handle, progress)
        }
        offset = at
        sequence &+= UInt64(batch.count &- before)
    }
}
