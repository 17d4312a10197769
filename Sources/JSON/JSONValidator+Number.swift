extension JSONValidator {
    /// The bytes of a number (RFC 8259 §6), up to the first that does not belong to it.
    ///
    /// A number has no closing byte: what follows it is left for the state after a value.
    @inline(__always)
    mutating func takeNumber(_ cursor: inout Cursor) -> JSONFailure.Reason? {
        while !cursor.isAtEnd {
            switch state {
            case .integer, .fraction, .exponentDigits:
                cursor.skipDigits()
                if cursor.isAtEnd { return nil }
                if !continueNumber(cursor.byte) { return nil }
            case .zero:
                if !continueNumber(cursor.byte) { return nil }
            case .minus:
                guard isDigit(cursor.byte) else { return .unexpectedByte }
                state = cursor.byte == UInt8(ascii: "0") ? .zero : .integer
            case .point:
                guard isDigit(cursor.byte) else { return .unexpectedByte }
                state = .fraction
            case .exponent where cursor.byte == UInt8(ascii: "+") || cursor.byte == UInt8(ascii: "-"):
                state = .exponentSign
            default:
                guard isDigit(cursor.byte) else { return .unexpectedByte }
                state = .exponentDigits
            }
            cursor.advance()
        }
        return nil
    }

    /// Decides what `byte`, which is no digit that the number could take, means after digits: does the number go on?
    @inline(__always)
    private mutating func continueNumber(_ byte: UInt8) -> Bool {
        if byte == UInt8(ascii: "."), state == .integer || state == .zero {
            state = .point
            return true
        }
        if byte | 0x20 == UInt8(ascii: "e"), state != .exponentDigits {
            state = .exponent
            return true
        }
        state = .afterValue
        return false
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
