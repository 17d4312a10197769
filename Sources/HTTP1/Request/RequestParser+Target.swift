/// The forms of a request target (RFC 9112 section 3.2).
extension RequestParser {
    /// Finds path, query and host in the target at `range`, whose bytes are already known to be allowed.
    mutating func splitTarget(_ view: ByteView, _ range: Range<Int>, _ head: inout RequestHead) -> RequestFailure? {
        guard !range.isEmpty else { return .malformedRequestLine }
        head.target = range
        if head.method == .connect { return splitAuthorityForm(view, range, &head) }
        let pathEnd = questionMark ?? range.upperBound
        if let questionMark { head.query = questionMark &+ 1..<range.upperBound }
        if view[range.lowerBound] == UInt8(ascii: "/") {
            head.targetForm = .origin
            head.path = range.lowerBound..<pathEnd
            return nil
        }
        if range.count == 1, view[range.lowerBound] == UInt8(ascii: "*") {
            head.targetForm = .asterisk
            head.path = range.upperBound..<range.upperBound
            return head.method == .options ? nil : .malformedTarget
        }
        return splitAbsoluteForm(view, range, pathEnd, &head)
    }

    /// `host:port`, both needed (RFC 9110 section 9.3.6).
    private func splitAuthorityForm(
        _ view: ByteView,
        _ range: Range<Int>,
        _ head: inout RequestHead
    ) -> RequestFailure? {
        guard let authority = Authority(view, in: range), authority.port != nil else { return .malformedTarget }
        head.targetForm = .authority
        head.path = range.upperBound..<range.upperBound
        head.host = range
        return nil
    }

    /// `http://host/path?query`. User information is no part of an `http` URI that is sent (RFC 9110 section 4.2.4),
    /// and `@` is refused as no character of a host.
    private func splitAbsoluteForm(
        _ view: ByteView,
        _ range: Range<Int>,
        _ pathEnd: Int,
        _ head: inout RequestHead
    ) -> RequestFailure? {
        guard
            let scheme = view.firstIndex(
                of: UInt8(ascii: ":"),
                in: range.lowerBound..<min(pathEnd, range.lowerBound &+ 6)
            ),
            view.matches(range.lowerBound..<scheme, "http") || view.matches(range.lowerBound..<scheme, "https"),
            scheme &+ 3 <= pathEnd, view.equals(scheme..<scheme &+ 3, "://")
        else { return .malformedTarget }
        let authorityStart = scheme &+ 3
        let pathStart = view.firstIndex(of: UInt8(ascii: "/"), in: authorityStart..<pathEnd) ?? pathEnd
        guard let authority = Authority(view, in: authorityStart..<pathStart), !authority.host.isEmpty else {
            return .malformedHost
        }
        head.targetForm = .absolute
        head.path = pathStart..<pathEnd
        head.host = authorityStart..<pathStart
        return nil
    }
}
