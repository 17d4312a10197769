/// Checks, as the bytes arrive, that they are exactly one JSON value of RFC 8259 in strict UTF-8.
///
/// The bytes may be cut anywhere, inside a character, a number or an escape too. It uses the same small memory whatever
/// the document's size, and never looks back. Whitespace may stand before and after the value, a byte order mark may
/// not. Lone surrogates in `\u` escapes pass, as the grammar has it; keys may repeat. What passes is safe to put
/// between the parts of another JSON text.
public struct JSONValidator: Sendable {
    /// Where in the grammar the next byte stands.
    enum State: UInt8, Sendable {
        /// A value must follow.
        case value
        /// After `[`: a value, or the array's end.
        case firstElement
        /// After `{`: a key, or the object's end.
        case firstKey
        /// After `,` in an object: a key.
        case key
        /// After a key: `:`.
        case colon
        /// After a value: `,` or the end of what holds it; at depth 0 nothing but whitespace.
        case afterValue
        /// In a string.
        case text
        /// In a string, inside a character's bytes.
        case character
        /// In a string, after a backslash.
        case escape
        /// In a string, after `\u`: hexadecimal digits.
        case hexadecimal
        /// In `true`, `false` or `null`.
        case literal
        /// In a number, after `-`: a digit must follow.
        case minus
        /// In a number that began with `0`: no digit may follow.
        case zero
        /// In a number's integer part.
        case integer
        /// In a number, after the point: a digit must follow.
        case point
        /// In a number's fraction.
        case fraction
        /// In a number, after `e`: a sign or a digit must follow.
        case exponent
        /// In a number, after the exponent's sign: a digit must follow.
        case exponentSign
        /// In a number's exponent.
        case exponentDigits
    }

    var state = State.value
    /// In a string: is it an object's key?
    var isKey = false
    /// In a character of a string: its missing bytes.
    var character = UTF8Sequence()
    /// After `\u`: how many digits are missing.
    var missingDigits: UInt8 = 0
    /// In a literal: the bytes that are missing, the next one lowest.
    var literal: UInt32 = 0
    var nesting: Nesting

    private var failure: JSONFailure?
    /// The number of bytes taken, up to the offending one after a failure.
    public private(set) var offset = 0

    /// A validator at the start of a document that may nest arrays and objects `maximumDepth` deep, at most
    /// ``JSONLimits/depth``.
    public init(maximumDepth: Int = JSONLimits.depth) {
        nesting = Nesting(limit: maximumDepth)
    }

    /// Takes the next bytes of the document and returns what is wrong with it, if anything is.
    ///
    /// After a failure every further call returns the same one.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) -> JSONFailure? {
        if let failure { return failure }
        var cursor = unsafe Cursor(bytes)
        let reason = run(&cursor)
        offset &+= cursor.offset
        failure = reason.map { JSONFailure(offset: offset, reason: $0) }
        return failure
    }

    /// Takes the next bytes of the document; see ``feed(_:)-(UnsafeRawBufferPointer)``.
    public mutating func feed(_ bytes: [UInt8]) -> JSONFailure? {
        unsafe bytes.withUnsafeBytes { unsafe feed($0) }
    }

    /// Says that the document has ended and returns what is wrong with it, if anything is.
    public mutating func finish() -> JSONFailure? {
        if let failure { return failure }
        switch state {
        case .afterValue, .zero, .integer, .fraction, .exponentDigits:
            guard nesting.depth > 0 else { return nil }
        default:
            break
        }
        failure = JSONFailure(offset: offset, reason: .unexpectedEnd)
        return failure
    }
}
