import Testing

@testable import StatusCore

@Suite("The timing wheel")
struct TimingWheelTests {
    @Test("Nothing is given out for good before its time, and nothing stays after it", arguments: seeds)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var records = TestRecords()
        var wheel = TimingWheel()
        let slots = (0..<300).map { _ in records.take() }
        var deadlines: [Slot: Int64] = [:]
        var now = Int64.random(in: 0...1 << 40, using: &generator)
        for _ in 0..<2_000 {
            let slot = slots[Int.random(in: 0..<slots.count, using: &generator)]
            switch UInt8.random(in: 0..<8, using: &generator) {
            case 0:
                wheel.clear(slot, in: records.store)
                deadlines[slot] = nil
            case 1:
                now += span(&generator)
                while let due = wheel.takeNext(by: now, in: records.store) {
                    let deadline = deadlines[due]!
                    if deadline <= now { deadlines[due] = nil } else { wheel.set(due, to: deadline, in: records.store) }
                }
                // Deadlines are rounded up to the next tick, the present down.
                let late = deadlines.values.filter { ($0 + 63) / 64 <= now / 64 }
                #expect(late.isEmpty)
            default:
                // The deadline may be put off without telling the wheel.
                let deadline = now + 1 + span(&generator)
                if deadlines[slot] == nil || deadline < deadlines[slot]! || Bool.random(using: &generator) {
                    wheel.set(slot, to: deadline, in: records.store)
                }
                deadlines[slot] = deadline
            }
        }
    }

    /// A span of anything from nothing to years, short ones as likely as long ones.
    private func span(_ generator: inout SeededGenerator) -> Int64 {
        Int64.random(in: 0...(1 << Int64.random(in: 0...36, using: &generator)), using: &generator)
    }

    @Test("A deadline beyond every horizon is kept")
    func farAway() {
        var records = TestRecords()
        var wheel = TimingWheel()
        let slot = records.take()
        wheel.set(slot, to: .max, in: records.store)
        let early = wheel.takeNext(by: 1 << 40, in: records.store)
        #expect(early == nil)
    }

    @Test("A timer of a year is looked at once a wheel on its way down")
    func cascade() {
        var records = TestRecords()
        var wheel = TimingWheel()
        let slot = records.take()
        let deadline: Int64 = 31_536_000_000
        wheel.set(slot, to: deadline, in: records.store)
        var looks = 0
        for now in stride(from: 0, through: deadline, by: 3_600_000) {
            while let due = wheel.takeNext(by: now, in: records.store) {
                looks += 1
                if now < deadline { wheel.set(due, to: deadline, in: records.store) }
            }
        }
        #expect(looks > 1 && looks <= 6)
        let link = records.store[timerOf: slot].previous
        #expect(link == .none)
    }
}
