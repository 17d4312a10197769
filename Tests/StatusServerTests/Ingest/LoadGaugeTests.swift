import Testing

@testable import StatusServer

@Suite("When workers are asked to slow down")
struct LoadGaugeTests {
    private func observe(_ gauge: inout LoadGauge, _ lag: Int64, _ count: Int) -> [UInt32] {
        (0..<count).compactMap { _ in gauge.observe(lag: lag, elapsed: 100) }
    }

    @Test("One late turn says nothing, and neither do many that are a little late")
    func calm() {
        var gauge = LoadGauge()
        for _ in 0..<10 {
            #expect(observe(&gauge, 1_000, Limits.overloadStreak - 1) == [])
            #expect(observe(&gauge, Limits.overloadLag - 1, 1) == [])
        }
        #expect(!gauge.isOverloaded)
    }

    @Test("A lag that stays asks for a pause, and for longer ones when each is over, up to a limit")
    func overload() {
        var gauge = LoadGauge()
        #expect(observe(&gauge, Limits.overloadLag, Limits.overloadStreak) == [500])
        #expect(observe(&gauge, 200, 4) == [])
        #expect(observe(&gauge, 200, 1) == [1_000])
        #expect(observe(&gauge, 200, 10 + 20 + 40 + 40) == [2_000, 4_000, 4_000, 4_000])
    }

    @Test("It ends when the lag has been low for a while, not when it is just below where it began")
    func hysteresis() {
        var gauge = LoadGauge()
        _ = observe(&gauge, 500, Limits.overloadStreak)
        #expect(observe(&gauge, Limits.overloadLag - 1, 100) == [])
        #expect(gauge.isOverloaded)
        _ = observe(&gauge, Limits.reliefLag - 1, Limits.reliefStreak - 1)
        _ = observe(&gauge, Limits.reliefLag, 1)
        _ = observe(&gauge, 0, Limits.reliefStreak - 1)
        #expect(gauge.isOverloaded)
        #expect(observe(&gauge, 0, 1) == [])
        #expect(!gauge.isOverloaded)
        #expect(observe(&gauge, 500, Limits.overloadStreak) == [500])
    }
}
