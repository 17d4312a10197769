/// Tells from what stands around a number whether it is progress.
struct NumberContext {
    let text: [UInt8]
    let isRedrawn: Bool
    let isComplete: Bool

    /// The number as a percentage: `45%`, `45.3 %`.
    func percent(_ number: ScannedNumber) -> ProgressCandidate? {
        var end = number.range.upperBound
        if end < text.count, text[end] == Byte.space { end += 1 }
        guard end < text.count, text[end] == Byte.percent, isBoundary(after: end + 1),
            let basisPoints = number.scaled, basisPoints <= 10_000
        else { return nil }
        let range = number.range.lowerBound..<(end + 1)
        let bracket = bracket(around: range)
        var candidate = ProgressCandidate(
            progress: .percent(basisPoints: Int(basisPoints)),
            series: .percent(after: fingerprint(before: range.lowerBound)),
            evidence: ProgressCandidate.possible,
            isLeading: bracket?.isSquare == true && bracket?.isLeading == true
        )
        if isRedrawn || isWholeText(range) || bracket?.isSquare == true && (bracket!.isLeading || bracket!.isTrailing)
            || barEnds(before: range.lowerBound) || barBegins(after: range) || isCalledProgress(range)
        {
            candidate.evidence = ProgressCandidate.certain
        }
        return candidate
    }

    /// The number as the first of a count: `12/345`, `12 of 345`, and `1.2/3.4 MB` beside a bar.
    func count(_ number: ScannedNumber, _ scanner: inout NumberScanner) -> ProgressCandidate? {
        guard let start = total(after: number.range.upperBound), let total = scanner.number(at: start) else {
            return nil
        }
        scanner.skip(to: total.range.upperBound)
        let range = number.range.lowerBound..<total.range.upperBound
        // Without the byte behind it the total may be longer than what has been read.
        guard isComplete || range.upperBound < text.count, isBoundary(after: range.upperBound) else { return nil }

        // A name before it, as in rsync's `to-chk=169/396`, may call it anything: that one is what is left.
        let hasBar = barEnds(before: range.lowerBound)
        guard hasBar || range.lowerBound == 0 || text[range.lowerBound - 1] != UInt8(ascii: "=") else { return nil }
        let bracket = bracket(around: range)
        guard let progress = share(number, of: total, allowsDecimals: hasBar || isRedrawn) else { return nil }
        var candidate = ProgressCandidate(
            progress: progress,
            series: .count(total: total.integer, isBracketed: bracket != nil),
            evidence: ProgressCandidate.possible,
            isLeading: bracket?.isLeading == true
        )
        if hasBar || isRedrawn || bracket?.isSquare == true || bracket?.isLeading == true {
            candidate.evidence = ProgressCandidate.certain
        } else if bracket != nil {
            candidate.evidence = ProgressCandidate.likely
        } else {
            // Zeros in front and a time behind make it a date. Small totals are as often fractions.
            guard text[range.lowerBound] != 0x30 || number.range.count == 1, !isTime(at: range.upperBound) else {
                return nil
            }
            let isSmall = total.integer <= 10
            if isWholeText(range), !isSmall {
                candidate.evidence = ProgressCandidate.certain
            } else if !isSmall, isBlank(..<range.lowerBound) || isBlank(range.upperBound...) {
                candidate.evidence = ProgressCandidate.likely
            }
        }
        return candidate
    }

    /// Where the total of a count begins, when `position` is behind its first number.
    private func total(after position: Int) -> Int? {
        for separator in ["/", " / ", " of "] where text[position...].starts(with: separator.utf8) {
            return position + separator.utf8.count
        }
        return nil
    }

    private func share(_ part: ScannedNumber, of whole: ScannedNumber, allowsDecimals: Bool) -> Progress? {
        guard part.hasDecimals || whole.hasDecimals else {
            guard part.integer <= whole.integer, whole.integer > 0 else { return nil }
            return .units(done: part.integer, total: whole.integer)
        }
        guard allowsDecimals, let part = part.scaled, let whole = whole.scaled, part <= whole, whole > 0 else {
            return nil
        }
        return .percent(basisPoints: Int((Double(part) / Double(whole) * 10_000).rounded(.down)))
    }
}

extension NumberContext {
    struct Bracket: Equatable {
        var isSquare: Bool
        /// Nothing stands before it.
        var isLeading: Bool
        /// Nothing stands behind it.
        var isTrailing: Bool
    }

    /// The pair of brackets that holds `range` and nothing else.
    func bracket(around range: Range<Int>) -> Bracket? {
        guard let open = text[..<range.lowerBound].lastIndex(where: { $0 != Byte.space }),
            let close = text[range.upperBound...].firstIndex(where: { $0 != Byte.space })
        else { return nil }
        let isSquare = text[open] == UInt8(ascii: "[") && text[close] == UInt8(ascii: "]")
        guard isSquare || text[open] == UInt8(ascii: "(") && text[close] == UInt8(ascii: ")") else { return nil }
        return Bracket(isSquare: isSquare, isLeading: isBlank(..<open), isTrailing: isBlank((close + 1)...))
    }

    func isBlank(_ range: some RangeExpression<Int>) -> Bool {
        text[range].allSatisfy { $0 == Byte.space }
    }

    func isWholeText(_ range: Range<Int>) -> Bool {
        isBlank(..<range.lowerBound) && isBlank(range.upperBound...)
    }

    /// What may follow a number that stands by itself: a space, a closing mark, a bar, the end of the sentence.
    func isBoundary(after position: Int) -> Bool {
        guard position < text.count else { return true }
        switch text[position] {
        case Byte.space, UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "|"), UInt8(ascii: ">"),
            UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "\""), 0x80...:
            return true
        case Byte.period, Byte.comma:
            return position + 1 == text.count || text[position + 1] == Byte.space
                || text[position + 1] == text[position]
        default:
            return barColumns(from: position) >= 3
        }
    }

    /// True when a time of day follows, as in the date of a log line.
    func isTime(at position: Int) -> Bool {
        let digits = text[position...].drop { $0 == Byte.space }.prefix(6)
        guard let colon = digits.firstIndex(of: UInt8(ascii: ":")), colon > digits.startIndex else { return false }
        return digits[..<colon].allSatisfy(Byte.isDigit) && colon + 1 < digits.endIndex
            && Byte.isDigit(digits[colon + 1])
    }

    /// What stands before `position`, apart from digits, spaces and bars, which change from text to text (FNV-1a).
    func fingerprint(before position: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text[..<position]
        where !Byte.isDigit(byte) && byte != Byte.space && !NumberContext.isBar(byte) && byte < 0x80 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash
    }
}
