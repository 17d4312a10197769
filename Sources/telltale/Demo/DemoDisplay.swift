import Glibc

/// Draws the board until it is closed: bars on a terminal, a line for each job that has ended in a pipe.
enum DemoDisplay {
    /// Often enough for the eye, and next to no work.
    private static let interval = Duration.milliseconds(80)

    static func show(_ board: DemoBoard, _ traits: TerminalTraits) async {
        var display = ProgressDisplay(traits: traits) { text in
            // Whoever read this has gone away: the jobs go on, and the next print says so.
            try? Console.write(Array(text.utf8))
        }
        var isLast = false
        while true {
            if traits.isTerminal {
                display.traits = .ofStandardOutput()
                display.show(board.workerLines())
            } else {
                display.show(board.takeEnded())
            }
            if isLast { break }
            try? await Task.sleep(for: interval)
            isLast = board.isClosed
        }
        display.finish()
    }
}

extension TerminalTraits {
    /// What standard output can show now.
    static func ofStandardOutput() -> TerminalTraits {
        var environment: [String: String] = [:]
        for name in ["TERM", "NO_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "LANG"] {
            // Nothing in this process changes the environment, so the pointer stays good while it is copied.
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        return of(fileDescriptor: STDOUT_FILENO, environment: environment)
    }
}
