import Bytes

/// The text format of Prometheus, version 0.0.4.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
extension OutputBuffer {
    enum MetricKind {
        case counter, gauge

        fileprivate var name: StaticString {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            }
        }
    }

    /// Begins a metric; `help` is one line without a backslash.
    mutating func beginMetric(_ name: StaticString, _ kind: MetricKind, _ help: StaticString) {
        append("# HELP ")
        append(name)
        append(" ")
        append(help)
        append("\n# TYPE ")
        append(name)
        append(" ")
        append(kind.name)
        append("\n")
    }

    /// One sample of a metric, with a label where `label` is one, such as `state="queued"`.
    mutating func appendSample(_ name: StaticString, _ label: StaticString?, _ value: UInt64) {
        appendName(name, label)
        append(decimal: value)
        append("\n")
    }

    /// A sample that is never below 0, whatever two counts taken a moment apart make of it.
    mutating func appendSample(_ name: StaticString, _ label: StaticString? = nil, count: Int) {
        appendSample(name, label, UInt64(max(count, 0)))
    }

    /// A sample in seconds, from microseconds of at least 0.
    mutating func appendSample(_ name: StaticString, microseconds: Int64) {
        appendName(name, nil)
        append(decimal: Int(microseconds / 1_000_000))
        append(".")
        append(decimal: Int(microseconds % 1_000_000), width: 6)
        append("\n")
    }

    /// A metric with one sample.
    mutating func appendMetric(_ name: StaticString, _ kind: MetricKind, _ help: StaticString, _ value: Int) {
        beginMetric(name, kind, help)
        appendSample(name, count: value)
    }

    private mutating func appendName(_ name: StaticString, _ label: StaticString?) {
        append(name)
        if let label {
            append("{")
            append(label)
            append("}")
        }
        append(" ")
    }
}
