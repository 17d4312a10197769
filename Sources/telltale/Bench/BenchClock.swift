import Glibc
import StatusCore

/// The clocks of a benchmark.
enum BenchClock {
    /// Nanoseconds since any fixed moment, never going back.
    @inline(__always)
    static func nanoseconds() -> Int {
        read(CLOCK_MONOTONIC)
    }

    /// The present moment, as a server would tell it to the table.
    static func instant() -> Instant {
        Instant(wall: Int64(read(CLOCK_REALTIME) / 1_000_000), monotonic: Int64(read(CLOCK_MONOTONIC) / 1_000_000))
    }

    private static func read(_ clock: clockid_t) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
