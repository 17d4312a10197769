/// Why bytes are not the JSON that was asked for, and where.
public struct JSONFailure: Error, Equatable, Sendable {
    /// What was wrong.
    public enum Reason: UInt8, Sendable {
        /// A byte that the grammar does not allow there.
        case unexpectedByte
        /// The bytes ended inside the value, or before it.
        case unexpectedEnd
        /// Bytes other than whitespace after the value.
        case trailingBytes
        /// A string holds bytes that are not UTF-8 (RFC 3629: no surrogates, no overlong forms).
        case invalidUTF8
        /// A string holds a byte below 0x20 that is not escaped.
        case controlCharacter
        /// A backslash is followed by something that is not an escape.
        case invalidEscape
        /// Arrays and objects are nested deeper than the limit.
        case tooDeep
        /// An object names a key twice (``JSONValue`` only: RFC 8259 leaves it open).
        case duplicateKey
        /// An escape names half of a surrogate pair (``JSONValue`` only: the grammar of RFC 8259 allows it).
        case loneSurrogate
        /// The document is longer than the limit (``JSONValue`` only).
        case tooLong
    }

    /// The number of bytes before the offending one, counted from the start of the document.
    public let offset: Int
    /// What was wrong there.
    public let reason: Reason

    /// A failure at `offset`.
    public init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }
}

extension JSONFailure: CustomStringConvertible {
    /// One line for people, such as `unexpected byte at byte 17`.
    public var description: String {
        "\(words) at byte \(offset)"
    }

    private var words: String {
        switch reason {
        case .unexpectedByte: "unexpected byte"
        case .unexpectedEnd: "the document ends too early,"
        case .trailingBytes: "something follows the value"
        case .invalidUTF8: "not UTF-8"
        case .controlCharacter: "control character in a string"
        case .invalidEscape: "invalid escape in a string"
        case .tooDeep: "nested too deep"
        case .duplicateKey: "a key that its object has already"
        case .loneSurrogate: "half of a surrogate pair"
        case .tooLong: "the document is too long"
        }
    }
}
