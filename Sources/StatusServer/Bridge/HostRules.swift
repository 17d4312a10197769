import HTTP1

/// Which names the server answers to, and what the absolute URLs in its answers begin with.
///
/// A page can make its own host name resolve to this server's address and then read answers as its own (DNS
/// rebinding). Such a name has a dot and is no IP address, so names without a dot, addresses, and what the operator
/// named are let in, and everything else is refused.
struct HostRules: Sendable {
    /// In lower case, without port.
    private let allowed: [[UInt8]]
    /// Without a trailing slash.
    private let publicURL: [UInt8]?
    /// Host and port of the public URL, in lower case.
    private let publicAuthority: [UInt8]?

    init(_ configuration: BridgeConfiguration) {
        var url = Array((configuration.publicURL ?? "").utf8)
        while url.last == UInt8(ascii: "/") { url.removeLast() }
        self.publicURL = url.isEmpty ? nil : url
        self.publicAuthority = url.isEmpty ? nil : url.withUnsafeBytes { HostRules.authority(ofURL: $0) }
        var allowed = configuration.allowedHosts.map { $0.utf8.map(ASCII.lowered) }
        // Whoever gave the public URL has named its host.
        if let publicAuthority {
            publicAuthority.withUnsafeBytes { bytes in
                if let authority = Authority(bytes) { allowed.append(Array(bytes[authority.host])) }
            }
        }
        self.allowed = allowed
    }

    /// What absolute URLs begin with for a client that asked for `host`; empty when there is nothing to make them from.
    /// Throws when the server does not answer to that name.
    ///
    /// - Parameter host: as the client sent it; nil or empty when it sent none.
    func baseURL(for host: UnsafeRawBufferPointer?, isSecure: Bool) throws(ErrorAnswer) -> [UInt8] {
        guard let host, !host.isEmpty else { return publicURL ?? [] }
        guard let authority = Authority(host) else { throw .malformedHost }
        guard authority.isBracketed || isServed(host.part(authority.host)) else { throw .foreignHost }
        if let publicURL { return publicURL }
        return Array((isSecure ? "https://" : "http://").utf8) + Array(host)
    }

    private func isServed(_ name: UnsafeRawBufferPointer) -> Bool {
        guard name.contains(UInt8(ascii: ".")) else { return true }
        if HostRules.isIPv4(name) { return true }
        return allowed.contains { $0.withUnsafeBytes { ASCII.equalIgnoringCase(name, $0) } }
    }

    /// True for four decimal numbers of 0 to 255 with dots between them.
    static func isIPv4(_ name: UnsafeRawBufferPointer) -> Bool {
        let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard part.count <= 3, let number = Digits.parse(UnsafeRawBufferPointer(rebasing: part)) else {
                    return false
                }
                return number <= 255
            }
    }
}

extension HostRules {
    /// True when a page from `origin` is not one of this server's own: another host or port than the request's and
    /// than the public URL's. The scheme is left aside, because a proxy in front may have taken off the encryption.
    func isForeign(origin: UnsafeRawBufferPointer, host: UnsafeRawBufferPointer?) -> Bool {
        guard let page = HostRules.authority(ofURL: origin) else { return true }
        if page == publicAuthority { return false }
        guard let host else { return true }
        // The browser formed both from one URL, so the port that a scheme implies is the same on both sides.
        let scheme = origin.prefix { $0 != UInt8(ascii: ":") }
        let asked = HostRules.normalized(host, scheme: UnsafeRawBufferPointer(rebasing: scheme))
        return asked == nil || page != asked
    }

    /// Host and port of an absolute URL; nil when `url` is not one.
    private static func authority(ofURL url: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let colon = url.firstIndex(of: UInt8(ascii: ":")),
            url.count > colon + 3, url[colon + 1] == UInt8(ascii: "/"), url[colon + 2] == UInt8(ascii: "/")
        else { return nil }
        let end = url[(colon + 3)...].firstIndex(of: UInt8(ascii: "/")) ?? url.count
        let scheme = UnsafeRawBufferPointer(rebasing: url[..<colon])
        return normalized(UnsafeRawBufferPointer(rebasing: url[(colon + 3)..<end]), scheme: scheme)
    }

    /// `host:port` in lower case, always with a port; nil when it is malformed or empty.
    private static func normalized(_ bytes: UnsafeRawBufferPointer, scheme: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let authority = Authority(bytes), !authority.host.isEmpty else { return nil }
        let implied: UInt16 = ASCII.equalIgnoringCase(scheme, ("https" as StaticString).bytes) ? 443 : 80
        let host = bytes[authority.host].map(ASCII.lowered)
        let open = authority.isBracketed ? [UInt8(ascii: "[")] : []
        let close = authority.isBracketed ? [UInt8(ascii: "]")] : []
        return open + host + close + Array(":\(authority.port ?? implied)".utf8)
    }
}
