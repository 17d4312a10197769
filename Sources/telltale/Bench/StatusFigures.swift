import Bytes
import JSON
import LoadGenerator

/// What the measurement of status checks found.
struct StatusFigures: Sendable {
    let plan: StatusPlan
    let outcome: LoadOutcome
    /// Idle connections that were still open when the load had ended.
    let idleLeft: Int

    /// What is shown of the latencies.
    private static let percentiles: [(key: StaticString, label: String, percent: Double)] = [
        ("latencyMicrosecondsP50", "50 %", 50), ("latencyMicrosecondsP90", "90 %", 90),
        ("latencyMicrosecondsP99", "99 %", 99), ("latencyMicrosecondsP999", "99.9 %", 99.9),
        ("latencyMicrosecondsP9999", "99.99 %", 99.99),
    ]

    /// Microseconds, to a tenth.
    private static func microseconds(_ nanoseconds: Int) -> Double { Double((nanoseconds + 50) / 100) / 10 }

    /// One JSON object on one line.
    var json: String {
        var text = OutputBuffer(capacity: 512)
        text.append("{")
        text.appendJSONKey("requests")
        text.append(decimal: outcome.answers)
        text.appendJSONKey("requestsPerSecond")
        text.append(decimal: Int(outcome.rate.rounded()))
        for (key, _, percent) in Self.percentiles {
            text.appendJSONKey(key)
            text.appendJSON(Self.microseconds(outcome.latency(at: percent)))
        }
        text.appendJSONKey("latencyMicrosecondsMax")
        text.appendJSON(Self.microseconds(outcome.longest))
        text.appendJSONKey("errors")
        text.append(decimal: outcome.errors)
        text.appendJSONKey("wrongAnswers")
        text.append(decimal: outcome.wrong)
        text.appendJSONKey("unanswered")
        text.append(decimal: outcome.unanswered)
        text.appendJSONKey("lostConnections")
        text.append(decimal: outcome.lost)
        text.appendJSONKey("bytes")
        text.append(decimal: outcome.bytes)
        text.appendJSONKey("seconds")
        text.appendJSON((Double(outcome.nanoseconds) / 1e6).rounded() / 1e3)
        text.appendJSONKey("connections")
        text.append(decimal: plan.connections)
        text.appendJSONKey("pipeline")
        text.append(decimal: plan.pipeline)
        if plan.idle > 0 {
            text.appendJSONKey("idleConnections")
            text.append(decimal: plan.idle)
            text.appendJSONKey("idleConnectionsLost")
            text.append(decimal: plan.idle - idleLeft)
        }
        if let rate = plan.rate {
            text.appendJSONKey("rate")
            text.appendJSON(rate)
        }
        text.append("}")
        return text.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The same for people.
    var text: String {
        var rows: [(name: String, figure: String, unit: String)] = [
            ("checks", "\(outcome.answers)", "answered in \((Double(outcome.nanoseconds) / 1e8).rounded() / 10) s"),
            ("rate", "\(Int(outcome.rate.rounded()))", "checks a second"),
        ]
        for (_, label, percent) in Self.percentiles {
            rows.append((label, "\(Self.microseconds(outcome.latency(at: percent)))", "us or less"))
        }
        rows.append(("longest", "\(Self.microseconds(outcome.longest))", "us"))
        rows.append(("size", "\(outcome.bytes / max(1, outcome.answers))", "bytes an answer"))
        if plan.idle > 0 { rows.append(("idle", "\(idleLeft)", "of \(plan.idle) idle connections still open")) }
        rows.append(("errors", "\(outcome.errors)", complaint ?? "all answers were right"))
        var lines = [heading, ""]
        for row in rows {
            let figure = String(repeating: " ", count: max(0, 12 - row.figure.count)) + row.figure
            lines.append(TerminalText.fit(row.name, to: 9, isUnicode: false) + figure + " " + row.unit)
        }
        return lines.joined(separator: "\n")
    }

    private var heading: String {
        let connections = plan.connections == 1 ? "1 connection" : "\(plan.connections) connections"
        let depth = plan.pipeline == 1 ? "" : ", \(plan.pipeline) pipelined"
        guard let rate = plan.rate else { return "\(connections)\(depth), as fast as answers come" }
        return "\(connections)\(depth), \(rate) checks a second, times from when each was due"
    }

    /// What was not right, in words; nil when all was.
    var complaint: String? {
        guard outcome.errors > 0 || outcome.lost > 0 else { return nil }
        return "\(outcome.wrong) wrong answers, \(outcome.unanswered) checks without one, "
            + "\(outcome.lost) lost connections"
    }
}
