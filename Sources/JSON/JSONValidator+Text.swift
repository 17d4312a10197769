extension JSONValidator {
    /// The bytes of a string up to its closing quotation mark, or to what another state must look at.
    @inline(__always)
    mutating func takeText(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        while true {
            cursor.skipPlainText()
            if cursor.isAtEnd { return nil }
            let byte = cursor.byte
            if byte == UInt8(ascii: "\"") {
                cursor.advance()
                state = isKey ? .colon : .afterValue
                return nil
            }
            if byte == UInt8(ascii: "\\") {
                // Escapes too come in runs; only one that is cut needs the states in between.
                repeat {
                    cursor.advance()
                    guard cursor.skipEscape() else {
                        state = .escape
                        return nil
                    }
                } while !cursor.isAtEnd && cursor.byte == UInt8(ascii: "\\")
                continue
            }
            guard byte >= 0x80 else { return .controlCharacter }
            // Text outside ASCII comes in runs, so stay here as long as it lasts.
            repeat {
                guard let sequence = UTF8Sequence(lead: cursor.byte) else { return .invalidUTF8 }
                cursor.advance()
                character = sequence
                if let reason = takeCharacter(&cursor) { return reason }
            } while !cursor.isAtEnd && cursor.byte >= 0x80
            if state != .text { return nil }
        }
    }

    /// The missing bytes of a character.
    @inline(__always)
    mutating func takeCharacter(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        while character.remaining > 0 {
            guard !cursor.isAtEnd else {
                state = .character
                return nil
            }
            guard character.take(cursor.byte) else { return .invalidUTF8 }
            cursor.advance()
        }
        state = .text
        return nil
    }

    @inline(__always)
    mutating func takeEscape(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        switch cursor.byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            state = .text
        case UInt8(ascii: "u"):
            missingDigits = 4
            state = .hexadecimal
        default:
            return .invalidEscape
        }
        cursor.advance()
        return nil
    }

    @inline(__always)
    mutating func takeHexadecimal(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        while missingDigits > 0, !cursor.isAtEnd {
            guard Hexadecimal.value(of: cursor.byte) != nil else { return .invalidEscape }
            cursor.advance()
            missingDigits &-= 1
        }
        if missingDigits == 0 { state = .text }
        return nil
    }
}
