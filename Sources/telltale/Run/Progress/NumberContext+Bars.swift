/// Bars and words that make a number progress.
extension NumberContext {
    /// Fewer characters in a row are punctuation.
    private static let minimumBar = 5

    /// Characters that fill bars; box drawing, blocks and Braille patterns (U+2500 to U+25FF, U+2800 to U+28FF) too.
    static func isBar(_ byte: UInt8) -> Bool {
        ".=#*->".utf8.contains(byte)
    }

    /// The columns of a bar that begins at `position`.
    func barColumns(from position: Int) -> Int {
        var (index, columns) = (position, 0)
        while index < text.count {
            if Self.isBar(text[index]) {
                index += 1
            } else if isBarCharacter(at: index) {
                index += 3
            } else {
                break
            }
            columns += 1
        }
        return columns
    }

    /// True when a bar ends before `position`, with its closing bracket and spaces between at most.
    func barEnds(before position: Int) -> Bool {
        var index = position
        func skipSpaces() { while index > 0, text[index - 1] == Byte.space { index -= 1 } }
        skipSpaces()
        if index > 0, text[index - 1] == UInt8(ascii: "]") || text[index - 1] == UInt8(ascii: "|") {
            index -= 1
            skipSpaces()
        }
        var columns = 0
        while index > 0 {
            if Self.isBar(text[index - 1]) {
                index -= 1
            } else if index >= 3, isBarCharacter(at: index - 3) {
                index -= 3
            } else {
                break
            }
            columns += 1
        }
        return columns >= Self.minimumBar
    }

    /// True when the number begins the text and a bar follows it, as in ` 45%|████    |` and `45% [=====>    ]`.
    func barBegins(after range: Range<Int>) -> Bool {
        guard isBlank(..<range.lowerBound),
            let next = text[range.upperBound...].firstIndex(where: { $0 != Byte.space })
        else { return false }
        if text[next] == UInt8(ascii: "|") || text[next] == UInt8(ascii: "[") { return true }
        return barColumns(from: next) >= Self.minimumBar
    }

    /// True when the words around say so: "progress" before it, or "done", "complete", "completed", "finished" next.
    func isCalledProgress(_ range: Range<Int>) -> Bool {
        let before = text[..<range.lowerBound].map { $0 | 0x20 }
        if before.count >= 8, (0...(before.count - 8)).contains(where: { before[$0...].starts(with: "progress".utf8) })
        {
            return true
        }
        let word = text[range.upperBound...].drop { $0 == Byte.space }.prefix(while: Byte.isLetter).map { $0 | 0x20 }
        return ["done", "complete", "completed", "finished"].contains { word.elementsEqual($0.utf8) }
    }

    private func isBarCharacter(at index: Int) -> Bool {
        guard index + 2 < text.count, text[index] == 0xE2 else { return false }
        return (0x94...0x97).contains(text[index + 1]) || (0xA0...0xA3).contains(text[index + 1])
    }
}

/// A redrawn bar that says no number: `[=====>        ]`.
enum BarWithoutNumber {
    private static let minimumColumns = 10

    /// The share of the bar that is filled. It takes a growing series: a bar that only wanders is none.
    static func candidate(in text: [UInt8]) -> ProgressCandidate? {
        guard let open = text.firstIndex(of: UInt8(ascii: "[")),
            let close = text[open...].firstIndex(of: UInt8(ascii: "]")), close - open > minimumColumns
        else { return nil }
        let cells = text[(open + 1)..<close]
        guard let fill = cells.first, "=#*-".utf8.contains(fill) else { return nil }
        let filled = cells.prefix { $0 == fill }.count
        var rest = cells.dropFirst(filled)
        if rest.first == UInt8(ascii: ">") { rest = rest.dropFirst() }
        guard let empty = rest.first, " .-_".utf8.contains(empty), rest.allSatisfy({ $0 == empty }) else { return nil }
        return ProgressCandidate(
            progress: .percent(basisPoints: filled * 10_000 / cells.count),
            series: .bar,
            evidence: ProgressCandidate.possible,
            isLeading: false
        )
    }
}
