import Testing

@testable import StatusServer

/// When to ask again: from the job's pace and the server's load.
@Suite("The server's load")
struct LoadTests {
    private static let tick: UInt64 = 50_000_000

    /// Lets the process use `percent` of its loops' time for so many ticks, after one that begins the measurement.
    private func run(_ load: ServerLoad, loops: UInt64, percent: UInt64, ticks: UInt64, from start: UInt64 = 1)
        -> UInt64
    {
        for number in start...(start + ticks) {
            load.sample(processor: number * Self.tick * loops * percent / 100, at: number * Self.tick)
        }
        return start + ticks
    }

    @Test(
        "The factor is 1 up to half of the time, then grows, and ends at 10",
        arguments: [(0.0, 100), (0.5, 100), (0.75, 200), (0.9, 500), (0.95, 1_000), (0.96, 1_000), (1, 1_000)]
    )
    func factor(share: Double, hundredths: Int) {
        #expect(ServerLoad.factor(share: share) == hundredths)
    }

    @Test("A sustained load shows within seconds, a moment of it hardly, and it goes away again")
    func time() {
        let load = ServerLoad(loops: 2)
        #expect(load.hundredths == 100)
        _ = run(load, loops: 2, percent: 100, ticks: 3)
        #expect(load.hundredths == 100)
        let busy = ServerLoad(loops: 2)
        let end = run(busy, loops: 2, percent: 90, ticks: 100)
        #expect((450...500).contains(busy.hundredths))
        let used = end * Self.tick * 2 * 90 / 100
        for number in 1...40 { busy.sample(processor: used, at: (end + UInt64(number)) * Self.tick) }
        #expect(busy.hundredths == 100)
    }

    @Test("Clocks that stand still or jump mean nothing")
    func oddClocks() {
        let load = ServerLoad(loops: 1)
        load.sample(processor: 100, at: 100)
        load.sample(processor: 200, at: 100)
        load.sample(processor: 50, at: 300)
        #expect(load.hundredths == 100)
    }

    @Test("retryAfterMs is stretched by it, within its bounds, and stays 0 for what is done", .tags(.int011))
    func answers() throws {
        let server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"a"}"#)
        try server.send("POST /api/jobs", json: #"{"taskId":"b"}"#)
        try server.send("DELETE /api/jobs/b")
        #expect(try server.send("GET /api/jobs/a").body.contains(#""retryAfterMs":500"#))
        _ = run(server.bridge.load, loops: 1, percent: 100, ticks: 400)
        #expect(server.bridge.load.hundredths == 1_000)
        #expect(try server.send("GET /api/jobs/a").body.contains(#""retryAfterMs":5000"#))
        server.wait(milliseconds: 60_000)
        #expect(try server.send("GET /api/jobs/a").body.contains(#""retryAfterMs":10000"#))
        #expect(try server.send("GET /api/jobs?ids=b").body.contains(#""retryAfterMs":0,"#))
    }
}
