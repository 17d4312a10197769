/// Jobs as rows of text.
struct JobTable {
    private static let headings = ["JOB", "STATUS", "PROGRESS", "UPDATED", "TYPE", "NAME", "MESSAGE"]

    /// The columns of the terminal; nil: nothing is cut.
    private let columns: Int?
    private var widths: [Int] = []

    init(columns: Int?) {
        self.columns = columns
    }

    /// The rows of `jobs`, with a heading the first time. Columns are as wide as the first jobs make them.
    mutating func text(for jobs: [JobView]) -> String {
        var rows = jobs.map(Self.cells)
        if widths.isEmpty {
            rows.insert(Self.headings, at: 0)
            widths = Self.headings.indices.map { column in
                rows.map { TerminalText.columns(of: $0[column]) }.max() ?? 0
            }
        }
        return rows.map(line).joined(separator: "\n")
    }

    private func line(_ cells: [String]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let padding = max(0, widths[column] - TerminalText.columns(of: cell))
            line += cell + String(repeating: " ", count: padding + 2)
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return columns.map { TerminalText.cut(line, to: $0 - 1, isUnicode: true) } ?? line
    }

    private static func cells(_ job: JobView) -> [String] {
        [
            job.id, job.state.rawValue + (job.isStalled ? "!" : ""), job.percent, job.updatedAt, job.type ?? "-",
            job.name ?? "-", job.message,
        ].map(TerminalText.harmless)
    }
}
