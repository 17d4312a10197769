import Testing

@testable import LoadGenerator

@Suite("Percentiles")
struct PercentilesTests {
    @Test("A percentile is the least value that so many do not exceed, to three digits")
    func values() {
        var measured = Percentiles()
        for value in 1...10_000 { measured.add(value * 1_000) }

        #expect(measured.total == 10_000)
        #expect(measured.greatest == 10_000_000)
        for (percent, exact) in [(50.0, 5_000_000), (99, 9_900_000), (99.99, 9_999_000)] {
            let value = measured.value(atPercent: percent)
            #expect(value >= exact && value <= exact + exact / 1_000)
        }
        #expect(measured.value(atPercent: 100) == 10_000_000)
    }

    @Test("Small values are exact")
    func smallValues() {
        var measured = Percentiles()
        for value in 1...1_000 { measured.add(value) }
        for percent in 1...100 { #expect(measured.value(atPercent: Double(percent)) == percent * 10) }
    }

    @Test("Counts and the measurements of others add up, and what cannot be is kept in range")
    func sums() {
        var measured = Percentiles()
        measured.add(10, times: 98)
        var others = Percentiles()
        others.add(-5)
        others.add(.max)
        measured.add(others)

        #expect(measured.total == 100)
        #expect(measured.value(atPercent: 1) == 0)
        #expect(measured.value(atPercent: 99) == 10)
        #expect(measured.value(atPercent: 100) >= Int(LoadLimits.latency))
    }

    @Test("Without a value there is none")
    func empty() {
        #expect(Percentiles().value(atPercent: 50) == 0)
        #expect(Percentiles().greatest == 0)
    }
}
