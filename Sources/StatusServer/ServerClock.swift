import Glibc
import StatusCore
import Synchronization

/// The server's clock. Cores never read one: a shell reads this once for a batch of work and hands it on.
///
/// Deadlines run on monotonic time. Wall time, for what people read, follows it too, so that a step of the system's
/// clock neither expires a job early nor makes an answer's times run backwards; the difference is worked off slowly
/// by ``adjust()``.
final class ServerClock: Sendable {
    /// Wall time minus monotonic time, in milliseconds.
    private let offset: Atomic<Int64>

    init() {
        offset = Atomic(Self.milliseconds(CLOCK_REALTIME) - Self.milliseconds(CLOCK_MONOTONIC))
    }

    /// The present in both times. Any thread.
    func now() -> Instant {
        let monotonic = Self.milliseconds(CLOCK_MONOTONIC)
        return Instant(wall: monotonic + offset.load(ordering: .relaxed), monotonic: monotonic)
    }

    /// Moves wall time towards the system's by at most ``Limits/clockSlew`` milliseconds. One thread, every tick.
    func adjust() {
        let wanted = Self.milliseconds(CLOCK_REALTIME) - Self.milliseconds(CLOCK_MONOTONIC)
        let present = offset.load(ordering: .relaxed)
        let step = min(max(wanted - present, -Limits.clockSlew), Limits.clockSlew)
        if step != 0 { offset.store(present + step, ordering: .relaxed) }
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Cannot fail: both clocks exist on every Linux, and `time` is a valid address.
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
