import HTTP1

/// Browsers are clients too: what a page of another site can make them send.
extension Bridge {
    /// Throws for a write that a page of another site sent. Clients that are no browsers send neither field,
    /// and pages of origins that the operator has named may write.
    func refuseOtherSites(_ request: BridgeRequest) throws(ErrorAnswer) {
        let origin = request.value(of: "origin")
        if let origin, origins.isNamed(origin) { return }
        if let site = request.value(of: "sec-fetch-site"), ASCII.equal(site, "cross-site") { throw .crossSite }
        if let origin, hosts.isForeign(origin: origin, host: request.host) {
            throw .crossSite
        }
    }

    /// True when the body is declared JSON, false when nothing is said about it; throws for any other type.
    ///
    /// Forms and plain text are what a page may send to another site without asking it first, so a body of those
    /// types never counts as JSON. A type without a body means nothing.
    func isDeclaredJSON(_ request: BridgeRequest) throws(ErrorAnswer) -> Bool {
        guard request.hasBody else { return false }
        if let coding = request.value(of: "content-encoding"), !isIdentity(coding) { throw .unsupportedCoding }
        guard let type = request.value(of: "content-type") else { return false }
        guard MediaType.matches(type, "application/json") else { throw .unsupportedMediaType("application/json") }
        return true
    }

    /// Throws unless the body is a sequence of update frames.
    func requireUpdates(_ request: BridgeRequest) throws(ErrorAnswer) {
        guard let type = request.value(of: "content-type"),
            MediaType.matches(type, "application/vnd.telltale.updates")
        else { throw .unsupportedMediaType("application/vnd.telltale.updates") }
    }

    /// True for a `Content-Encoding` that changes nothing.
    func isIdentity(_ coding: UnsafeRawBufferPointer) -> Bool {
        coding.isEmpty || ASCII.equalIgnoringCase(coding, ("identity" as StaticString).bytes)
    }
}
