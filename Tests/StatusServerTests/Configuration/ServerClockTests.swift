import Glibc
import StatusCore
import Testing

@testable import StatusServer

@Suite("The server's clock")
struct ServerClockTests {
    @Test("Both times move forward together, whatever is adjusted between")
    func together() {
        let clock = ServerClock()
        var before = clock.now()
        for _ in 0..<1_000 {
            clock.adjust()
            let now = clock.now()
            #expect(now.monotonic >= before.monotonic)
            let drift = (now.wall - before.wall) - (now.monotonic - before.monotonic)
            #expect(abs(drift) <= Limits.clockSlew)
            before = now
        }
    }

    @Test("Wall time is the system's")
    func wall() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let earliest = Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        let shown = ServerClock().now().wall
        clock_gettime(CLOCK_REALTIME, &time)
        let latest = Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        // Each of the two clocks is cut to a millisecond.
        #expect((earliest - 1...latest + 1).contains(shown))
    }
}
