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
        guard unsafe bytes.allSatisfy(TaskID.isAllowed) else { return nil }
        unsafe self.init(trusted: bytes)
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
