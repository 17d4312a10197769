/// How often each value was measured, in bounded memory: exact below 128, to one part in 64 above.
///
/// The buckets are those of an HDR histogram (Tene): each power of two is divided into 64.
struct Percentiles: Sendable {
    private static let bits = 6
    private var counts = [Int](repeating: 0, count: (64 - bits + 1) << bits)
    private(set) var total = 0

    /// Notes `value`, at least 0, `times` times.
    mutating func add(_ value: Int, times: Int = 1) {
        counts[Self.bucket(UInt64(max(0, value)))] += times
        total += times
    }

    mutating func add(_ others: Percentiles) {
        for index in counts.indices { counts[index] += others.counts[index] }
        total += others.total
    }

    /// The least value that `share` (0 to 1) of all values do not exceed, to the precision of its bucket; 0 without
    /// any.
    func value(at share: Double) -> Int {
        let rank = max(1, Int((Double(total) * share).rounded(.up)))
        var seen = 0
        for (index, count) in counts.enumerated() where count > 0 {
            seen += count
            if seen >= rank { return Self.highest(of: index) }
        }
        return 0
    }

    private static func bucket(_ value: UInt64) -> Int {
        let shift = max(0, 63 - bits - value.leadingZeroBitCount)
        return shift << bits + Int(value >> UInt64(shift))
    }

    /// The greatest value that falls into the bucket.
    private static func highest(of bucket: Int) -> Int {
        let shift = max(0, bucket >> bits - 1)
        let low = UInt64(bucket - shift << bits) << UInt64(shift)
        return Int(clamping: low + (1 << UInt64(shift) - 1))
    }
}
