import Bytes
import JSON

/// The result of one job of the demo: `sanitizedContent`, and `metadata` about it.
struct SanitizedDocument {
    var content: [UInt8]
    var sanitizer: Sanitizer
    /// Milliseconds since 1970.
    var finishedAt: Int64

    /// The document as compact JSON. Lengths and offsets are in bytes of UTF-8.
    func json() -> [UInt8] {
        let findings = sanitizer.findings
        var json = OutputBuffer(capacity: content.count + content.count / 16 + 1_024)
        json.append("{\"sanitizedContent\":")
        content.withUnsafeBytes { json.appendJSONString($0) }
        json.append(",\"metadata\":{\"originalLength\":")
        json.append(decimal: sanitizer.originalLength)
        json.append(",\"sanitizedLength\":")
        json.append(decimal: sanitizer.sanitizedLength)
        json.append(",\"findings\":{\"total\":")
        json.append(decimal: findings.total)
        json.append(",\"counts\":{")
        for kind in HiddenCharacter.allCases {
            guard let count = findings.counts[kind] else { continue }
            json.separate()
            json.appendJSONString(kind.rawValue)
            json.append(":")
            json.append(decimal: count)
        }
        json.append("},\"first\":[")
        for finding in findings.first {
            json.separate()
            json.append(finding)
        }
        json.append("]},\"timestamp\":")
        json.appendJSONTime(finishedAt)
        json.append("}}")
        return json.copy()
    }
}

extension OutputBuffer {
    fileprivate mutating func append(_ finding: Findings.Finding) {
        append("{\"kind\":")
        appendJSONString(finding.kind.rawValue)
        if let scalar = finding.scalar {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            append(",\"character\":")
            appendJSONString("U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
        }
        append(",\"offset\":")
        append(decimal: finding.place.offset)
        append(",\"line\":")
        append(decimal: finding.place.line)
        append(",\"column\":")
        append(decimal: finding.place.column)
        append("}")
    }

    /// A comma, unless an object or an array has just begun.
    fileprivate mutating func separate() {
        let last = withBytes { $0.last }
        if last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { append(",") }
    }
}
