/// Builds values from a document that ``JSONValidator`` has passed.
///
/// Because the grammar, the encoding and the depth are already checked, it looks for nothing but what the validator
/// lets through and values do not: duplicate keys and lone surrogates. The recursion is bounded by the validator's
/// depth.
struct JSONReader {
    private var cursor: Cursor

    /// A reader of `bytes`, which the validator must have passed and which must outlive the reader.
    init(valid bytes: UnsafeRawBufferPointer) {
        cursor = unsafe Cursor(bytes)
    }

    /// The document's value.
    mutating func readDocument() throws(JSONFailure) -> JSONValue {
        cursor.skipWhitespace()
        return try readValue()
    }

    /// The value that starts at the cursor; the cursor ends up right behind it.
    private mutating func readValue() throws(JSONFailure) -> JSONValue {
        switch cursor.byte {
        case UInt8(ascii: "{"): return .object(try readMembers())
        case UInt8(ascii: "["): return .array(try readElements())
        case UInt8(ascii: "\""): return .string(try readText())
        case UInt8(ascii: "n"): return skip(4, .null)
        case UInt8(ascii: "t"): return skip(4, .bool(true))
        case UInt8(ascii: "f"): return skip(5, .bool(false))
        default: return .number(readNumber())
        }
    }

    private mutating func skip(_ count: Int, _ value: JSONValue) -> JSONValue {
        cursor.move(to: cursor.offset + count)
        return value
    }

    private mutating func readNumber() -> JSONNumber {
        let start = cursor.offset
        while !cursor.isAtEnd, !Self.endsNumber(cursor.byte) { cursor.advance() }
        return JSONNumber(valid: unsafe String(decoding: cursor.bytes(from: start), as: UTF8.self))
    }

    private static func endsNumber(_ byte: UInt8) -> Bool {
        Cursor.isWhitespace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
            || byte == UInt8(ascii: "}")
    }

    private mutating func readElements() throws(JSONFailure) -> [JSONValue] {
        var elements: [JSONValue] = []
        cursor.advance()
        cursor.skipWhitespace()
        guard cursor.byte != UInt8(ascii: "]") else {
            cursor.advance()
            return elements
        }
        repeat {
            cursor.skipWhitespace()
            elements.append(try readValue())
            cursor.skipWhitespace()
        } while cursor.next() == UInt8(ascii: ",")
        return elements
    }

    private mutating func readMembers() throws(JSONFailure) -> [JSONMember] {
        var members: [JSONMember] = []
        var keys = KeySet()
        cursor.advance()
        cursor.skipWhitespace()
        guard cursor.byte != UInt8(ascii: "}") else {
            cursor.advance()
            return members
        }
        repeat {
            cursor.skipWhitespace()
            let position = cursor.offset
            let key = try readText()
            guard keys.insert(key) else { throw JSONFailure(offset: position, reason: .duplicateKey) }
            cursor.skipWhitespace()
            cursor.advance()
            cursor.skipWhitespace()
            let start = cursor.offset
            let value = try readValue()
            members.append(JSONMember(key: key, value: value, range: start..<cursor.offset))
            cursor.skipWhitespace()
        } while cursor.next() == UInt8(ascii: ",")
        return members
    }

    /// The string whose quotation mark is at the cursor.
    private mutating func readText() throws(JSONFailure) -> String {
        cursor.advance()
        var start = cursor.offset
        var text: [UInt8] = []
        while true {
            cursor.skipValidText()
            let piece = unsafe cursor.bytes(from: start)
            guard cursor.byte == UInt8(ascii: "\"") else {
                unsafe text.append(contentsOf: piece)
                try readEscape(into: &text)
                start = cursor.offset
                continue
            }
            cursor.advance()
            // Most strings hold no escape and are made in one step.
            if text.isEmpty { return unsafe String(decoding: piece, as: UTF8.self) }
            unsafe text.append(contentsOf: piece)
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// The escape whose backslash is at the cursor.
    private mutating func readEscape(into text: inout [UInt8]) throws(JSONFailure) {
        let position = cursor.offset
        cursor.advance()
        switch cursor.next() {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try readScalar(at: position).utf8)
        case let byte: text.append(byte)
        }
    }

    /// The character whose `\u` stands at `position`, with the cursor behind it: one escape, or a pair of surrogates.
    private mutating func readScalar(at position: Int) throws(JSONFailure) -> Character {
        let high = readCodeUnit()
        if let scalar = Unicode.Scalar(high) { return Character(scalar) }
        // Only surrogates are no scalars of their own; a high one may come first, and its low one must follow.
        guard high < 0xDC00, !cursor.isAtEnd, cursor.next() == UInt8(ascii: "\\"), cursor.next() == UInt8(ascii: "u")
        else { throw JSONFailure(offset: position, reason: .loneSurrogate) }
        let low = readCodeUnit()
        guard 0xDC00...0xDFFF ~= low, let scalar = Unicode.Scalar(0x1_0000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw JSONFailure(offset: position, reason: .loneSurrogate) }
        return Character(scalar)
    }

    private mutating func readCodeUnit() -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 { value = value << 4 | (Hexadecimal.value(of: cursor.next()) ?? 0) }
        return value
    }
}
