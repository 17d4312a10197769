import Testing

@testable import LoadGenerator

@Suite("The schedule of an open loop")
struct ScheduleTests {
    private let schedule = Schedule(rate: 10, connections: 3, duration: 1_000_000_000)

    @Test("Requests are evenly spaced and take turns on the connections")
    func starts() {
        #expect(schedule.total == 10)
        #expect(schedule.start(of: 0) == 0)
        #expect(schedule.start(of: 7) == 700_000_000)
        #expect(schedule.start(of: 2, on: 1) == schedule.start(of: 7))
    }

    @Test("A request is due from its start on, and none before the beginning or after the end")
    func due() {
        #expect(schedule.due(after: -1) == 0)
        #expect(schedule.due(after: 0) == 1)
        #expect(schedule.due(after: 99_999_999) == 1)
        #expect(schedule.due(after: 100_000_000) == 2)
        #expect(schedule.due(after: 60_000_000_000) == 10)
    }

    @Test("At the start of a request it is due, so that waiting for it ends", arguments: [0.3, 7, 333, 99_999.9, 1e6])
    func agreement(_ rate: Double) {
        let schedule = Schedule(rate: rate, connections: 7, duration: 10_000_000_000)
        #expect(schedule.total == Int((rate * 10).rounded(.up)))
        for number in stride(from: 0, to: schedule.total, by: max(1, schedule.total / 1_000)) {
            #expect(schedule.due(after: schedule.start(of: number)) >= number + 1)
            #expect(schedule.due(after: schedule.start(of: number) - 2) <= number)
        }
    }
}
