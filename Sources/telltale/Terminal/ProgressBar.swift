/// What is shown of one job.
struct ProgressLine: Sendable, Equatable {
    /// Where the job stands; the raw value is the word shown in plain output.
    enum State: String, Sendable {
        case waiting, running, done, failed, cancelled

        /// True when the job moves no more.
        var isFinal: Bool { self != .waiting && self != .running }
    }

    /// What the job is called; any text.
    var label: String
    /// 0 to 10,000; values outside are shown as the nearest end.
    var basisPoints: Int
    var state: State
    /// What follows the percentage: a step, a note, a failure; any text, may be empty.
    var detail: String

    init(label: String, basisPoints: Int = 0, state: State = .waiting, detail: String = "") {
        self.label = label
        self.basisPoints = basisPoints
        self.state = state
        self.detail = detail
    }
}

/// Draws a ``ProgressLine`` as one line of a terminal.
enum ProgressBar {
    /// Below this a bar says less than the number beside it.
    private static let minimumBarColumns = 8
    /// Beyond this a longer bar only moves the number away from the label.
    private static let maximumBarColumns = 32
    /// " 100.0%"
    private static let percentColumns = 7

    /// One line, without a line feed and never as wide as the terminal (the last column stays free, or some terminals
    /// would wrap). The label takes `labelColumns` columns, fewer where there is no room; what has none left is left
    /// out: first the detail, then the bar.
    static func render(_ line: ProgressLine, labelColumns: Int, traits: TerminalTraits) -> String {
        let room = max(0, traits.columns - 1)
        let mark = mark(line.state, traits)
        let labelRoom = max(0, min(labelColumns, room - 2 - percentColumns))
        let label = TerminalText.fit(
            TerminalText.harmless(line.label),
            to: labelRoom,
            isUnicode: traits.isUnicode
        )
        let percent = percent(line.basisPoints)
        var rest = room - 2 - labelRoom - percentColumns
        guard rest >= 0 else { return TerminalText.cut(label + percent, to: room, isUnicode: traits.isUnicode) }

        var text = coloured(mark, line.state, traits) + " " + label
        let barColumns = min(maximumBarColumns, (rest - 1) * 3 / 5)
        if barColumns >= minimumBarColumns {
            text += " " + coloured(bar(line.basisPoints, columns: barColumns, traits), line.state, traits)
            rest -= barColumns + 1
        }
        text += percent
        let detail = TerminalText.cut(
            TerminalText.harmless(line.detail),
            to: rest - 2,
            isUnicode: traits.isUnicode
        )
        return detail.isEmpty ? text : text + "  " + detail
    }

    /// The line for output that cannot be redrawn: label, percentage or end, detail.
    static func plain(_ line: ProgressLine) -> String {
        let state =
            line.state == .running ? String(percent(line.basisPoints).drop(while: { $0 == " " })) : "\(line.state)"
        let text = "\(TerminalText.harmless(line.label)): \(state)"
        return line.detail.isEmpty ? text : "\(text)  \(TerminalText.harmless(line.detail))"
    }

    /// Exactly `columns` columns, filled from the left; only a whole job fills the last one.
    static func bar(_ basisPoints: Int, columns: Int, _ traits: TerminalTraits) -> String {
        let part = min(max(basisPoints, 0), 10_000)
        guard traits.isUnicode else {
            let filled = part * (columns - 2) / 10_000
            return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: columns - 2 - filled)
                + "]"
        }
        let eighths = part * columns * 8 / 10_000
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let filled = String(repeating: "█", count: eighths / 8) + partial
        return filled + String(repeating: "░", count: columns - eighths / 8 - (partial.isEmpty ? 0 : 1))
    }

    /// Right-aligned in ``percentColumns``; cut, not rounded, so that 100 % is said of a whole job only.
    private static func percent(_ basisPoints: Int) -> String {
        let tenths = min(max(basisPoints, 0), 10_000) / 10
        let text = "\(tenths / 10).\(tenths % 10)%"
        return String(repeating: " ", count: percentColumns - text.count) + text
    }

    private static func mark(_ state: ProgressLine.State, _ traits: TerminalTraits) -> String {
        switch state {
        case .waiting: traits.isUnicode ? "·" : "."
        case .running: traits.isUnicode ? "▸" : ">"
        case .done: traits.isUnicode ? "✓" : "+"
        case .failed: traits.isUnicode ? "✗" : "!"
        case .cancelled: traits.isUnicode ? "–" : "-"
        }
    }

    private static func coloured(_ text: String, _ state: ProgressLine.State, _ traits: TerminalTraits) -> String {
        guard traits.usesColour else { return text }
        let code =
            switch state {
            case .waiting: "2"
            case .running: "36"
            case .done: "32"
            case .failed: "31"
            case .cancelled: "33"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
