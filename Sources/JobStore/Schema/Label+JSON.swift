internal import Bytes
internal import JSON
internal import StatusCore

extension OutputBuffer {
    /// One JSON object with a member a label.
    mutating func append(labels: [Label]) {
        append("{")
        for (index, label) in labels.enumerated() {
            if index > 0 { append(",") }
            appendJSONString(label.key)
            append(":")
            appendJSONString(label.value)
        }
        append("}")
    }
}

extension Label {
    /// The labels that one JSON object tells of; nil when it is none, or a value is no text.
    static func read(_ json: [UInt8]) -> [Label]? {
        guard let members = (try? JSONValue(parsing: json))?.object else { return nil }
        var labels: [Label] = []
        for member in members {
            guard let value = member.value.string else { return nil }
            labels.append(Label(key: member.key, value: value))
        }
        return labels
    }
}
