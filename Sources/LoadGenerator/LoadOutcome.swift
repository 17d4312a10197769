/// What came of a load.
public struct LoadOutcome: Sendable {
    /// Nanoseconds of each answer, right or wrong, to three digits.
    private var latencies = Percentiles()
    /// Answers that were not those expected.
    public private(set) var wrong = 0
    /// Requests that were due and got no answer.
    public internal(set) var unanswered = 0
    /// Connections that ended before their time.
    public internal(set) var lost = 0
    /// Bytes that arrived.
    public internal(set) var bytes = 0
    /// From the start to the last answer.
    public private(set) var nanoseconds = 0

    init() {}

    /// Answers that arrived whole.
    public var answers: Int { latencies.total }

    /// The longest latency, in nanoseconds.
    public var longest: Int { latencies.greatest }

    /// What did not go as it must.
    public var errors: Int { wrong + unanswered }

    /// Answers a second.
    public var rate: Double { nanoseconds > 0 ? Double(answers) * 1e9 / Double(nanoseconds) : 0 }

    /// The nanoseconds that this share of the answers, in per cent, took at most; 0 without answers.
    public func latency(at percentile: Double) -> Int {
        latencies.value(atPercent: percentile)
    }

    /// Takes in an answer that arrived `elapsed` nanoseconds after the start and took `latency` of them.
    mutating func note(latency: Int, isRight: Bool, elapsed: Int) {
        if !isRight { wrong += 1 }
        nanoseconds = max(nanoseconds, elapsed)
        latencies.add(latency)
    }

    /// The outcomes of several workers together.
    public static func sum(_ outcomes: [LoadOutcome]) -> LoadOutcome {
        outcomes.reduce(into: LoadOutcome()) { sum, next in
            sum.latencies.add(next.latencies)
            sum.wrong += next.wrong
            sum.unanswered += next.unanswered
            sum.lost += next.lost
            sum.bytes += next.bytes
            sum.nanoseconds = max(sum.nanoseconds, next.nanoseconds)
        }
    }
}
