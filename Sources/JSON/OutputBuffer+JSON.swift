public import Bytes

extension OutputBuffer {
    /// Appends `"key":`, with a comma before it unless it is the first thing in the buffer or in its object.
    ///
    /// `key` must need no escapes.
    @inlinable
    public mutating func appendJSONKey(_ key: StaticString) {
        let isFirst = unsafe withBytes { unsafe $0.last.map { $0 == UInt8(ascii: "{") } ?? true }
        if isFirst { append(UInt8(ascii: "\"")) } else { append(",\"") }
        append(key)
        append("\":")
    }

    /// Appends `true` or `false`.
    @inlinable
    public mutating func appendJSON(_ value: Bool) {
        if value { append("true") } else { append("false") }
    }

    /// Appends `value` as a number, as short as it can be read back exactly; `null` when it is not finite, because JSON
    /// has no way to say that.
    public mutating func appendJSON(_ value: Double) {
        guard value.isFinite else { return append("null") }
        if let whole = Int64(exactly: value), whole.magnitude <= 9_007_199_254_740_992 {
            append(decimal: whole)
        } else {
            append(utf8: value.description)
        }
    }

    /// Appends `hundredths` / 100 with at most two decimals and no zeros at the end: 4250 is `42.5`.
    public mutating func appendJSON(hundredths: Int) {
        if hundredths < 0 { append(UInt8(ascii: "-")) }
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        append(decimal: UInt64(whole))
        guard rest > 0 else { return }
        append(UInt8(ascii: "."))
        append(UInt8(ascii: "0") + UInt8(rest / 10))
        if rest % 10 > 0 { append(UInt8(ascii: "0") + UInt8(rest % 10)) }
    }
}
