/// Shows several jobs at once: bars that are redrawn in place on a terminal, plain lines in a pipe.
///
/// It belongs to one thread or task at a time.
struct ProgressDisplay: ~Copyable {
    /// In a pipe a job gets a new line when it moved this many basis points.
    private static let plainStep = 1_000
    /// A label may take this share of the terminal's columns.
    private static let labelShare = 3

    /// May be replaced between two calls of ``show(_:)``, when the terminal's size has changed.
    var traits: TerminalTraits
    private let write: (String) -> Void
    private var linesOnScreen = 0
    private var said: [String: ProgressLine] = [:]

    /// A display that hands its text, control sequences and line feeds included, to `write`.
    init(traits: TerminalTraits, write: @escaping (String) -> Void) {
        self.traits = traits
        self.write = write
    }

    /// Shows `lines`, in their order; labels tell them apart. On a terminal they replace what the last call showed,
    /// and lines for which the screen has no room are counted instead.
    mutating func show(_ lines: [ProgressLine]) {
        if traits.isTerminal {
            redraw(lines)
        } else {
            for line in lines where isNews(line) {
                said[line.label] = line
                write(ProgressBar.plain(line) + "\n")
            }
        }
    }

    /// Forgets what is on the screen, so that whatever is written next stands below it.
    mutating func finish() {
        linesOnScreen = 0
    }

    private func isNews(_ line: ProgressLine) -> Bool {
        guard let last = said[line.label] else { return true }
        return last.state != line.state || line.basisPoints - last.basisPoints >= Self.plainStep
    }

    private mutating func redraw(_ lines: [ProgressLine]) {
        let room = max(1, traits.rows - 1)
        let shown = lines.count <= room ? lines[...] : lines.prefix(room - 1)
        let widest = shown.lazy.map { TerminalText.columns(of: TerminalText.harmless($0.label)) }.max() ?? 0
        let labelColumns = min(widest, traits.columns / Self.labelShare)
        var text = linesOnScreen > 0 ? "\u{1B}[\(linesOnScreen)A" : ""
        for line in shown {
            text += "\r" + ProgressBar.render(line, labelColumns: labelColumns, traits: traits) + "\u{1B}[K\n"
        }
        if shown.count < lines.count {
            let rest = "and \(lines.count - shown.count) more"
            text += "\r" + TerminalText.cut(rest, to: traits.columns - 1, isUnicode: traits.isUnicode) + "\u{1B}[K\n"
        }
        linesOnScreen = shown.count + (shown.count < lines.count ? 1 : 0)
        write(text + "\u{1B}[J")
    }
}
