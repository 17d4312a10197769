import Histogram

/// What came of a load.
public struct LoadOutcome: Sendable {
    /// Nanoseconds of each answer, right or wrong, to three digits.
    private var latencies = Histogram<UInt64>(
        highestTrackableValue: LoadLimits.latency,
        numberOfSignificantValueDigits: .three
    )
    /// Answers that arrived whole.
    public private(set) var answers = 0
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
    /// The longest latency, in nanoseconds.
    public private(set) var longest = 0

    init() {}

    /// What did not go as it must.
    public var errors: Int { wrong + unanswered }

    /// Answers a second.
    public var rate: Double { nanoseconds > 0 ? Double(answers) * 1e9 / Double(nanoseconds) : 0 }

    /// The nanoseconds that this share of the answers, in per cent, took at most; 0 without answers.
    public func latency(at percentile: Double) -> Int {
        answers > 0 ? min(longest, Int(latencies.valueAtPercentile(percentile))) : 0
    }

    /// Takes in an answer that arrived `elapsed` nanoseconds after the start and took `latency` of them.
    mutating func note(latency: Int, isRight: Bool, elapsed: Int) {
        answers += 1
        if !isRight { wrong += 1 }
        nanoseconds = max(nanoseconds, elapsed)
        longest = max(longest, latency)
        latencies.record(min(UInt64(max(latency, 0)), LoadLimits.latency))
    }

    /// The outcomes of several workers together.
    public static func sum(_ outcomes: [LoadOutcome]) -> LoadOutcome {
        outcomes.reduce(into: LoadOutcome()) { sum, next in
            sum.latencies.add(next.latencies)
            sum.answers += next.answers
            sum.wrong += next.wrong
            sum.unanswered += next.unanswered
            sum.lost += next.lost
            sum.bytes += next.bytes
            sum.nanoseconds = max(sum.nanoseconds, next.nanoseconds)
            sum.longest = max(sum.longest, next.longest)
        }
    }
}
