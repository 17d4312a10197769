import Glibc

/// What the place that output goes to can show.
struct TerminalTraits: Sendable, Equatable {
    /// True when lines can be redrawn; false for a pipe, a file and a terminal without cursor movement.
    var isTerminal: Bool
    /// Columns of a line; at least 1.
    var columns: Int
    /// Lines on the screen; at least 1.
    var rows: Int
    /// False when the user asked for no colours (`NO_COLOR`, see no-color.org) or output is not a terminal.
    var usesColour: Bool
    /// True when the locale's character set is UTF-8.
    var isUnicode: Bool

    /// Traits of a pipe or a file: nothing is redrawn and nothing coloured.
    static let plain = TerminalTraits(isTerminal: false, columns: 80, rows: 24, usesColour: false, isUnicode: true)

    /// The traits of `fileDescriptor` under `environment`.
    static func of(fileDescriptor: CInt, environment: [String: String]) -> TerminalTraits {
        let isTerminal = isatty(fileDescriptor) == 1 && environment["TERM"] != "dumb"
        var size = winsize()
        let isMeasured = isTerminal && ioctl(fileDescriptor, UInt(TIOCGWINSZ), &size) == 0
        return TerminalTraits(
            isTerminal: isTerminal,
            columns: positive(isMeasured ? Int(size.ws_col) : 0) ?? positive(environment["COLUMNS"]) ?? 80,
            rows: positive(isMeasured ? Int(size.ws_row) : 0) ?? positive(environment["LINES"]) ?? 24,
            usesColour: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty,
            isUnicode: isUnicode(environment)
        )
    }

    /// The locale by POSIX precedence: the first of these that is set and not empty decides.
    private static func isUnicode(_ environment: [String: String]) -> Bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        guard let locale = names.lazy.compactMap({ environment[$0] }).first(where: { !$0.isEmpty }) else {
            return false
        }
        let lowercase = locale.lowercased()
        return lowercase.contains("utf-8") || lowercase.contains("utf8")
    }

    private static func positive(_ text: String?) -> Int? {
        positive(text.flatMap { Int($0) } ?? 0)
    }

    private static func positive(_ number: Int) -> Int? {
        (1...10_000).contains(number) ? number : nil
    }
}
