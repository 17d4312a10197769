/// Weights of content negotiation (RFC 9110 section 12.4.2).
enum QualityValue {
    /// The weight among the parameters that follow a list member's first semicolon, in thousandths; 1,000 without
    /// one, nil when it is malformed.
    static func weight(_ view: ByteView, parameters: Range<Int>) -> Int? {
        var parts = ListMembers(view, parameters, separator: ASCII.semicolon)
        while let part = parts.next() {
            guard part.count >= 2, view.matches(part.lowerBound..<part.lowerBound + 2, "q=") else { continue }
            return thousandths(view, part.lowerBound + 2..<part.upperBound)
        }
        return 1_000
    }

    /// `0`, `0.` and up to three digits, or `1`, `1.` and up to three zeros.
    private static func thousandths(_ view: ByteView, _ range: Range<Int>) -> Int? {
        guard let first = range.first, range.count <= 5 else { return nil }
        guard let units = view.decimal(in: first..<first + 1), units <= 1 else { return nil }
        guard range.count > 1 else { return units * 1_000 }
        guard view[first + 1] == UInt8(ascii: ".") else { return nil }
        let digits = first + 2..<range.upperBound
        guard !digits.isEmpty else { return units * 1_000 }
        guard var fraction = view.decimal(in: digits) else { return nil }
        for _ in digits.count..<3 { fraction *= 10 }
        let value = units * 1_000 + fraction
        return value <= 1_000 ? value : nil
    }
}
