/// Prefer (RFC 7240).
public enum Prefer {
    /// The seconds of `wait` in one line's value; nil without it, or when it is no number. The first one counts
    /// (RFC 7240 section 2).
    public static func wait(in value: UnsafeRawBufferPointer) -> Int? {
        let view = unsafe ByteView(value)
        var members = ListMembers(view, view.indices)
        while let member = members.next() {
            // Parameters of a preference follow a semicolon and mean nothing here.
            var parts = ListMembers(view, member, separator: ASCII.semicolon)
            guard let preference = parts.next(),
                let equals = view.firstIndex(of: ASCII.equals, in: preference),
                view.matches(view.trimmed(preference.lowerBound..<equals), "wait")
            else { continue }
            return view.decimal(in: unquoted(view, view.trimmed(equals + 1..<preference.upperBound)))
        }
        return nil
    }

    private static func unquoted(_ view: ByteView, _ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, view[range.lowerBound] == ASCII.quote, view[range.upperBound - 1] == ASCII.quote else {
            return range
        }
        return range.lowerBound + 1..<range.upperBound - 1
    }
}

extension Array where Element == HeaderField {
    /// The seconds that `Prefer: wait=SECONDS` asks for; nil without it.
    public func preferredWait(in bytes: UnsafeRawBufferPointer) -> Int? {
        var seconds: Int?
        unsafe forEachValue(of: "prefer", in: bytes) { value in
            if seconds == nil { seconds = unsafe Prefer.wait(in: value) }
        }
        return seconds
    }
}
