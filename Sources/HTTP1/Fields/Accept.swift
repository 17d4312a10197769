/// Accept (RFC 9110 section 12.5.1).
public enum Accept {
    /// True when one line's value names `mediaType`, in lower case, with a weight above 0. Ranges such as `*/*` name
    /// nothing; parameters other than the weight are ignored.
    public static func names(_ mediaType: StaticString, in value: UnsafeRawBufferPointer) -> Bool {
        let view = unsafe ByteView(value)
        var members = ListMembers(view, view.indices)
        while let member = members.next() {
            let nameEnd = view.firstIndex(of: ASCII.semicolon, in: member) ?? member.upperBound
            guard view.matches(view.trimmed(member.lowerBound..<nameEnd), mediaType) else { continue }
            if let weight = QualityValue.weight(view, parameters: nameEnd..<member.upperBound), weight > 0 {
                return true
            }
        }
        return false
    }
}

extension Array where Element == HeaderField {
    /// True when Accept names `application/problem+json`: such a client gets errors in the form of RFC 9457.
    public func acceptsProblemJSON(in bytes: UnsafeRawBufferPointer) -> Bool {
        var isNamed = false
        unsafe forEachValue(of: "accept", in: bytes) {
            if unsafe Accept.names("application/problem+json", in: $0) { isNamed = true }
        }
        return isNamed
    }
}
