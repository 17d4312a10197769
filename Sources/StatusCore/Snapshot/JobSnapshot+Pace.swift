extension JobSnapshot {
    private var monotonic: UInt32 { UInt32(truncatingIfNeeded: readAt.monotonic) }

    /// Units a second, while processing, once the pace is warm and the total is known.
    public var unitsPerSecond: Double? {
        guard state == .processing, let units, units.total > 0, record.pace.isWarm else { return nil }
        return Double(record.pace.rate(at: monotonic)) / 10_000 * Double(units.total)
    }

    /// When the job should complete, in milliseconds since 1970 UTC: while processing, with progress above zero. By
    /// the pace once that is warm, until then as if the rest went like the part since the job's creation.
    public var estimatedCompletion: Int64? {
        guard state == .processing, progress > .zero else { return nil }
        let left = Double(10_000 - progress.value)
        guard left > 0 else { return readAt.wall }
        let milliseconds: Double
        if record.pace.isWarm {
            milliseconds = left / Double(record.pace.rate(at: monotonic)) * 1_000
        } else {
            milliseconds = Double(max(0, readAt.wall - createdAt)) * left / Double(progress.value)
        }
        // A job that hardly moves has an estimate beyond its own end, which says nothing: a year is the longest life.
        let longest = Double(Limits.ttl) * 1_000
        return readAt.wall + Int64(milliseconds < longest ? milliseconds : longest)
    }

    /// When to ask again, in milliseconds: 0 when the job is done, else a tenth of the time it still needs, or of the
    /// time it has waited, within ``Limits/shortestRetryAfter`` and ``Limits/longestRetryAfter``.
    public var retryAfter: Int {
        if state.isTerminal { return 0 }
        let span = estimatedCompletion.map { $0 - readAt.wall } ?? (readAt.wall - updatedAt)
        return min(max(Int(span / 10), Limits.shortestRetryAfter), Limits.longestRetryAfter)
    }
}
