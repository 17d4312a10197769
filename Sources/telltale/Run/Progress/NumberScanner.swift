/// A number as it stands in a text: `345`, `1,234,567`, `45.3`, `45,3`.
struct ScannedNumber: Equatable {
    var range: Range<Int>
    /// The part before the decimal mark.
    var integer: UInt64
    /// The first two decimals, 0 to 99.
    var hundredths: UInt64
    var hasDecimals: Bool

    /// In hundredths; nil beyond any use.
    var scaled: UInt64? {
        integer < UInt64.max / 200 ? integer * 100 + hundredths : nil
    }
}

/// Finds the numbers of a text that stand by themselves: not inside a word, a path, a version, an address or a date.
struct NumberScanner {
    private let text: [UInt8]
    private var index = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// The next number that stands by itself on its left side.
    mutating func next() -> ScannedNumber? {
        while index < text.count {
            guard Byte.isDigit(text[index]) else {
                index += 1
                continue
            }
            if isBoundary(before: index), let number = number(at: index) {
                index = number.range.upperBound
                return number
            }
            skipToken()
        }
        return nil
    }

    /// Goes on behind `position`.
    mutating func skip(to position: Int) {
        index = max(index, position)
    }

    /// The number that begins at `start`, whatever stands before it; nil when there is none or it is too large.
    func number(at start: Int) -> ScannedNumber? {
        var end = start
        guard var integer = digits(at: &end) else { return nil }
        let isGroup = { (at: Int) in
            at + 3 < text.count && text[at] == Byte.comma && text[(at + 1)...(at + 3)].allSatisfy(Byte.isDigit)
                && !(at + 4 < text.count && Byte.isDigit(text[at + 4]))
        }
        if end - start <= 3, integer > 0 {
            while isGroup(end) {
                end += 1
                guard let group = digits(at: &end), integer < UInt64.max / 2_000 else { return nil }
                integer = integer * 1_000 + group
            }
        }
        var number = ScannedNumber(range: start..<end, integer: integer, hundredths: 0, hasDecimals: false)
        if end + 1 < text.count, text[end] == Byte.period || text[end] == Byte.comma, Byte.isDigit(text[end + 1]) {
            let decimals = text[(end + 1)...].prefix(while: Byte.isDigit)
            let tenth = UInt64(text[end + 1] - 0x30)
            number.hundredths = tenth * 10 + (decimals.count > 1 ? UInt64(text[end + 2] - 0x30) : 0)
            number.hasDecimals = true
            number.range = start..<decimals.endIndex
        }
        return number
    }

    private func digits(at index: inout Int) -> UInt64? {
        let digits = text[index...].prefix(while: Byte.isDigit)
        guard (1...18).contains(digits.count) else { return nil }
        index = digits.endIndex
        return digits.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    }

    /// Punctuation that joins a number to a word, a path or a date is none; a row of it (`.....45%`, `----45%`) is a
    /// bar.
    private func isBoundary(before position: Int) -> Bool {
        guard position > 0 else { return true }
        let byte = text[position - 1]
        if Byte.isLetter(byte) || Byte.isDigit(byte) { return false }
        switch byte {
        case Byte.period, UInt8(ascii: "-"): return position > 1 && text[position - 2] == byte
        case Byte.comma, Byte.slash, UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "~"), UInt8(ascii: "$"),
            UInt8(ascii: "\\"), UInt8(ascii: "@"), UInt8(ascii: "'"), UInt8(ascii: "<"):
            return false
        default: return true
        }
    }

    private mutating func skipToken() {
        while index < text.count,
            Byte.isDigit(text[index]) || Byte.isLetter(text[index]) || ".,".utf8.contains(text[index])
        {
            index += 1
        }
    }
}
