/// Which job an idempotency key has made; an entry lives as long as its job.
///
/// A key is rare and its path is cold, so this is plain dictionaries behind locks of their own. A stripe's lock may
/// be taken under one of these, never the reverse.
internal final class KeyTable: Sendable {
    private let parts = StripeArray<[[UInt8]: JobReference]>(count: 16) { _ in [:] }

    internal init() {}

    /// Calls `body` with the entry of `key`, which nobody else uses meanwhile.
    internal func withEntry<R>(of key: [UInt8], _ body: (inout JobReference?) -> R) -> R {
        parts.withLock(key.hashValue & (parts.count - 1)) { body(&$0[key]) }
    }

    /// Takes `key` out if it still stands for the job at `reference`.
    internal func remove(_ key: [UInt8], of reference: JobReference) {
        withEntry(of: key) { entry in
            if entry == reference { entry = nil }
        }
    }
}
