import UpdateProtocol

/// Every bound of the client that the protocol does not set (those are in `UpdateLimits`), with its reason.
enum Limits {
    /// Frames sent and not yet acknowledged. Beyond it reports wait, and so coalesce, instead of queueing anywhere.
    static let framesInFlight = 65_536
    /// Frames sent and not yet durable, on a server that keeps what it is told: a disk that is behind for longer makes
    /// reports wait, instead of an ever longer list of what might have to be sent again. 16 MiB of memory.
    static let framesUnconfirmed = 16 * framesInFlight
    /// Entries of one run: fewer than every server takes, and small enough that a batch stays near its limit.
    static let runEntries = 8_192
    /// Bytes of frames encoded in one turn of the event loop, so that a great number of jobs does not hold it.
    static let batchBytes = 64 * 1_024
    /// Bytes queued in HTTP/2 on one stream above which nothing more is encoded for it: the server is behind, and
    /// what waits here coalesces.
    static let queuedBytes = 256 * 1_024
    /// Bytes of a result asked from its source at once: a few frames, so that a hop between threads is worth it.
    static let resultReadBytes = 128 * 1_024
    /// The longest payload of a result frame: what every server takes, less the transfer's number.
    static let resultFrameBytes = UpdateLimits.assumed.maximumFrame - 16
    /// How often one result is sent before the client gives up: the connection was lost, or the server lost the bytes.
    static let resultAttempts = 20
    /// The time between two signs of life, where the server has not said how often it wants one.
    static let heartbeatMilliseconds: UInt32 = 10_000
    /// A connection that held this long was a good one: the next attempt to connect starts with the shortest delay.
    static let goodConnectionSeconds: Int64 = 2
    /// How long results under way may go on after a goodbye, before the next connection is made: a server that drains
    /// waits about as long.
    static let lastUploadsSeconds: Int64 = 10
    /// Bytes written to the socket at once.
    static let socketWriteBytes = 64 * 1_024
}
