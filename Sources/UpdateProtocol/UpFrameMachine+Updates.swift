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
                // Handle and progress of two bytes each: jobs 128 to 16,383, nearly any progress. Both are put together
                // at once, in the halves of a word of 32 bits.
                let fields = UInt32(truncatingIfNeeded: word &>> 8)
                let both = fields & 0x007F_007F | (fields &>> 1) & 0x3F80_3F80
                handle = UInt64(both & 0xFFFF)
                progress = UInt64(both &>> 16)
                length = 5
            } else if word & 0xFF == UInt64(FrameType.progressUpdate) {
                guard let pair = ShortPair(word &>> 8) else { break }
                handle = pair.number
                progress = pair.progress
                length = pair.length &+ 1
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

/// A number of one to three bytes, and a progress of one or two behind it: a handle, or the step from one to the next.
@usableFromInline
internal struct ShortPair {
    @usableFromInline internal let number: UInt64
    @usableFromInline internal let progress: UInt64
    /// Bytes of both.
    @usableFromInline internal let length: Int

    /// Reads the lowest five bytes of `word`; nil when one of the two is longer.
    @inlinable @inline(__always)
    internal init?(_ word: UInt64) {
        // The first clear high bit ends the number.
        let ends = ~word & 0x80_80_80
        if ends == 0 { return nil }
        let bits = UInt64(ends.trailingZeroBitCount) &+ 1
        let field = word & ((1 &<< bits) &- 1)
        number = field & 0x7F | (field &>> 1) & 0x3F80 | (field &>> 2) & 0x1F_C000
        let rest = word &>> bits
        if rest & 0x8080 == 0x8080 { return nil }
        let isShort = rest & 0x80 == 0
        progress = rest & 0x7F | (isShort ? 0 : (rest &>> 1) & 0x3F80)
        length = Int(truncatingIfNeeded: bits &>> 3) &+ (isShort ? 1 : 2)
    }
}
