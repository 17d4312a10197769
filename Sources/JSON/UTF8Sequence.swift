/// What is still to come of one character's UTF-8 bytes (RFC 3629 §4).
///
/// Only the byte after the first has a range that depends on the first; that keeps out overlong forms, surrogates and
/// values above U+10FFFF.
struct UTF8Sequence {
    /// How many bytes are missing.
    private(set) var remaining: UInt8 = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Nothing is missing.
    init() {}

    /// What must follow `lead`, a byte from 0x80 on; nil when it cannot begin a character.
    @inline(__always)
    init?(lead: UInt8) {
        switch lead {
        case 0xC2...0xDF: remaining = 1
        case 0xE0: (remaining, lowest) = (2, 0xA0)
        case 0xED: (remaining, highest) = (2, 0x9F)
        case 0xE1...0xEF: remaining = 2
        case 0xF0: (remaining, lowest) = (3, 0x90)
        case 0xF1...0xF3: remaining = 3
        case 0xF4: (remaining, highest) = (3, 0x8F)
        default: return nil
        }
    }

    /// Takes the next byte; false when it cannot follow.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard byte >= lowest, byte <= highest else { return false }
        remaining &-= 1
        lowest = 0x80
        highest = 0xBF
        return true
    }
}
