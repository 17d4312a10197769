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
    /// Ids of one request (the contract's number).
    static let idsPerRequest = 1_000
    /// Bytes of a list or batch up to which compressing costs more than it saves (the contract's number), and the level
    /// above that: the fastest, because the event loop waits for it.
    static let uncompressedList = 16_384
    static let listCompression = 1
    /// Seconds of the life of a job and of a result.
    static let lifetime: ClosedRange<Int64> = 1...Int64(StatusCore.Limits.ttl)
    /// Seconds after which a silent job is stalled.
    static let stall: ClosedRange<Int64> = 1...Int64(StatusCore.Limits.stall)
    /// Seconds that an answer may wait, unless the configuration says otherwise, and the most that it may say: less
    /// than n8n's time-out, and the default less than that of common proxies.
    static let wait = 30
    static let longestWait = 300
    /// Milliseconds by which a wait may be shorter than asked for.
    static let waitJitter: Int64 = 1_000
    /// Milliseconds between two events about one job, and after which a silent stream of events gets a comment, so that
    /// nothing between takes it for dead (the contract's numbers).
    static let eventInterval: Int64 = 100
    static let eventComment: Int64 = 15_000
    /// Jobs that one stream of events by type follows: about 4 MiB at most, with the places of their watches.
    static let followedJobs = 10_000
    /// Jobs of a page when such a stream looks at all of its type: some ten KiB, and a list costs a lock a stripe.
    static let feedPage = 64
    /// Milliseconds between two walks of a stream that follows not all that live, and by which they overlap, which is
    /// more than any thread holds on to a time that it has read.
    static let feedWalkInterval: Int64 = 2_000
    static let feedWalkOverlap: Int64 = 5_000
    /// Entity tags of one request that are looked at.
    static let entityTags = 64
    /// Ranges of one request (the contract's number); more of them get the whole.
    static let ranges = 8
    /// Seconds for which a browser may remember what a page of another origin may send.
    static let preflightAge = 600
    /// Seconds in `Retry-After` with a 503 that time may cure.
    static let retryAfter = 5
}
