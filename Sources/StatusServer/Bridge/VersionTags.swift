/// The entity tags of `If-None-Match` that can be those of a status answer: `"12"` or `W/"12"`, where 12 is a version.
///
/// Source: RFC 9110 §13.1.2; tags are compared weakly. Tags of any other form match nothing.
struct VersionTags: Sendable, Equatable {
    /// `*`: every version.
    private(set) var matchesAny = false
    private(set) var versions: [UInt64] = []

    init() {}

    /// Takes in one line's value; from what is no list of tags on, nothing counts.
    mutating func add(_ value: UnsafeRawBufferPointer) {
        var rest = value[...]
        while let first = rest.first, versions.count < BridgeLimits.entityTags {
            switch first {
            case UInt8(ascii: ","), UInt8(ascii: " "), UInt8(ascii: "\t"):
                rest = rest.dropFirst()
            case UInt8(ascii: "*"):
                matchesAny = true
                return
            case UInt8(ascii: "W"):
                rest = rest.dropFirst()
                guard rest.first == UInt8(ascii: "/") else { return }
                rest = rest.dropFirst()
                guard rest.first == UInt8(ascii: "\"") else { return }
            case UInt8(ascii: "\""):
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return }
                if let version = Self.version(rest[..<end]) { versions.append(version) }
                rest = rest[(end + 1)...]
            default:
                return
            }
        }
    }

    /// True when one of the tags is that of `version`.
    func contains(_ version: UInt64) -> Bool {
        matchesAny || versions.contains(version)
    }

    /// The version that a tag's text spells as this server writes it.
    private static func version(_ text: Slice<UnsafeRawBufferPointer>) -> UInt64? {
        guard let first = text.first, first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        var version: UInt64 = 0
        for byte in text {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
            let (product, isTooLarge) = version.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            if isTooLarge || overflows { return nil }
            version = sum
        }
        return version
    }
}
