/// Where the server is: `http://HOST[:PORT]`, or `https`, with a path in front of the routes where a proxy wants one.
struct ServerURL: Equatable, Sendable {
    /// Without a slash at the end.
    let text: String

    /// - Throws: ``CommandFailure`` that says what is wrong with `text`.
    init(_ text: String) throws(CommandFailure) {
        func complaint(_ what: String) -> CommandFailure {
            CommandFailure("'\(text)' is no server URL: \(what)", status: .usage)
        }
        let lowercase = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lowercase.hasPrefix) else {
            throw complaint("it has to begin with http:// or https://")
        }
        let rest = text.dropFirst(scheme.count)
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains(where: { "?#@\\\"<>".contains($0) })
        else {
            throw complaint("it holds a character that it must not hold")
        }
        let authority = rest.prefix { $0 != "/" }
        let hostEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        let host = hostEnd.map { authority[..<$0] } ?? authority.prefix { $0 != ":" }
        guard !host.isEmpty, host.hasPrefix("[") == (hostEnd != nil), host != "[]" else {
            throw complaint("it has no host")
        }
        let port = authority[host.endIndex...]
        guard port.isEmpty || port.hasPrefix(":") && (1...65_535).contains(Int(port.dropFirst()) ?? 0) else {
            throw complaint("its port is not 1 to 65535")
        }
        self.text = String(text.reversed().drop { $0 == "/" }.reversed())
    }
}
