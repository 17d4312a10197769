import Bytes
import JSON

/// What the measurement of a table found.
struct TableFigures: Sendable {
    /// A time in nanoseconds, measured in several rounds.
    struct Time: Sendable {
        private let rounds: [Double]

        /// `rounds` must not be empty.
        init(_ rounds: [Double]) {
            self.rounds = rounds.sorted()
        }

        /// The middle one of the rounds, the upper one of two.
        var median: Double { rounds[rounds.count / 2] }
        var range: ClosedRange<Double> { rounds[0]...rounds[rounds.count - 1] }
    }

    let plan: TablePlan
    /// Of one round.
    let insert: Double
    let lookup: Time
    let update: Time
    let warmUpdate: Time
    let mixed: Time
    let bytesPerJob: Double

    /// One JSON object on one line; times in nanoseconds an operation, medians of the rounds.
    var json: String {
        var text = OutputBuffer(capacity: 512)
        text.append("{")
        text.appendJSONKey("jobs")
        text.append(decimal: plan.jobs)
        text.appendJSONKey("threads")
        text.append(decimal: plan.threads)
        text.appendJSONKey("operations")
        text.append(decimal: plan.operations)
        text.appendJSONKey("nanosecondsPerLookup")
        text.appendJSON(Self.tenths(lookup.median))
        text.appendJSONKey("nanosecondsPerUpdate")
        text.appendJSON(Self.tenths(update.median))
        text.appendJSONKey("nanosecondsPerWarmUpdate")
        text.appendJSON(Self.tenths(warmUpdate.median))
        text.appendJSONKey("nanosecondsPerMixedOp")
        text.appendJSON(Self.tenths(mixed.median))
        text.appendJSONKey("nanosecondsPerInsert")
        text.appendJSON(Self.tenths(insert))
        text.appendJSONKey("bytesPerJob")
        text.appendJSON(Self.tenths(bytesPerJob))
        text.append("}")
        return text.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// A table for people.
    var text: String {
        let rows: [(name: String, figure: String, unit: String, meaning: String)] = [
            ("lookup", Self.text(lookup), "ns", "finds any of the jobs by its id and copies it out"),
            ("update", Self.text(update), "ns", "moves any of the jobs, bound before, on in its progress"),
            ("warm update", Self.text(warmUpdate), "ns", "the same with \(warmJobs) jobs that stay in the cache"),
            ("mixed", Self.text(mixed), "ns", "nine lookups to one update, any of the jobs"),
            ("insert", Self.text(insert), "ns", "makes a job; one round"),
            ("memory", Self.text(bytesPerJob), "bytes", "what a job adds to resident memory"),
        ]
        var lines = ["\(plan.jobs) jobs, \(plan.threads) \(plan.threads == 1 ? "thread" : "threads")", ""]
        for row in rows {
            let figure = String(repeating: " ", count: max(0, 9 - row.figure.count)) + row.figure
            lines.append(
                TerminalText.fit(row.name, to: 12, isUnicode: false) + figure + " "
                    + TerminalText.fit(row.unit, to: 7, isUnicode: false) + row.meaning
            )
        }
        lines.append("")
        lines.append("A time is what one operation takes on one thread while all threads work:")
        lines.append("wall time x threads / operations, the median of \(BenchLimits.rounds) rounds.")
        lines.append("The rounds: " + spread + ".")
        return lines.joined(separator: "\n")
    }

    private var warmJobs: Int { plan.warmJobs * plan.threads }

    /// From the fastest to the slowest round of each figure.
    private var spread: String {
        [("lookup", lookup), ("update", update), ("warm update", warmUpdate), ("mixed", mixed)]
            .map { "\($0) \(Self.text($1.range.lowerBound)) to \(Self.text($1.range.upperBound))" }
            .joined(separator: ", ")
    }

    private static func text(_ time: Time) -> String { text(time.median) }
    private static func text(_ number: Double) -> String { "\(tenths(number))" }
    private static func tenths(_ number: Double) -> Double { (number * 10).rounded() / 10 }
}
