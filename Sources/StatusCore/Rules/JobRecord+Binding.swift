extension JobRecord {
    /// True when `owner` may update the job through a reference of binding `number`.
    @inline(__always)
    internal func isBound(to owner: OwnerID, _ number: UInt16) -> Bool {
        binding == number && number != 0 && (self.owner == owner || flags.contains(.shared))
    }

    /// Binds the job, which is live, to `owner` under `handle`. A binding that does not share, or that finds no owner
    /// to share with, ends all before it.
    internal mutating func bind(to owner: OwnerID, _ handle: Handle, sharing: Bool, at now: Instant) {
        if sharing, binding != 0, self.owner != .none || flags.contains(.shared) {
            flags.insert(.shared)
            guard self.owner == .none else { return }
        } else {
            flags.remove(.shared)
            binding = binding == .max ? 1 : binding + 1
        }
        self.owner = owner
        self.handle = handle
        flags.remove(.ownerIsLost)
        lastSign = UInt32(truncatingIfNeeded: now.monotonic)
    }
}
