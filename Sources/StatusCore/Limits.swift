/// Every bound of the core, with its reason. Lengths are bytes of UTF-8.
public enum Limits {
    // Texts. Long enough for people, short enough that a million jobs with all of them stay in memory.
    public static let typeLength = 64
    public static let unitLength = 64
    public static let stepNameLength = 256
    /// From the HTTP contract.
    public static let noteLength = 1_024
    public static let failureCodeLength = 64
    /// A stack trace's last lines.
    public static let failureTextLength = 4_096
    public static let cancelReasonLength = 1_024
    /// From the HTTP contract, as the next four.
    public static let idempotencyKeyLength = 64
    public static let labelCount = 16
    public static let labelKeyLength = 64
    public static let labelValueLength = 256
    public static let metadataLength = 16_384

    /// The longest life of a job or a result, in seconds: a year.
    public static let ttl: UInt32 = 31_536_000
    /// The longest stall time, in seconds: the record measures silence in 32 bits of milliseconds, of which half may
    /// pass before the order of two moments is lost.
    public static let stall: UInt32 = 2_000_000
    /// How long after its stream was lost a job counts as stalled, in milliseconds.
    public static let lostStreamGrace: UInt32 = 30_000

    /// Stripes are numbered in 16 bits.
    public static let stripes = 65_536
    /// The largest cap on jobs: records are numbered in 31 bits.
    public static let jobs = 1_000_000_000
    /// The smallest cap on memory, in bytes: a chunk for each kind of it, and something to work with.
    public static let leastMemory = 32 << 20
    /// How many jobs a page of a list looks at before it ends, so that a filter that nothing matches costs a
    /// bounded time.
    public static let examinedPerPage = 4_096
    /// Event loops that may watch one table: with the committer, their set is one word, which a change hands out of a
    /// stripe's lock.
    public static let mailboxes = 63
    /// Watchers in one stripe: more than a server has sockets, since all of them may want the same job, and few
    /// enough that a place among them fits 32 bits.
    public static let watchersPerStripe = 1 << 20
    /// How many watchers are told in one turn of their event loop: some hundred microseconds.
    public static let wakesPerDrain = 1_024
    /// New jobs that are kept for a follower who does not come for them: 64 KiB.
    public static let queuedCreations = 4_096
    /// Steps of a job's life that its history tells, from the HTTP contract; and what all histories of a table may
    /// come to, in bytes: most jobs cost none of it, and a job that was tried twice some 400.
    public static let transitions = 64
    public static let historyBytes = 64 << 20
    /// The largest page of a list, from the HTTP contract.
    public static let pageLength = 1_000

    /// When to ask again, in milliseconds: not sooner than a round trip is worth, not later than a person waits.
    public static let shortestRetryAfter = 500
    public static let longestRetryAfter = 10_000

    /// The time over which the pace of a job forgets, in seconds: long enough to even out bursts, short enough to
    /// follow a change of phase.
    internal static let paceMemory: Float = 20
    /// A slower rate than this, in basis points a second, counts as standing still: a job at that pace needs centuries.
    internal static let paceFloor: Float = 1e-6
    /// The shortest time between two samples of the pace, in milliseconds: finer ones measure the batching.
    internal static let paceInterval: UInt32 = 200
    /// From this many samples on the pace is used for the estimate.
    internal static let paceWarmth: UInt8 = 5
}
