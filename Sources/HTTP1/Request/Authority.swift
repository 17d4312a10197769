/// A host with an optional port, as in Host, `:authority` and URLs (RFC 9110 section 7.2, RFC 3986 section 3.2).
public struct Authority: Sendable, Equatable {
    /// Where the host stands in the bytes given; an IPv6 address is without its brackets. Empty only when all is.
    public let host: Range<Int>
    /// The port; nil when there is none, or nothing behind the colon.
    public let port: UInt16?
    /// True when the host is an IP address in brackets.
    public let isBracketed: Bool

    /// Nil unless `bytes` are empty, `host`, `host:port` or `[address]:port`. User information is not accepted.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        let view = unsafe ByteView(bytes)
        self.init(view, in: view.indices)
    }

    init?(_ view: ByteView, in range: Range<Int>) {
        let hostEnd: Int
        if let first = range.first, view[first] == UInt8(ascii: "[") {
            let bracket = view.end(of: .addressLiteral, in: first &+ 1..<range.upperBound)
            host = first &+ 1..<bracket
            guard !host.isEmpty, bracket < range.upperBound, view[bracket] == UInt8(ascii: "]") else { return nil }
            hostEnd = bracket &+ 1
            isBracketed = true
        } else {
            hostEnd = view.end(of: .registeredName, in: range)
            host = range.lowerBound..<hostEnd
            isBracketed = false
            guard !host.isEmpty || range.isEmpty else { return nil }
        }
        guard hostEnd < range.upperBound else {
            port = nil
            return
        }
        guard view[hostEnd] == UInt8(ascii: ":") else { return nil }
        let digits = hostEnd &+ 1..<range.upperBound
        guard !digits.isEmpty else {
            port = nil
            return
        }
        guard let number = view.decimal(in: digits), let port = UInt16(exactly: number) else { return nil }
        self.port = port
    }
}
