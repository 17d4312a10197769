/// How long to wait before the next attempt to connect: doubled at each failure up to a limit, and jittered, so that a
/// thousand workers whose server restarts do not come back in the same moment.
struct Backoff {
    private let delays: ClosedRange<Duration>
    private var failures = 0

    /// `delays` are the shortest and the longest delay before jitter; both above zero.
    init(_ delays: ClosedRange<Duration>) {
        self.delays = delays
    }

    /// The next delay: between half and the whole of what has been reached.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        var delay = delays.lowerBound
        for _ in 0..<failures where delay < delays.upperBound { delay *= 2 }
        if delay < delays.upperBound { failures += 1 }
        return min(delay, delays.upperBound) * Double.random(in: 0.5...1, using: &generator)
    }

    /// A wait that the server told everyone alike: at least as long, and up to half as long again, so that not all come
    /// back at once.
    static func spread(_ wait: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
        wait * Double.random(in: 1...1.5, using: &generator)
    }

    /// Starts again with the shortest delay.
    mutating func reset() {
        failures = 0
    }
}
