import StatusCore
import Testing

@Suite("Pace and estimate")
struct PaceTests {
    private let bench = Bench()
    private let id = named("job")

    init() { bench.submit(id) }

    @Test("There is no estimate before there is progress, nor after the end")
    func none() {
        #expect(bench.read(id).estimatedCompletion == nil)
        bench.apply(.start(attempt: 0), to: id)
        #expect(bench.read(id).estimatedCompletion == nil)
        bench.report(1, to: id)
        #expect(bench.read(id).estimatedCompletion != nil)
        bench.fail(id)
        #expect(bench.read(id).estimatedCompletion == nil)
    }

    @Test("A cold pace goes by the time since creation: now + elapsed × (100 − p) / p")
    func cold() {
        bench.pass(seconds: 10)
        bench.report(2_000, to: id)
        #expect(bench.read(id).estimatedCompletion == bench.now.wall + 40_000)
        #expect(bench.read(id).unitsPerSecond == nil)
    }

    @Test("A warm pace follows the rate at which the job moves now")
    func warm() throws {
        // An hour in the queue must not count.
        bench.pass(seconds: 3_600)
        bench.apply(.start(attempt: 0), to: id)
        for second in 1...20 {
            bench.pass(seconds: 1)
            bench.apply(.update(JobUpdate(units: Units(done: UInt64(second) * 10, total: 1_000))), to: id)
        }
        let job = bench.read(id)
        let rate = try #require(job.unitsPerSecond)
        #expect(abs(rate - 10) < 0.1)
        let left = try #require(job.estimatedCompletion) - bench.now.wall
        #expect(abs(left - 80_000) < 1_000)
    }

    @Test("The pace follows a change of speed within its memory, and silence makes it doubt")
    func change() throws {
        bench.apply(.start(attempt: 0), to: id)
        var done: UInt64 = 0
        func go(_ seconds: Int, _ speed: UInt64) {
            for _ in 0..<seconds {
                bench.pass(seconds: 1)
                done += speed
                bench.apply(.update(JobUpdate(units: Units(done: done, total: 100_000))), to: id)
            }
        }
        go(60, 100)
        go(60, 10)
        let rate = try #require(bench.read(id).unitsPerSecond)
        #expect(rate > 9 && rate < 20)
        let before = try #require(bench.read(id).estimatedCompletion)
        bench.pass(seconds: 60)
        let after = try #require(bench.read(id).estimatedCompletion)
        #expect(after > before + 60_000)
    }

    @Test("The first report of a resumed job does not count as speed")
    func resumed() throws {
        bench.report(8_000, to: id)
        for step in 1...10 {
            bench.pass(seconds: 1)
            bench.report(8_000 + step * 10, to: id)
        }
        let left = try #require(bench.read(id).estimatedCompletion) - bench.now.wall
        #expect(abs(left - 190_000) < 10_000)
    }

    @Test("When to ask again lies between its bounds and grows with what is left")
    func retryAfter() {
        #expect(bench.read(id).retryAfter == Limits.shortestRetryAfter)
        bench.pass(seconds: 20)
        #expect(bench.read(id).retryAfter == 2_000)
        bench.pass(seconds: 1_000)
        #expect(bench.read(id).retryAfter == Limits.longestRetryAfter)
    }

    @Test("A job that stands still for hours at 100 % has a sane estimate at every moment")
    func standstill() throws {
        bench.report(5_000, to: id)
        for _ in 1...10 {
            bench.pass(seconds: 1)
            bench.report(10_000, to: id)
        }
        for _ in 1...600 {
            bench.pass(seconds: 10)
            bench.report(10_000, to: id)
            #expect(bench.read(id).estimatedCompletion == bench.now.wall)
        }
        bench.pass(seconds: 3_600)
        #expect(bench.read(id).estimatedCompletion == bench.now.wall)
    }

    @Test("A job that moved once and then stands still is expected at its end, never at no time at all")
    func stuck() throws {
        for step in 1...10 {
            bench.pass(seconds: 1)
            bench.report(step * 100, to: id)
        }
        for _ in 1...900 {
            bench.pass(seconds: 60)
            bench.report(1_000, to: id)
            let estimate = try #require(bench.read(id).estimatedCompletion)
            #expect(estimate >= bench.now.wall)
        }
    }
}
