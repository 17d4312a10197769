import Testing

@testable import StatusServer

/// When to ask again: from the job's pace and the server's load.
@Suite("The server's load")
struct LoadTests {
    /// Lets a loop be so late, again and again.
    private func run(_ load: ServerLoad, _ meter: ServerLoad.Meter, lag: Int64, times: Int) {
        for _ in 0..<times { load.observe(lag, by: meter) }
    }

    @Test(
        "The factor is 1 up to 20 ms of lag, then grows with it, and ends at 10",
        arguments: [(0, 100), (20_000, 100), (30_000, 150), (100_000, 500), (200_000, 1_000), (5_000_000, 1_000)]
    )
    func factor(lag: Int64, hundredths: Int) {
        #expect(ServerLoad.factor(lag: lag) == hundredths)
    }

    @Test("A sustained lag shows within seconds, a moment of it hardly, and it goes away again")
    func time() {
        let load = ServerLoad()
        let meter = load.makeMeter()
        #expect(load.hundredths == 100)
        run(load, meter, lag: 150, times: 1)
        #expect(load.hundredths == 100)
        run(load, meter, lag: 150, times: 40)
        #expect((700...750).contains(load.hundredths))
        run(load, meter, lag: 0, times: 30)
        #expect(load.hundredths == 100)
    }

    @Test("The slowest loop counts, whatever the others say")
    func loops() {
        let load = ServerLoad()
        let slow = load.makeMeter()
        let quick = load.makeMeter()
        run(load, slow, lag: 1_000, times: 20)
        run(load, quick, lag: 0, times: 100)
        #expect(load.hundredths == 1_000)
        run(load, slow, lag: 0, times: 60)
        #expect(load.hundredths == 100)
    }

    @Test("A clock that jumps means little")
    func oddClocks() {
        let load = ServerLoad()
        let meter = load.makeMeter()
        run(load, meter, lag: -1_000, times: 10)
        #expect(load.hundredths == 100)
        run(load, meter, lag: .max, times: 1)
        run(load, meter, lag: 0, times: 80)
        #expect(load.hundredths == 100)
    }

    @Test("retryAfterMs is stretched by it, within its bounds, and stays 0 for what is done", .tags(.int011))
    func answers() throws {
        let server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"a"}"#)
        try server.send("POST /api/jobs", json: #"{"taskId":"b"}"#)
        try server.send("DELETE /api/jobs/b")
        #expect(try server.send("GET /api/jobs/a").body.contains(#""retryAfterMs":500"#))
        let meter = server.bridge.load.makeMeter()
        run(server.bridge.load, meter, lag: 500, times: 100)
        #expect(server.bridge.load.hundredths == 1_000)
        #expect(try server.send("GET /api/jobs/a").body.contains(#""retryAfterMs":5000"#))
        server.wait(milliseconds: 60_000)
        #expect(try server.send("GET /api/jobs/a").body.contains(#""retryAfterMs":10000"#))
        #expect(try server.send("GET /api/jobs?ids=b").body.contains(#""retryAfterMs":0,"#))
    }
}
