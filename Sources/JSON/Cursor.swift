/// A position in borrowed bytes, with the few steps that reading JSON is made of.
///
/// It owns nothing: whoever makes one keeps the bytes alive for as long as it is used, which is one call of a public
/// function in this module.
@safe
struct Cursor {
    private let base: UnsafeRawPointer
    /// The number of bytes before the position.
    private(set) var offset = 0
    /// The number of bytes in all.
    let end: Int

    /// A cursor at the start of `bytes`.
    init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; any will do, because nothing is ever read from it.
        unsafe base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
        end = bytes.count
    }

    /// True when no byte is left.
    @inline(__always)
    var isAtEnd: Bool { offset >= end }

    /// The byte at the position; traps at the end.
    @inline(__always)
    var byte: UInt8 {
        precondition(offset < end, "read at \(offset) of \(end) bytes")
        return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Steps over one byte; traps at the end.
    @inline(__always)
    mutating func advance() {
        precondition(offset < end, "advance at \(offset) of \(end) bytes")
        offset &+= 1
    }

    /// Returns the byte at the position and steps over it; traps at the end.
    @inline(__always)
    mutating func next() -> UInt8 {
        let value = byte
        offset &+= 1
        return value
    }

    /// Goes to `position`, which must not lie beyond the end.
    mutating func move(to position: Int) {
        precondition(position >= 0 && position <= end, "move to \(position) of \(end) bytes")
        offset = position
    }

    /// The bytes from `start` up to the position, valid as long as the cursor's own.
    @inline(__always)
    func bytes(from start: Int) -> UnsafeRawBufferPointer {
        precondition(start >= 0 && start <= offset, "bytes from \(start) to \(offset)")
        return unsafe UnsafeRawBufferPointer(start: base + start, count: offset &- start)
    }

    /// Steps over digits.
    @inline(__always)
    mutating func skipDigits() {
        while offset < end {
            let value = unsafe base.load(fromByteOffset: offset, as: UInt8.self)
            guard value &- UInt8(ascii: "0") < 10 else { return }
            offset &+= 1
        }
    }

    /// Steps over the whitespace of RFC 8259 §2; in most texts there is none.
    @inline(__always)
    mutating func skipWhitespace() {
        if offset < end, byte <= 0x20 { skipWhitespaceRun() }
    }

    private mutating func skipWhitespaceRun() {
        while offset < end {
            // Indentation comes in long runs of spaces.
            while end &- offset >= 8, unsafe word == 0x2020_2020_2020_2020 { offset &+= 8 }
            guard offset < end, Self.isWhitespace(byte) else { return }
            offset &+= 1
        }
    }

    /// Steps over the bytes that stand for themselves in a string: ASCII from 0x20 on, but not `"` and `\`.
    @inline(__always)
    mutating func skipPlainText() {
        while end &- offset >= 8 {
            let special = unsafe Self.specialBytes(of: word)
            guard special == 0 else {
                offset &+= special.trailingZeroBitCount &>> 3
                return
            }
            offset &+= 8
        }
        while offset < end, Self.isPlain(byte) { offset &+= 1 }
    }

    /// Steps over the bytes of a string that is known to be valid, up to its next `"` or `\`.
    @inline(__always)
    mutating func skipValidText() {
        while end &- offset >= 8 {
            let special = unsafe Self.quotesAndBackslashes(in: word)
            guard special == 0 else {
                offset &+= special.trailingZeroBitCount &>> 3
                return
            }
            offset &+= 8
        }
        while offset < end, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { offset &+= 1 }
    }

    /// Steps over the character at the position, which begins with a byte from 0x80 on; false, and no step, when it is
    /// no whole one.
    @inline(__always)
    mutating func skipCharacter() -> Bool {
        let start = offset
        if var sequence = UTF8Sequence(lead: next()) {
            while sequence.remaining > 0, !isAtEnd, sequence.take(byte) { offset &+= 1 }
            if sequence.remaining == 0 { return true }
        }
        offset = start
        return false
    }

    /// Steps over what follows a backslash; false, and no step, when it is no whole escape.
    @inline(__always)
    mutating func skipEscape() -> Bool {
        guard offset < end else { return false }
        if byte == UInt8(ascii: "u") {
            guard end &- offset >= 5 else { return false }
            let digits = unsafe base.loadUnaligned(fromByteOffset: offset &+ 1, as: UInt32.self)
            guard Self.areHexadecimal(digits) else { return false }
            offset &+= 5
            return true
        }
        guard Self.isSimpleEscape(byte) else { return false }
        offset &+= 1
        return true
    }

    /// True for the letters that stand for one character behind a backslash (RFC 8259 §7).
    @inline(__always)
    private static func isSimpleEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            true
        default:
            false
        }
    }

    /// True when all four bytes are hexadecimal digits. No step carries from one byte into the next, because the top
    /// bits are clear while numbers are added.
    @inline(__always)
    private static func areHexadecimal(_ bytes: UInt32) -> Bool {
        guard bytes & 0x8080_8080 == 0 else { return false }
        // A byte's top bit says that it is at least the first of a range, or above its last.
        let isDigit = (bytes &+ 0x5050_5050) & ~(bytes &+ 0x4646_4646)
        let lowered = bytes | 0x2020_2020
        let isLetter = (lowered &+ 0x1F1F_1F1F) & ~(lowered &+ 0x1919_1919)
        return (isDigit | isLetter) & 0x8080_8080 == 0x8080_8080
    }

    /// The next eight bytes, the first one lowest; there must be eight.
    @unsafe @inline(__always)
    private var word: UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Sets the top bit of each byte that ends a run of plain text.
    @inline(__always)
    private static func specialBytes(of word: UInt64) -> UInt64 {
        quotesAndBackslashes(in: word) | ((word &- ones &* 0x20) & ~word | word) & tops
    }

    /// Sets the top bit of each quotation mark and backslash.
    ///
    /// Like the comparison with 0x20 above it is exact up to and including the lowest bit set, which is the only one
    /// looked at: a byte can only be taken for another when the subtraction borrowed from it, for one below that was
    /// found.
    @inline(__always)
    private static func quotesAndBackslashes(in word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        return ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & tops
    }

    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    @inline(__always)
    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
