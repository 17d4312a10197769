/// The name of a job: 1 to 64 characters out of `A–Z a–z 0–9 _ -`.
///
/// The characters lie inside the value, so that making, copying and comparing one never allocates. Bytes beyond
/// ``count`` are zero, which lets equality and the keyed hash work on whole words.
public struct TaskID: Hashable, Sendable, CustomStringConvertible {
    /// The characters in memory order, padded with zeros.
    @usableFromInline internal var words: InlineArray<8, UInt64>
    @usableFromInline internal var length: UInt8

    /// The largest number of characters.
    public static let maximumLength = 64

    /// The id that `bytes` spell, or nil unless they are 1 to 64 characters of the alphabet.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 1, bytes.count <= TaskID.maximumLength else { return nil }
        unsafe self.init(trusted: bytes)
        var refused = TaskID.refused(words[0]) & TaskID.places(bytes.count)
        if bytes.count > 8 { refused |= TaskID.refused(words[1]) & TaskID.places(bytes.count - 8) }
        if bytes.count > 16 {
            for index in 2..<8 { refused |= TaskID.refused(words[index]) & TaskID.places(bytes.count - index * 8) }
        }
        if refused != 0 { return nil }
    }

    /// The top bit of each of the first `count` bytes of a word.
    @inline(__always)
    private static func places(_ count: Int) -> UInt64 {
        if count <= 0 { return 0 }
        return count >= 8 ? tops : tops &>> UInt64(64 &- count &* 8)
    }

    private static var tops: UInt64 { 0x8080_8080_8080_8080 }
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// The top bit of each byte of a word that is not of the alphabet, whatever the other bits say.
    @inline(__always)
    private static func refused(_ word: UInt64) -> UInt64 {
        // Sums of two bytes below 128 do not carry into the next byte.
        let low = word & ~tops
        let folded = low | ones &* 0x20
        let isLetter = (folded &+ ones &* (128 - 0x61)) & ~(folded &+ ones &* (127 - 0x7A))
        let isDigit = (low &+ ones &* (128 - 0x30)) & ~(low &+ ones &* (127 - 0x39))
        let isLine = ~((low ^ ones &* 0x5F) &+ ones &* 127)
        let isHyphen = ~((low ^ ones &* 0x2D) &+ ones &* 127)
        return ~(isLetter | isDigit | isLine | isHyphen) | word
    }

    /// The id that `text` spells, or nil unless it is 1 to 64 characters of the alphabet.
    public init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ unsafe TaskID(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    /// The id made of bytes that are known to be in order: at most 64, each of the alphabet.
    internal init(trusted bytes: UnsafeRawBufferPointer) {
        var words = InlineArray<8, UInt64>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyMemory(from: bytes) }
        self.words = words
        self.length = UInt8(truncatingIfNeeded: bytes.count)
    }

    /// True for the characters that a task id may hold.
    @inlinable
    public static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The number of characters, 1 to 64.
    @inlinable public var count: Int { Int(length) }

    /// Calls `body` with the characters, which are valid during the call only.
    @inlinable
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe withUnsafeBytes(of: words) { (all: UnsafeRawBufferPointer) throws(E) -> R in
            try unsafe body(UnsafeRawBufferPointer(rebasing: all[..<count]))
        }
    }

    /// The characters as text.
    public var description: String {
        unsafe withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    public static func == (left: TaskID, right: TaskID) -> Bool {
        var difference = UInt64(left.length ^ right.length)
        for index in 0..<8 { difference |= left.words[index] ^ right.words[index] }
        return difference == 0
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(length)
        for index in 0..<8 { hasher.combine(words[index]) }
    }
}
