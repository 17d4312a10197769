import NIOCore
import NIOEmbedded
import Testing

@testable import StatusServer

@Suite("A connection's deadline")
struct ConnectionTimerTests {
    private final class Count {
        var value = 0
    }

    private let loop = EmbeddedEventLoop()
    private let count = Count()

    private func timer() -> ConnectionTimer {
        ConnectionTimer(loop: loop) { [count] in count.value += 1 }
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
        timer = ConnectionTimer(loop: loop) { [count] in
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
}
