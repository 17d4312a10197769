import Bytes
import JSON
import LoadGenerator

/// What the measurement of a server under load found.
struct IngestFigures: Sendable {
    let plan: IngestPlan
    /// Updates that the server acknowledged as applied, over all connections.
    let updates: Int
    /// From the first update to the last acknowledgement.
    let seconds: Double
    /// What went over the wire for an update, HTTP/2 framing included.
    let bytesPerUpdate: Double
    /// Microseconds from the writing of an update to its acknowledgement.
    let delays: Percentiles

    init(plan: IngestPlan, outcomes: [IngestConnection.Outcome]) {
        self.plan = plan
        updates = outcomes.reduce(0) { $0 + $1.updates }
        seconds = Double(outcomes.map(\.nanoseconds).max() ?? 0) / 1e9
        bytesPerUpdate = Double(outcomes.reduce(0) { $0 + $1.bytes }) / Double(max(1, updates))
        delays = outcomes.reduce(into: Percentiles()) { $0.add($1.delays) }
    }

    var updatesPerSecond: Double { Double(updates) / max(seconds, 1e-9) }

    /// One JSON object on one line, with the figures of `checks` where there were any.
    func json(_ checks: Percentiles? = nil) -> String {
        var text = OutputBuffer(capacity: 512)
        text.append("{")
        text.appendJSONKey("updates")
        text.append(decimal: updates)
        text.appendJSONKey("updatesPerSecond")
        text.append(decimal: Int(updatesPerSecond))
        text.appendJSONKey("bytesPerUpdate")
        text.appendJSON((bytesPerUpdate * 1_000).rounded() / 1_000)
        text.appendJSONKey("ackMicrosecondsP50")
        text.append(decimal: delays.value(atPercent: 50))
        text.appendJSONKey("ackMicrosecondsP99")
        text.append(decimal: delays.value(atPercent: 99))
        if let checks {
            text.appendJSONKey("checks")
            text.append(decimal: checks.total)
            text.appendJSONKey("checkMicrosecondsP50")
            text.append(decimal: checks.value(atPercent: 50))
            text.appendJSONKey("checkMicrosecondsP99")
            text.append(decimal: checks.value(atPercent: 99))
        }
        text.append("}")
        return text.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The same for people.
    func text(_ checks: Percentiles? = nil) -> String {
        let streams = plan.connections == 1 ? "1 connection" : "\(plan.connections) connections"
        var rows: [(name: String, figure: String, unit: String)] = [
            ("updates", "\(updates)", "applied and acknowledged"),
            ("rate", "\(Int(updatesPerSecond))", "updates a second"),
            ("size", "\((bytesPerUpdate * 100).rounded() / 100)", "bytes an update, HTTP/2 included"),
            ("ack", "\(delays.value(atPercent: 50))", "us from writing to acknowledgement, median"),
            ("", "\(delays.value(atPercent: 99))", "us, 99th percentile"),
        ]
        if let checks {
            rows.append(("checks", "\(checks.total)", "status checks over HTTP/1.1 meanwhile"))
            rows.append(("", "\(checks.value(atPercent: 50))", "us a check, median"))
            rows.append(("", "\(checks.value(atPercent: 99))", "us, 99th percentile"))
        }
        var lines = ["\(plan.jobs) jobs, \(streams), \(plan.kind.rawValue) updates", ""]
        for row in rows {
            let figure = String(repeating: " ", count: max(0, 12 - row.figure.count)) + row.figure
            lines.append(TerminalText.fit(row.name, to: 8, isUnicode: false) + figure + " " + row.unit)
        }
        return lines.joined(separator: "\n")
    }
}
