import Synchronization

/// How busy the server is, as a factor by which clients should ask more rarely.
///
/// It follows the lag of the event loops: how long everything that is ready waits for its turn, which is what a status
/// check waits. The processor time that the process takes was tried and left: it is full when workers report at full
/// speed, or a few clients ask as fast as they can, while each answer still takes less than a millisecond; and it shows
/// nothing when others take the processors. The same lag decides whether workers have to slow down (``LoadGauge``).
///
/// A client who waits for its answers for 4 % of its time is let ask as often as it likes; from a lag of 20 ms on the
/// factor keeps it there, up to 10, because each check that stays away makes room for another.
final class ServerLoad: Sendable {
    /// In hundredths, 100 to 1,000.
    private let factor = Atomic(100)
    private let meters = Mutex<[Meter]>([])

    /// The factor in hundredths, 100 for a server that has time. Any thread.
    var hundredths: Int { factor.load(ordering: .relaxed) }

    /// `milliseconds` stretched by the load, at most to `longest`, never made shorter.
    func stretch(_ milliseconds: Int, longest: Int) -> Int {
        max(milliseconds, min(milliseconds * hundredths / 100, longest))
    }

    /// The lag of the slowest event loop, evened out, in microseconds. Any thread.
    var worstLag: Int64 {
        meters.withLock { $0.reduce(0) { max($0, $1.microseconds) } }
    }

    /// A meter for one event loop, which lives as long as the server.
    func makeMeter() -> Meter {
        let meter = Meter()
        meters.withLock { $0.append(meter) }
        return meter
    }

    /// Takes a measurement of the loop of `meter`: it was `milliseconds` late. On that loop, every
    /// ``Limits/loadInterval``.
    func observe(_ milliseconds: Int64, by meter: Meter) {
        meter.take(milliseconds)
        factor.store(Self.factor(lag: worstLag), ordering: .relaxed)
    }

    /// The factor in hundredths for a lag in microseconds.
    static func factor(lag: Int64) -> Int {
        Int(min(max(lag * 100 / Limits.easyLag, 100), 1_000))
    }

    /// The lag of one event loop, evened out.
    final class Meter: Sendable {
        private let lag = Atomic<Int64>(0)

        /// Any thread.
        fileprivate var microseconds: Int64 { lag.load(ordering: .relaxed) }

        /// One thread.
        fileprivate func take(_ milliseconds: Int64) {
            let before = microseconds
            // What is longer than a minute is a machine that slept.
            let present = min(max(milliseconds, 0), 60_000) * 1_000
            lag.store(before + (present - before) / Limits.lagMemory, ordering: .relaxed)
        }
    }
}
