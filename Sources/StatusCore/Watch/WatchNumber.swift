/// A watcher within its stripe. Numbers rise and are never used twice, so one that is out of date stands for nobody.
internal struct WatchNumber: Hashable, Comparable, Sendable {
    internal let rawValue: UInt64

    internal init(_ rawValue: UInt64) { self.rawValue = rawValue }

    internal static func < (left: WatchNumber, right: WatchNumber) -> Bool { left.rawValue < right.rawValue }
}

/// A watcher of a job; what ends its watch. It stays harmless for ever: once the watch has ended it names nobody.
public struct WatchID: Hashable, Sendable {
    internal let number: WatchNumber
    internal let stripe: UInt16

    internal init(stripe: UInt16, number: WatchNumber) {
        self.stripe = stripe
        self.number = number
    }
}

/// What one look into a stripe has brought for a mailbox; reused by its owner, so that it allocates only at first.
internal struct WakeBatch {
    /// The tokens of the watchers to wake, in order.
    internal var tokens: [UInt64] = []
    /// The slots whose watchers these are, where the job is still there: each has watchers again that wait for its
    /// next change. One that several groups of watchers share may come twice.
    internal var slots: [Slot] = []

    internal init() {}

    /// Forgets what it holds and keeps the memory.
    internal mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
    }
}
