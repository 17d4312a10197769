extension ByteView {
    /// True when the bytes of `range` are `lowercase`, ASCII letters in either case.
    ///
    /// `lowercase` must be ASCII without capitals and control characters.
    @inline(__always)
    func matches(_ range: Range<Int>, _ lowercase: StaticString) -> Bool {
        guard range.count == lowercase.utf8CodeUnitCount else { return false }
        let literal = ByteView(lowercase)
        var index = 0
        while index &+ 8 <= literal.count {
            guard Word.matches(word(at: range.lowerBound &+ index), literal.word(at: index)) else { return false }
            index &+= 8
        }
        if index &+ 4 <= literal.count {
            // The missing half is filled with letters that match themselves.
            let filler: UInt64 = 0x6161_6161_0000_0000
            let half = UInt64(halfWord(at: range.lowerBound &+ index)) | filler
            guard Word.matches(half, UInt64(literal.halfWord(at: index)) | filler) else { return false }
            index &+= 4
        }
        while index < literal.count {
            guard ASCII.lowercased(self[range.lowerBound &+ index]) == literal[index] else { return false }
            index &+= 1
        }
        return true
    }

    /// `range` without spaces and tabs at its ends (OWS of RFC 9110 section 5.6.3).
    @inline(__always)
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ASCII.isBlank(self[lower]) { lower &+= 1 }
        while lower < upper, ASCII.isBlank(self[upper &- 1]) { upper &-= 1 }
        return lower..<upper
    }

    /// The first index in `range` whose byte is not in `set`, or its end.
    @inline(__always)
    func end(of set: ByteSet, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, set.contains(self[index]) { index &+= 1 }
        return index
    }

    /// The first index in `range` of `byte`.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }

    /// The number that the decimal digits of `range` say; nil for anything else, an empty range and an overflow.
    func decimal(in range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        var value = 0
        for index in range {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tenfold.addingReportingOverflow(Int(digit))
            guard !overflowed, !carried else { return nil }
            value = sum
        }
        return value
    }
}

extension ByteView {
    /// True when the bytes of `range` are exactly `literal`.
    @inline(__always)
    func equals(_ range: Range<Int>, _ literal: StaticString) -> Bool {
        guard range.count == literal.utf8CodeUnitCount else { return false }
        let expected = ByteView(literal)
        for index in expected.indices where self[range.lowerBound &+ index] != expected[index] { return false }
        return true
    }
}
