/// A number as it was written, because JSON gives it no range and no precision.
public struct JSONNumber: Sendable, Equatable {
    /// The number's text, as RFC 8259 §6 has it.
    public let text: String

    /// A number whose text is known to match the grammar.
    init(valid text: String) {
        self.text = text
    }

    /// The integer that it stands for: `-7`, and `7.0` or `7e2` too, which some programs write for one. Nil when it has
    /// a fraction, or leaves the range that is exact (64 bits for plain digits, 53 bits for the other forms).
    public var integer: Int64? {
        if let value = Int64(text) { return value }
        guard let value = double, value.magnitude <= 9_007_199_254_740_992 else { return nil }
        return text.utf8.contains { Self.isBeyondDigits($0) } ? Int64(exactly: value) : nil
    }

    /// The nearest binary floating point number; nil beyond its range.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func isBeyondDigits(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
    }
}
