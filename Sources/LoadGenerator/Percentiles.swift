import Histogram

/// How often each value was measured, to three digits and in bounded memory: an HDR histogram (Tene).
public struct Percentiles: Sendable {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: LoadLimits.latency,
        numberOfSignificantValueDigits: .three
    )
    /// How many values there are.
    public private(set) var total = 0
    /// The greatest of them, exactly; 0 without any.
    public private(set) var greatest = 0

    /// Without any value.
    public init() {}

    /// Notes `value`, at least 0, `times` times, at least once. What exceeds an hour in nanoseconds counts as that.
    public mutating func add(_ value: Int, times: Int = 1) {
        total += times
        greatest = max(greatest, value)
        histogram.record(min(UInt64(max(value, 0)), LoadLimits.latency), count: UInt64(times))
    }

    /// Takes in what others measured.
    public mutating func add(_ others: Percentiles) {
        histogram.add(others.histogram)
        total += others.total
        greatest = max(greatest, others.greatest)
    }

    /// The least value that `percent` (0 to 100) of all values do not exceed, to three digits; 0 without any.
    public func value(atPercent percent: Double) -> Int {
        total > 0 ? min(greatest, Int(histogram.valueAtPercentile(percent))) : 0
    }
}
