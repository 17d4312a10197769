import UpdateProtocol

/// What a task id may be, and new ones.
enum TaskIdentifier {
    /// The contract's rule, for messages.
    static let rule = "1 to 64 of A-Z, a-z, 0-9, _ and -"

    /// True when `text` matches `[A-Za-z0-9_-]{1,64}`.
    static func isValid(_ text: String) -> Bool {
        (1...UpdateLimits.maximumTaskID).contains(text.utf8.count) && text.utf8.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// 26 characters of Crockford's base 32: 48 bits of `milliseconds` since 1970, then 80 random bits. Ids sort by
    /// time and cannot be guessed when `generator` cannot.
    static func make(milliseconds: UInt64, using generator: inout some RandomNumberGenerator) -> String {
        let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        let high = UInt16.random(in: .min ... .max, using: &generator)
        let low = UInt64.random(in: .min ... .max, using: &generator)
        let bits = UInt128(milliseconds & 0xFFFF_FFFF_FFFF) << 80 | UInt128(high) << 64 | UInt128(low)
        // 26 digits hold 130 bits: the first one carries the top three.
        let text = (0..<26).map { digits[Int(truncatingIfNeeded: bits >> UInt128((25 - $0) * 5)) & 31] }
        return String(decoding: text, as: UTF8.self)
    }
}
