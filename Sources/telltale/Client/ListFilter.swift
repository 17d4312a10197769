/// Which jobs a list is to show.
struct ListFilter: Equatable, Sendable {
    var status: String?
    var type: String?
    /// Keys and values.
    var labels: [(key: String, value: String)] = []

    static func == (left: ListFilter, right: ListFilter) -> Bool {
        left.status == right.status && left.type == right.type && left.labels.elementsEqual(right.labels, by: ==)
    }

    /// The query of a request, without "?".
    func query(limit: Int, after cursor: String?) -> String {
        var items = [("limit", "\(limit)")]
        if let status { items.append(("status", status)) }
        if let type { items.append(("type", type)) }
        items += labels.map { ("label.\($0.key)", $0.value) }
        if let cursor { items.append(("cursor", cursor)) }
        return items.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}

struct ListPage: Sendable {
    var answer: JobAnswer
    var jobs: [JobView]
    /// Where the next page begins; nil after the last one.
    var next: String?
}

enum PercentEncoding {
    /// `text` with all but the unreserved characters of RFC 3986, section 2.3, escaped.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if Byte.isLetter(byte) || Byte.isDigit(byte) || "-._~".utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [Byte.percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
