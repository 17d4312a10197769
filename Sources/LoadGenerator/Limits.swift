/// Limits of the load generator.
enum LoadLimits {
    /// Bytes of an answer, and what is read at once: as many answers as a pipeline brings, or one that is too long.
    static let answerBytes = 256 * 1_024
    /// Events taken from the kernel at once.
    static let events = 256
    /// The longest latency that is told apart from a longer one: an hour, in nanoseconds.
    static let latency: UInt64 = 3_600_000_000_000
    /// How long answers are waited for after the last request, in nanoseconds.
    static let patience = 10_000_000_000
    /// The longest wait without a look at the clock, in nanoseconds: below the second that the wait can take.
    static let pause = 100_000_000
    /// How long a connection may take, in seconds.
    static let connectSeconds = 5
    /// Idle connections from one address: Linux has 28,232 ports for them by default, and the load needs some.
    static let connectionsFromOneAddress = 20_000
    /// Idle connections that are made before the first of them is heard: fewer than a server lets wait to be accepted.
    static let idleAtOnce = 100
}
