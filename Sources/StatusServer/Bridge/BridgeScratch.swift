import StatusCore

/// What the bridge reuses from answer to answer, so that a status check allocates nothing. One an event loop.
final class BridgeScratch {
    /// Holds the job that is being answered about.
    let snapshot = JobSnapshot()
    /// The host of the request before this one and what became of it: a loop's clients mostly use the same name.
    private var lastHost: [UInt8] = []
    private var lastIsSecure = false
    private var lastBaseURL: [UInt8]?

    /// Set by the bridge when the answer that it has just written must not leave before changes are on disk; taken by
    /// the transport.
    var settling: SettlingAnswer?

    init() {}

    /// What `rules` say about a host, without asking them twice in a row about the same one.
    func baseURL(
        for host: UnsafeRawBufferPointer?,
        isSecure: Bool,
        by rules: HostRules
    ) throws(ErrorAnswer) -> [UInt8] {
        guard let host else { return try rules.baseURL(for: nil, isSecure: isSecure) }
        if let lastBaseURL, isSecure == lastIsSecure, lastHost.withUnsafeBytes({ ASCII.equal($0, host) }) {
            return lastBaseURL
        }
        let baseURL = try rules.baseURL(for: host, isSecure: isSecure)
        lastHost = Array(host)
        lastIsSecure = isSecure
        lastBaseURL = baseURL
        return baseURL
    }
}
