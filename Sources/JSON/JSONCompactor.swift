public import Bytes

/// Takes the whitespace between the tokens out of a JSON text, in one pass, however the text is cut into pieces.
///
/// It checks nothing: give it what ``JSONValidator`` or ``JSONValue`` has passed. Strings stay byte for byte.
public struct JSONCompactor: Sendable {
    private enum State: UInt8 {
        case between
        case text
        case escape
    }

    private var state = State.between

    /// A compactor at the start of a text.
    public init() {}

    /// Appends the next bytes of the text to `output`, without the whitespace.
    public mutating func append(_ bytes: UnsafeRawBufferPointer, to output: inout OutputBuffer) {
        var cursor = unsafe Cursor(bytes)
        while !cursor.isAtEnd {
            if state == .between { cursor.skipWhitespace() }
            let start = cursor.offset
            switch state {
            case .between: takeTokens(&cursor)
            case .text: takeText(&cursor)
            case .escape:
                cursor.advance()
                state = .text
            }
            unsafe output.append(cursor.bytes(from: start))
        }
    }

    /// Appends the whole of `text` to `output`, without the whitespace.
    public static func append(_ text: UnsafeRawBufferPointer, to output: inout OutputBuffer) {
        var compactor = JSONCompactor()
        unsafe compactor.append(text, to: &output)
    }

    /// The tokens up to the next whitespace or into the next string.
    private mutating func takeTokens(_ cursor: inout Cursor) {
        while !cursor.isAtEnd, !Cursor.isWhitespace(cursor.byte) {
            if cursor.next() == UInt8(ascii: "\"") {
                state = .text
                return
            }
        }
    }

    /// A string's bytes up to its end or an escaped byte.
    private mutating func takeText(_ cursor: inout Cursor) {
        cursor.skipValidText()
        if cursor.isAtEnd { return }
        state = cursor.next() == UInt8(ascii: "\"") ? .between : .escape
    }
}
