import Glibc
import Synchronization

/// How busy the process is, as a factor by which clients should ask more rarely.
///
/// It compares the processor time that the process took with what its event loops could take, evened out over about a
/// second. Up to half of that the factor is 1; from there on it grows like the queue of a single server does, because
/// each check that stays away makes room for another: 2 at three quarters, 5 at nine tenths, and 10 at most.
final class ServerLoad: Sendable {
    /// In hundredths, 100 to 1,000.
    private let factor = Atomic(100)
    private let loops: Int
    private let meter: Atomic<UInt64>
    private let seenAt = Atomic<UInt64>(0)
    /// The share of the processors in use, in ten-thousandths, evened out.
    private let share = Atomic(0)

    /// - Parameter loops: how many processors the process can keep busy, at least 1.
    init(loops: Int) {
        self.loops = max(loops, 1)
        meter = Atomic(0)
    }

    /// The factor in hundredths, 100 for a server that has time. Any thread.
    var hundredths: Int { factor.load(ordering: .relaxed) }

    /// `milliseconds` stretched by the load, at most to `longest`, never made shorter.
    func stretch(_ milliseconds: Int, longest: Int) -> Int {
        max(milliseconds, min(milliseconds * hundredths / 100, longest))
    }

    /// Takes a sample of the process. One thread, every tick.
    func sample() {
        sample(processor: Self.nanoseconds(CLOCK_PROCESS_CPUTIME_ID), at: Self.nanoseconds(CLOCK_MONOTONIC))
    }

    /// Takes a sample: the processor time used so far and the time, in nanoseconds, neither ever going back.
    func sample(processor: UInt64, at time: UInt64) {
        let used = processor - min(processor, meter.exchange(processor, ordering: .relaxed))
        let last = seenAt.exchange(time, ordering: .relaxed)
        guard last > 0, time > last else { return }
        let passed = time - last
        let present = min(10_000, Double(used) / (Double(passed) * Double(loops)) * 10_000)
        // The weight of a sample grows with the time that it covers: a second counts in full.
        let weight = min(1, Double(passed) / Double(Limits.loadMemory))
        let before = Double(share.load(ordering: .relaxed))
        let evened = before + (present - before) * weight
        share.store(Int(evened.rounded()), ordering: .relaxed)
        factor.store(Self.factor(share: evened / 10_000), ordering: .relaxed)
    }

    /// The factor in hundredths for a share of 0 to 1.
    static func factor(share: Double) -> Int {
        guard share > 0.5 else { return 100 }
        return min(1_000, Int((50 / max(1 - share, 0.001)).rounded()))
    }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        // Cannot fail: both clocks exist on every Linux, and `time` is a valid address.
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
