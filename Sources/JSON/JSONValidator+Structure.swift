extension JSONValidator {
    /// Goes through the bytes at `cursor`; on a failure the cursor stands at the offending byte.
    ///
    /// Each step of the loop takes as many bytes as belong together, so that the dispatch is paid once a token.
    @inline(__always)
    mutating func run(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        while !cursor.isAtEnd {
            let reason: JSONFailure.Reason?
            switch state {
            case .text: reason = takeText(&cursor)
            case .afterValue: reason = takeSeparator(&cursor)
            case .value, .firstElement: reason = takeValueStart(&cursor)
            case .key, .firstKey: reason = takeKeyStart(&cursor)
            case .colon: reason = takeColon(&cursor)
            case .integer, .zero, .minus, .point, .fraction, .exponent, .exponentSign, .exponentDigits:
                reason = takeNumber(&cursor)
            case .character: reason = takeCharacter(&cursor)
            case .escape: reason = takeEscape(&cursor)
            case .hexadecimal: reason = takeHexadecimal(&cursor)
            case .literal: reason = takeLiteral(&cursor)
            }
            if let reason { return reason }
        }
        return nil
    }

    /// Whitespace, then the first byte of a value (or, in an array without elements, its end).
    @inline(__always)
    private mutating func takeValueStart(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        cursor.skipWhitespace()
        // Arrays in arrays come in runs.
        while !cursor.isAtEnd, cursor.byte == UInt8(ascii: "[") {
            guard nesting.open(isObject: false) else { return .tooDeep }
            state = .firstElement
            cursor.advance()
            cursor.skipWhitespace()
        }
        if cursor.isAtEnd { return nil }
        switch cursor.byte {
        case UInt8(ascii: "\""):
            isKey = false
            state = .text
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            state = .integer
        case UInt8(ascii: "{"):
            guard nesting.open(isObject: true) else { return .tooDeep }
            state = .firstKey
            cursor.advance()
            return cursor.isAtEnd ? nil : takeKeyStart(&cursor)
        case UInt8(ascii: "]") where state == .firstElement:
            nesting.close()
            state = .afterValue
        case UInt8(ascii: "0"):
            state = .zero
        case UInt8(ascii: "-"):
            state = .minus
        case UInt8(ascii: "t"):
            beginLiteral(0x65_75_72)  // "rue", the first byte lowest
        case UInt8(ascii: "f"):
            beginLiteral(0x65_73_6C_61)  // "alse"
        case UInt8(ascii: "n"):
            beginLiteral(0x6C_6C_75)  // "ull"
        default:
            return .unexpectedByte
        }
        cursor.advance()
        return nil
    }

    /// Whitespace, then the quotation mark of a key (or, in an object without members, its end).
    @inline(__always)
    private mutating func takeKeyStart(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        cursor.skipWhitespace()
        if cursor.isAtEnd { return nil }
        switch cursor.byte {
        case UInt8(ascii: "\""):
            isKey = true
            state = .text
        case UInt8(ascii: "}") where state == .firstKey:
            nesting.close()
            state = .afterValue
        default:
            return .unexpectedByte
        }
        cursor.advance()
        return nil
    }

    @inline(__always)
    private mutating func takeColon(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        cursor.skipWhitespace()
        if cursor.isAtEnd { return nil }
        guard cursor.byte == UInt8(ascii: ":") else { return .unexpectedByte }
        cursor.advance()
        state = .value
        return nil
    }

    /// Whitespace, then what may follow a value.
    @inline(__always)
    private mutating func takeSeparator(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        while true {
            cursor.skipWhitespace()
            if cursor.isAtEnd { return nil }
            guard nesting.depth > 0 else { return .trailingBytes }
            let isInObject = nesting.isInObject
            // Ends come in runs, as beginnings do.
            if cursor.byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                nesting.close()
                cursor.advance()
                continue
            }
            guard cursor.byte == UInt8(ascii: ",") else { return .unexpectedByte }
            state = isInObject ? .key : .value
            cursor.advance()
            return nil
        }
    }

    @inline(__always)
    private mutating func beginLiteral(_ rest: UInt32) {
        literal = rest
        state = .literal
    }

    @inline(__always)
    private mutating func takeLiteral(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        while literal != 0, !cursor.isAtEnd {
            guard cursor.byte == UInt8(truncatingIfNeeded: literal) else { return .unexpectedByte }
            cursor.advance()
            literal &>>= 8
        }
        if literal == 0 { state = .afterValue }
        return nil
    }
}
