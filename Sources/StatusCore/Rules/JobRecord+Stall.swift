extension JobRecord {
    /// Milliseconds without a sign of life after which the job counts as stalled; nil while nobody asks.
    private func patience(in memory: borrowing JobMemory) -> UInt32? {
        guard state == .processing, ending == nil, !flags.contains(.stalled) else { return nil }
        // Whichever is due first was settled when the stream was lost.
        if flags.contains(.ownerIsLost) { return Limits.lostStreamGrace }
        let stall = memory.detail(of: self).stall
        return stall > 0 ? stall * 1_000 : nil
    }

    /// When the job counts as stalled, in monotonic milliseconds; nil while nobody asks.
    internal func stallDeadline(in memory: borrowing JobMemory, at now: Instant) -> Int64? {
        guard let patience = patience(in: memory) else { return nil }
        let silence = UInt32(truncatingIfNeeded: now.monotonic) &- lastSign
        return now.monotonic - Int64(silence) + Int64(patience)
    }

    /// Notes a sign of life; true when it ended a stall, which readers see.
    internal mutating func noteSign(at now: Instant) -> Bool {
        guard state == .processing, ending == nil else { return false }
        lastSign = UInt32(truncatingIfNeeded: now.monotonic)
        flags.remove(.ownerIsLost)
        guard flags.contains(.stalled) else { return false }
        flags.remove(.stalled)
        return true
    }

    /// The owner's stream ended without unbinding: what is left of its own stall time, or the grace, whichever is
    /// shorter, runs from now on.
    internal mutating func loseOwner(in memory: borrowing JobMemory, at now: Instant) {
        owner = .none
        guard state == .processing, !flags.contains(.stalled) else { return }
        let grace = now.monotonic + Int64(Limits.lostStreamGrace)
        if let deadline = stallDeadline(in: memory, at: now), deadline <= grace { return }
        flags.insert(.ownerIsLost)
        lastSign = UInt32(truncatingIfNeeded: now.monotonic)
    }

    /// When to look at the job again, in monotonic milliseconds: its end, the end of its result, or a stall.
    internal func nextDeadline(in memory: borrowing JobMemory, at now: Instant) -> Int64 {
        var wall = expiresAt
        if let result = resultDeadline(in: memory) { wall = min(wall, result) }
        let deadline = now.monotonic + max(0, wall - now.wall)
        guard let stall = stallDeadline(in: memory, at: now) else { return deadline }
        return min(deadline, stall)
    }

    /// When the result's own time is over, in milliseconds since 1970; nil without one.
    internal func resultDeadline(in memory: borrowing JobMemory) -> Int64? {
        guard state == .completed, detail != .none else { return nil }
        let detail = memory.detail(of: self)
        if detail.result == .none { return nil }
        let ttl = detail.resultTTL == 0 ? JobRecord.defaultResultTTL : detail.resultTTL
        return detail.resultAt.milliseconds + Int64(ttl) * 1_000
    }
}
