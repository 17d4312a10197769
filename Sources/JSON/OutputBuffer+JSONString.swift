public import Bytes

extension OutputBuffer {
    /// Appends `text` as a JSON string, with its quotation marks.
    ///
    /// Escaped is what RFC 8259 §7 demands and nothing else. What comes out is always a valid string: each byte of
    /// `text` that is no part of a UTF-8 character becomes U+FFFD.
    public mutating func appendJSONString(_ text: UnsafeRawBufferPointer) {
        reserve(text.count + 2)
        append(UInt8(ascii: "\""))
        unsafe appendJSONText(text)
        append(UInt8(ascii: "\""))
    }

    /// Appends `text` as a JSON string, with its quotation marks.
    public mutating func appendJSONString(_ text: String) {
        var text = text
        text.withUTF8 { unsafe appendJSONString(UnsafeRawBufferPointer($0)) }
    }

    /// Appends what stands between the quotation marks of a JSON string; for a string that is put together from pieces,
    /// none of which may end inside a character.
    public mutating func appendJSONText(_ text: UnsafeRawBufferPointer) {
        var cursor = unsafe Cursor(text)
        var start = 0
        while true {
            cursor.skipPlainText()
            if cursor.isAtEnd { break }
            if cursor.byte >= 0x80, cursor.skipCharacter() { continue }
            unsafe append(cursor.bytes(from: start))
            if cursor.byte >= 0x80 { append("\u{FFFD}") } else { appendJSONEscape(cursor.byte) }
            cursor.advance()
            start = cursor.offset
        }
        unsafe append(cursor.bytes(from: start))
    }

    /// Appends what stands between the quotation marks of a JSON string.
    public mutating func appendJSONText(_ text: String) {
        var text = text
        text.withUTF8 { unsafe appendJSONText(UnsafeRawBufferPointer($0)) }
    }

    private mutating func appendJSONEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        default:
            append("\\u00")
            append(Hexadecimal.digit(byte >> 4))
            append(Hexadecimal.digit(byte & 15))
        }
    }
}
