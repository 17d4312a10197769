/// Operations, the time that they took on the threads that did them, and how often something was wrong.
struct Tally: Sendable {
    private(set) var operations = 0
    private(set) var nanoseconds = 0
    private(set) var failures = 0

    /// Times `body`, which does `operations` operations and returns how many went right.
    @inline(__always)
    mutating func measure(_ operations: Int, _ body: () -> Int) {
        let start = BenchClock.nanoseconds()
        let right = body()
        nanoseconds += BenchClock.nanoseconds() - start
        self.operations += operations
        failures += operations - right
    }

    /// Counts a failure unless `isRight`.
    mutating func expect(_ isRight: Bool) {
        if !isRight { failures += 1 }
    }

    /// The tallies of several threads together.
    static func sum(_ tallies: [Tally]) -> Tally {
        tallies.reduce(into: Tally()) { sum, next in
            sum.operations += next.operations
            sum.nanoseconds += next.nanoseconds
            sum.failures += next.failures
        }
    }

    /// Nanoseconds that an operation took on its thread.
    var perOperation: Double { Double(nanoseconds) / Double(max(1, operations)) }
}
