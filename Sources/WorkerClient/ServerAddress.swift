/// Where the server listens, read from a URL.
struct ServerAddress: Sendable, Equatable {
    /// A name or an IP address, without brackets.
    var host: String
    /// 1 to 65,535.
    var port: Int
    /// What goes into `:authority`.
    var authority: String

    /// Reads `http://HOST[:PORT][/]`; the port is 80 when it is left out, and HOST may be an IPv6 address in brackets.
    init(_ url: String) throws(WorkerError) {
        let parts = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//") else {
            throw .invalidServer("\(url) is not of the form http://HOST:PORT")
        }
        guard parts[0].lowercased() == "http" else {
            throw .invalidServer("\(url): only http is supported, not \(parts[0])")
        }
        var authority = parts[1].dropFirst(2)
        if authority.hasSuffix("/") { authority.removeLast() }
        guard !authority.isEmpty, authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !authority.contains(where: { "/?#@".contains($0) })
        else {
            throw .invalidServer("\(url) is not of the form http://HOST:PORT")
        }

        let host: Substring
        var port: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw .invalidServer("\(url): the bracket is not closed")
            }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { throw .invalidServer("\(url): no port after the bracket") }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard pieces.count <= 2 else { throw .invalidServer("\(url): an IPv6 address goes into brackets") }
            host = pieces[0]
            port = pieces.count == 2 ? pieces[1] : nil
        }
        let number = port.map { Int($0) ?? 0 } ?? 80
        guard !host.isEmpty, (1...65_535).contains(number) else {
            throw .invalidServer("\(url): no host, or a port that is not 1 to 65535")
        }
        self.host = String(host)
        self.port = number
        self.authority = String(authority)
    }
}
