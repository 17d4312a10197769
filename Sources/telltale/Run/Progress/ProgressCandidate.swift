/// A number in a text that may say how far a program is.
struct ProgressCandidate: Equatable {
    /// What makes numbers of several texts one series.
    enum Series: Hashable {
        /// Percentages after the same words.
        case percent(after: UInt64)
        /// Counts of the same total, in brackets or bare.
        case count(total: UInt64, isBracketed: Bool)
        /// Bars without a number.
        case bar
    }

    var progress: Progress
    var series: Series
    /// How many texts with growing numbers of this series it takes to believe it: 1 believes at once.
    var evidence: Int
    /// True for a counter in brackets at the beginning of a line, the way build tools count all they do; what else
    /// such a program prints is about one part.
    var isLeading: Bool

    /// False for `[0/1]`, whose only part may be what the other numbers are about.
    var countsSeveral: Bool {
        if case .units(_, total: 1) = progress { false } else { true }
    }
}

extension ProgressCandidate {
    /// Certain by its form.
    static let certain = 1
    /// Likely: said twice.
    static let likely = 2
    /// Possible, and as often a fraction, a date or a measurement: said three times.
    static let possible = 3

    /// False when there can be no candidate in `piece`: a look that costs little, for all that a program prints.
    static func isPossible(in piece: OutputLines.Piece) -> Bool {
        if piece.isRedrawn { return true }
        for (index, byte) in piece.text.enumerated() {
            switch byte {
            case Byte.percent, Byte.slash: return true
            // The end of " of".
            case UInt8(ascii: "f") where index > 2:
                if piece.text[index - 1] == UInt8(ascii: "o"), piece.text[index - 2] == Byte.space { return true }
            default: break
            }
        }
        return false
    }

    /// The first candidate in `text` with the least evidence needed, and one that says "all of it" only when there is
    /// no other; nil when nothing in it is one.
    ///
    /// - Parameters:
    ///   - isRedrawn: the text is one of several written over each other on a line; hardly anything but progress is.
    ///   - isComplete: nothing will follow the text's last byte.
    static func find(in text: [UInt8], isRedrawn: Bool, isComplete: Bool) -> ProgressCandidate? {
        var best: ProgressCandidate?
        var whole: ProgressCandidate?
        var scanner = NumberScanner(text)
        while let number = scanner.next() {
            let context = NumberContext(text: text, isRedrawn: isRedrawn, isComplete: isComplete)
            guard let candidate = context.percent(number) ?? context.count(number, &scanner) else { continue }
            if candidate.progress.isWhole {
                if candidate.evidence < whole?.evidence ?? .max { whole = candidate }
                continue
            }
            if candidate.evidence < best?.evidence ?? .max { best = candidate }
            if candidate.evidence == certain { break }
        }
        if best == nil, isRedrawn, isComplete { best = BarWithoutNumber.candidate(in: text) }
        return best ?? whole
    }
}
