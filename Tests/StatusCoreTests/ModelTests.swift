import StatusCore
import Testing

@Suite("The table against a dictionary")
struct ModelTests {
    @Test(
        "Any sequence of calls has the same outcome in both",
        .tags(.unit008, .unit009, .unit010, .unit012),
        arguments: seeds
    )
    func sameOutcome(seed: UInt64) throws {
        let driver = ModelDriver(seed: seed)
        for step in 0..<4_000 {
            driver.step()
            guard driver.failure == nil else {
                Issue.record("seed \(seed), step \(step): \(driver.failure!)")
                return
            }
        }
        #expect(driver.bench.table.counts().total == driver.model.jobs.count)
    }
}
