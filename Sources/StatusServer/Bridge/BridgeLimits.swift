import StatusCore

/// The limits of what clients may send to the bridge, each with its reason. Those of a job's own texts are the core's.
enum BridgeLimits {
    /// Bytes of a JSON request body: 16 KiB of metadata, which escapes can make six times as long, and 16 labels.
    static let jsonBody = 131_072
    /// Bytes of a JSON result that a status answer carries, unless the configuration says otherwise.
    static let inlineResult = 1_048_576
    /// Bytes of a result that are decoded on the event loop for a status answer; above that a hop to the transfer pool
    /// costs less than the time for which other connections would wait.
    static let resultOnLoop = 65_536
    /// Jobs on one page of the list (the contract's numbers), and how many there are without a `limit`.
    static let listPage = 1...StatusCore.Limits.pageLength
    static let defaultListPage = 100
    /// Seconds of the life of a job and of a result.
    static let lifetime: ClosedRange<Int64> = 1...Int64(StatusCore.Limits.ttl)
    /// Seconds after which a silent job is stalled.
    static let stall: ClosedRange<Int64> = 1...Int64(StatusCore.Limits.stall)
    /// Seconds that an answer may wait, unless the configuration says otherwise, and the most that it may say: less than
    /// n8n's time-out, and the default less than that of common proxies.
    static let wait = 30
    static let longestWait = 300
    /// Milliseconds by which a wait may be shorter than asked for.
    static let waitJitter: Int64 = 1_000
    /// Entity tags of one request that are looked at.
    static let entityTags = 64
    /// Seconds in `Retry-After` with a 503 that time may cure.
    static let retryAfter = 5
}
