/// Tests of eight bytes at once. The first byte is the least significant.
///
/// Results have the high bit of a byte set where the byte passes the test. ``controls(in:)`` and ``targetStops(in:)``
/// subtract across bytes, so a byte above the first hit may be marked wrongly: only the first hit counts.
enum Word {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let lows: UInt64 = 0x7f7f_7f7f_7f7f_7f7f

    /// `byte` in all eight places.
    @inline(__always)
    private static func all(_ byte: UInt8) -> UInt64 { ones &* UInt64(byte) }

    /// The index of the first marked byte; `marks` must not be 0.
    @inline(__always)
    static func firstIndex(_ marks: UInt64) -> Int { marks.trailingZeroBitCount &>> 3 }

    /// Marks bytes below `limit`, which is at most 128; exact up to the first hit.
    @inline(__always)
    private static func less(_ word: UInt64, than limit: UInt8) -> UInt64 { (word &- all(limit)) & ~word & highs }

    /// Marks zero bytes; exact up to the first hit.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { less(word, than: 1) }

    /// Marks the control characters: below space, and DEL. Exact up to the first hit.
    @inline(__always)
    static func controls(in word: UInt64) -> UInt64 {
        less(word, than: 0x20) | zeros(word ^ all(0x7f))
    }

    /// Marks what may end a part of a request target: up to `!`, `"`, `#`, `<`, `=`, `>`, `?`, DEL and beyond ASCII.
    /// Of these `!` and `=` do not; the caller looks twice. Exact up to the first hit.
    @inline(__always)
    static func targetStops(in word: UInt64) -> UInt64 {
        // 0x22 and 0x23 differ in the last bit, 0x3c to 0x3f in the last two.
        let quotes = less(word, than: 0x24)
        let angles = zeros((word & all(0xfc)) ^ all(0x3c))
        return quotes | angles | zeros(word ^ all(0x7f)) | (word & highs)
    }

    /// Marks bytes that are neither ASCII letters nor hyphens; exact for each byte.
    @inline(__always)
    static func neitherLettersNorHyphens(in word: UInt64) -> UInt64 {
        // Seven-bit additions, so that no byte carries into the next.
        let folded = (word | all(0x20)) & lows
        let fromA = folded &+ all(0x80 - UInt8(ascii: "a"))
        let beyondZ = folded &+ all(0x7f - UInt8(ascii: "z"))
        let hyphen = ~(((word ^ all(UInt8(ascii: "-"))) & lows) &+ lows)
        return ~((fromA & ~beyondZ) | hyphen) & highs | (word & highs)
    }

    /// True when `word` is `lowercase`, ASCII letters in either case; `lowercase` has no capitals and no controls.
    @inline(__always)
    static func matches(_ word: UInt64, _ lowercase: UInt64) -> Bool {
        // Setting 0x20 folds letters. It would also fold control characters into punctuation, which have neither 0x20
        // nor 0x40 set, and `@ [ \ ] ^ _` into characters that our literals do not hold.
        guard word | all(0x20) == lowercase else { return false }
        return (word | (word &<< 1)) & all(0x40) == all(0x40)
    }
}
