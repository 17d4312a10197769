/// A moment, read by the caller once for a whole batch of events: the core has no clock of its own.
///
/// Times that people see and `expiresAt` go by ``wall``, stall detection and the pace of a job by ``monotonic``.
/// Whoever reads the clocks should let the wall time advance with the monotonic clock between corrections, so that a
/// step of the system's clock expires nothing early; the table stays consistent even if it jumps.
public struct Instant: Sendable, Equatable {
    /// Milliseconds since 1970 UTC.
    public var wall: Int64
    /// Milliseconds since any fixed origin, never negative, never going back.
    public var monotonic: Int64

    public init(wall: Int64, monotonic: Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }
}
