/// How fast a job moves: a rate that forgets.
///
/// Each sample is weighed by the time it covers against ``Limits/paceMemory``; the first few are averaged, so that
/// the first burst does not count for more than its share.
internal struct Pace: Equatable {
    /// Basis points a second.
    internal var rate: Float = 0
    /// The position at the last sample, in basis points and parts of them.
    internal var position: Float = 0
    /// The low 32 bits of the monotonic milliseconds of the last sample.
    internal var sampledAt: UInt32 = 0
    internal var samples: UInt8 = 0

    /// The attempt begins at `now`.
    internal mutating func begin(at now: UInt32) {
        self = Pace()
        sampledAt = now
    }

    /// The job stands at `position` now; going back counts as standing still. True when that changed anything here.
    @inline(__always)
    @discardableResult
    internal mutating func move(to position: Float, at now: UInt32) -> Bool {
        let elapsed = now &- sampledAt
        if elapsed < Limits.paceInterval {
            // What the first report brings was done before the attempt began.
            guard samples == 0, elapsed == 0 else { return false }
            self.position = position
            return true
        }
        sample(position, after: elapsed)
        sampledAt = now
        return true
    }

    @inline(never)
    private mutating func sample(_ position: Float, after elapsed: UInt32) {
        let seconds = Float(elapsed) / 1_000
        let moved = max(0, position - self.position)
        let share = seconds / (seconds + Limits.paceMemory)
        let weight = samples < Limits.paceWarmth ? max(share, 1 / (Float(samples) + 1)) : share
        rate += (moved / seconds - rate) * weight
        // A rate that only decays would end as a denormal number, too small to divide by.
        if rate < Limits.paceFloor { rate = 0 }
        self.position = position
        if samples < Limits.paceWarmth { samples += 1 }
    }

    /// True when the rate can be trusted, and something still moves.
    internal var isWarm: Bool { samples >= Limits.paceWarmth && rate > Limits.paceFloor }

    /// Basis points a second as of `now`: silence since the last sample counts against it.
    internal func rate(at now: UInt32) -> Float {
        let idle = Float(now &- sampledAt) / 1_000
        return rate * Limits.paceMemory / (Limits.paceMemory + idle)
    }
}
