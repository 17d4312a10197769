/// What Accept-Encoding says about gzip (RFC 9110 section 12.5.3), collected over all lines of the field.
public struct AcceptEncoding: Sendable {
    /// The weight of `gzip` or its old name `x-gzip`, in thousandths.
    private var gzip: Int?
    /// The weight of `*`.
    private var anything: Int?

    /// No line seen: identity only.
    public init() {}

    /// Takes in one line's value. A member whose weight is malformed is ignored.
    public mutating func add(_ value: UnsafeRawBufferPointer) {
        let view = unsafe ByteView(value)
        var members = ListMembers(view, view.indices)
        while let member = members.next() {
            let nameEnd = view.firstIndex(of: ASCII.semicolon, in: member) ?? member.upperBound
            let name = view.trimmed(member.lowerBound..<nameEnd)
            guard let weight = QualityValue.weight(view, parameters: nameEnd..<member.upperBound) else { continue }
            if view.matches(name, "gzip") || view.matches(name, "x-gzip") {
                gzip = max(gzip ?? 0, weight)
            } else if view.equals(name, "*") {
                anything = max(anything ?? 0, weight)
            }
        }
    }

    /// True when an answer may be gzip: named with a weight above 0, or covered by `*` and not named.
    public var allowsGzip: Bool { (gzip ?? anything ?? 0) > 0 }
}

extension Array where Element == HeaderField {
    /// True when Accept-Encoding allows gzip; false without that field, although RFC 9110 would let a server choose.
    public func allowsGzip(in bytes: UnsafeRawBufferPointer) -> Bool {
        var accepted = AcceptEncoding()
        unsafe forEachValue(of: "accept-encoding", in: bytes) { unsafe accepted.add($0) }
        return accepted.allowsGzip
    }
}
