/// A table whose first column is headed `%`, such as the meter of curl: the numbers below say no `%` themselves.
struct PercentTable {
    private enum State {
        case outside
        /// After the heading, which may have several lines.
        case heading
        case rows
    }

    private var state = State.outside

    /// The percentage at the beginning of a row; nil outside of a table, and for 100, which curl also shows for a
    /// length that it does not know.
    mutating func percent(in piece: OutputLines.Piece) -> Progress? {
        if state == .outside, piece.text.first(where: { $0 != Byte.space }) != Byte.percent { return nil }
        let words = piece.text.split(separator: Byte.space, maxSplits: 2)
        // The first word of a text that goes on is whole when another follows.
        guard let first = words.first, piece.isComplete || words.count > 1 else { return nil }
        if first.elementsEqual([Byte.percent]), words.count > 1, Byte.isLetter(words[1][words[1].startIndex]) {
            state = .heading
            return nil
        }
        guard words.count > 1, first.count <= 3, first.allSatisfy(Byte.isDigit) else {
            if state == .rows { state = .outside }
            return nil
        }
        guard state != .outside else { return nil }
        state = .rows
        let percent = first.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return percent < 100 ? .percent(basisPoints: percent * 100) : nil
    }
}
