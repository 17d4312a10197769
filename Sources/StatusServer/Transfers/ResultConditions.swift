import HTTP1

/// What a request says about the stored bytes that it has, or wants a part of (RFC 9110 §13 and §14.2). It outlives
/// the request, which may have to wait.
final class ResultConditions: Sendable {
    /// `Range`; nil without it, and where it means nothing: for HEAD, or said twice.
    private let range: [UInt8]?
    /// `If-Range`.
    private let ifRange: [UInt8]?
    /// The lines of `If-None-Match`.
    private let ifNoneMatch: [[UInt8]]

    /// nil for a request that says nothing of the kind.
    init?(_ request: BridgeRequest) {
        var (ranges, ifRange, ifNoneMatch) = ([[UInt8]](), [UInt8]?.none, [[UInt8]]())
        for field in request.fields {
            let (name, value) = (request.bytes.part(field.name), request.bytes.part(field.value))
            switch field.name.count {
            case 5 where ASCII.equalIgnoringCase(name, ("range" as StaticString).bytes): ranges.append(Array(value))
            case 8 where ASCII.equalIgnoringCase(name, ("if-range" as StaticString).bytes): ifRange = Array(value)
            case 13 where ASCII.equalIgnoringCase(name, ("if-none-match" as StaticString).bytes):
                ifNoneMatch.append(Array(value))
            default: break
            }
        }
        let range = request.method != .head && ranges.count == 1 ? ranges[0] : nil
        guard range != nil || !ifNoneMatch.isEmpty else { return nil }
        (self.range, self.ifRange, self.ifNoneMatch) = (range, ifRange, ifNoneMatch)
    }

    /// True for a request whose answer comes from the identity form, whatever else the client takes.
    var asksForRange: Bool { range != nil }

    /// True when the client has these bytes, by their tag (RFC 9110 §13.1.2: compared weakly).
    func hasSeen(_ entityTag: String) -> Bool {
        let wanted = Array(entityTag.utf8)
        return ifNoneMatch.contains { line in
            if line == [UInt8(ascii: "*")] { return true }
            // No tag of ours holds a comma, so that what is cut inside a foreign tag matches nothing.
            return line.split(separator: UInt8(ascii: ",")).contains { member in
                var member = member.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
                while let last = member.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") {
                    member.removeLast()
                }
                return member.elementsEqual(wanted) || member.elementsEqual(Array("W/".utf8) + wanted)
            }
        }
    }

    /// The parts to send of a representation with this tag and length.
    func parts(_ entityTag: String, length: Int) -> ByteRanges {
        guard let range else { return .whole }
        // A date never matches, as no answer has one, and a weak tag does not either (RFC 9110 §13.1.5).
        if let ifRange, ifRange != Array(entityTag.utf8) { return .whole }
        return range.withUnsafeBytes { ByteRanges($0, length: length) }
    }
}
