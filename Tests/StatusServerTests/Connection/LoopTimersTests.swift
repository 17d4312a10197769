import NIOCore
import NIOEmbedded
import Testing

@testable import StatusServer

@Suite("A connection's deadline")
struct LoopTimersTests {
    private final class Count {
        var value = 0
    }

    private let loop: EmbeddedEventLoop
    private let timers: LoopTimers
    private let count = Count()

    init() {
        loop = EmbeddedEventLoop()
        timers = LoopTimers(loop: loop)
    }

    private func timer() -> ConnectionTimer {
        ConnectionTimer(timers) { [count] in count.value += 1 }
    }

    @Test("It passes once, at its time")
    func passes() {
        let timer = timer()
        timer.start(.seconds(2))
        #expect(timer.isRunning)
        loop.advanceTime(by: .milliseconds(1_999))
        #expect(count.value == 0)
        loop.advanceTime(by: .milliseconds(1))
        #expect(count.value == 1)
        #expect(!timer.isRunning)
        loop.advanceTime(by: .seconds(100))
        #expect(count.value == 1)
    }

    @Test("A deadline that moves on in time does not pass")
    func movesOn() {
        let timer = timer()
        for _ in 0..<100 {
            timer.start(.seconds(2))
            loop.advanceTime(by: .seconds(1))
        }
        #expect(count.value == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(count.value == 1)
    }

    @Test("A deadline can be brought forward")
    func comesForward() {
        let timer = timer()
        timer.start(.seconds(60))
        timer.start(.seconds(1))
        loop.advanceTime(by: .seconds(1))
        #expect(count.value == 1)
        loop.advanceTime(by: .seconds(100))
        #expect(count.value == 1)
    }

    @Test("One that goes back and forth passes when it should, whatever stood before it")
    func backAndForth() {
        let timer = timer()
        timer.start(.seconds(60))
        for round in 1...100 {
            timer.start(.milliseconds(100))
            timer.start(.milliseconds(50))
            loop.advanceTime(by: .milliseconds(50))
            #expect(count.value == round)
            timer.start(.seconds(15))
            loop.advanceTime(by: .milliseconds(200))
            #expect(count.value == round)
        }
        timer.start(.seconds(15))
        loop.advanceTime(by: .milliseconds(14_999))
        #expect(count.value == 100)
        loop.advanceTime(by: .milliseconds(1))
        #expect(count.value == 101)
        loop.advanceTime(by: .seconds(100))
        #expect(count.value == 101)
    }

    @Test("A stopped one does not pass, and can be started again")
    func stops() {
        let timer = timer()
        timer.start(.seconds(1))
        timer.stop()
        #expect(!timer.isRunning)
        loop.advanceTime(by: .milliseconds(500))
        timer.start(.seconds(1))
        loop.advanceTime(by: .milliseconds(999))
        #expect(count.value == 0)
        loop.advanceTime(by: .milliseconds(1))
        #expect(count.value == 1)
    }

    @Test("It can be started from its own end")
    func restarts() {
        var timer: ConnectionTimer?
        timer = ConnectionTimer(timers) { [count] in
            count.value += 1
            if count.value < 3 { timer?.start(.seconds(1)) }
        }
        timer?.start(.seconds(1))
        loop.advanceTime(by: .seconds(10))
        #expect(count.value == 3)
        timer = nil
    }

    @Test("An invalidated one neither passes nor is kept alive by its loop")
    func invalidates() {
        var timer: ConnectionTimer? = timer()
        weak let weakTimer = timer
        timer?.start(.seconds(1))
        timer?.invalidate()
        timer = nil
        #expect(weakTimer == nil)
        loop.advanceTime(by: .seconds(10))
        #expect(count.value == 0)
    }

    @Test("One that is forgotten leaves nothing behind")
    func forgotten() {
        var timer: ConnectionTimer? = timer()
        timer?.start(.seconds(1))
        #expect(timers.count == 1)
        timer = nil
        #expect(timers.count == 0)
        loop.advanceTime(by: .seconds(10))
        #expect(count.value == 0)
    }

    @Test("Thousands that start, move, stop and go pass when they should", arguments: [1, 2, 3] as [UInt64])
    func many(seed: UInt64) {
        final class Passed {
            var at: [Int: Int] = [:]
        }
        let passed = Passed()
        var random = SplitMix(seed: seed)
        var all: [Int: ConnectionTimer] = [:]
        /// When each should pass, in milliseconds.
        var expected: [Int: Int] = [:]
        var now = 0
        for _ in 0..<20_000 {
            let name = Int.random(in: 0..<2_000, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                all[name] = nil
                expected[name] = nil
            case 1:
                all[name]?.stop()
                expected[name] = nil
            case 2:
                all[name]?.invalidate()
                expected[name] = nil
            case 3:
                let step = Int.random(in: 1...20, using: &random)
                passed.at = [:]
                let due = expected.filter { $0.value <= now + step }
                loop.advanceTime(by: .milliseconds(Int64(step)))
                now += step
                #expect(Set(passed.at.keys) == Set(due.keys))
                for name in due.keys { expected[name] = nil }
            default:
                let timer = all[name] ?? ConnectionTimer(timers) { passed.at[name, default: 0] += 1 }
                all[name] = timer
                let amount = Int.random(in: 1...1_000, using: &random)
                timer.start(.milliseconds(Int64(amount)))
                expected[name] = now + amount
            }
        }
        #expect(timers.count <= all.count)
        all = [:]
        #expect(timers.count == 0)
    }
}
