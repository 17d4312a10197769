/// What an import did, or would do.
public struct LegacyReport: Sendable, Equatable {
    /// Rows of the file, and how many of them were older rows of a job that has a newer one.
    public var rows = 0
    public var duplicates = 0
    /// Jobs that were not there, and jobs that were, from an earlier import, and are newer in the file.
    public var imported = 0
    public var updated = 0
    /// Jobs that are there already, as new as in the file or newer, or whose time was over then.
    public var unchanged = 0
    /// Jobs whose time is over: their ids answer 410 from now on.
    public var expired = 0
    /// Rows that are no jobs, each with why.
    public var skipped: [Oddity] = []
    public var results = 0
    /// Results whose own time is over.
    public var expiredResults = 0
    /// Members that were taken out of results.
    public var trustTokens = 0
    /// Imported all the same, as far as it goes.
    public var oddities: [Oddity] = []
    /// Ids of jobs that are queued or processing in the file and whose time is not over: nobody works at them any more.
    public var stuck: [String] = []

    /// Something about one job that is not as it should be.
    public struct Oddity: Sendable, Equatable {
        public var taskID: String
        public var text: String
    }
}

extension LegacyReport: CustomStringConvertible {
    /// Lines for people; of long lists the first ten.
    public var description: String {
        let jobs = "\(imported) jobs imported, \(updated) updated, \(unchanged) already there, \(expired) expired"
        var lines = [
            "\(rows) rows: \(jobs)",
            "\(duplicates) older rows of the same jobs left out, \(skipped.count) rows skipped",
            "\(results) results imported, \(expiredResults) left out because their time is over",
            "\(trustTokens) members trustToken removed from results",
        ]
        lines += list("skipped", skipped.map { "\(quoted($0.taskID)): \($0.text)" })
        lines += list("imported as far as it goes", oddities.map { "\(quoted($0.taskID)): \($0.text)" })
        lines += list("stuck in queued or processing when the file was written", stuck)
        return lines.joined(separator: "\n")
    }

    private func list(_ title: String, _ entries: [String]) -> [String] {
        guard !entries.isEmpty else { return [] }
        let more = entries.count > 10 ? ["  … and \(entries.count - 10) more"] : []
        return ["\(title): \(entries.count)"] + entries.prefix(10).map { "  \($0)" } + more
    }

    /// As it may be shown on a terminal, and no longer than a line.
    private func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(64).map { scalar in
            let isPlain = scalar.properties.generalCategory != .control && scalar != "\u{2028}" && scalar != "\u{2029}"
            return isPlain ? "\(scalar)" : "?"
        }
        return "'\(shown.joined())'"
    }
}
