/// What the bridge is told at the start of the server.
struct BridgeConfiguration: Sendable {
    /// The beginning of the absolute URLs in answers, without a trailing slash; nil takes the request's `Host`.
    var publicURL: String?
    /// Names that a `Host` with a dot may have, without port. IP addresses and names without a dot need not be here.
    var allowedHosts: [String]
    /// The largest JSON result, in bytes, that a status answer carries.
    var inlineResultLimit: Int
    /// The longest time, in seconds, that an answer waits for a change, 0 to 300.
    var maximumWait: Int
    /// Origins whose pages may read answers and write, such as `https://app.example.com`; `*` lets every page read.
    var corsOrigins: [String]

    init(
        publicURL: String? = nil,
        allowedHosts: [String] = [],
        inlineResultLimit: Int = BridgeLimits.inlineResult,
        maximumWait: Int = BridgeLimits.wait,
        corsOrigins: [String] = []
    ) {
        self.publicURL = publicURL
        self.allowedHosts = allowedHosts
        self.inlineResultLimit = inlineResultLimit
        self.maximumWait = maximumWait
        self.corsOrigins = corsOrigins
    }
}
