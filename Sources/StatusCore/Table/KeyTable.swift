/// Which job an idempotency key has made; an entry lives as long as its job.
///
/// A key is rare and its path is cold, so this is plain dictionaries behind locks of their own. A stripe's lock may
/// be taken under one of these, never the reverse.
internal final class KeyTable: Sendable {
    private struct Key: Hashable {
        let tenant: TenantID
        let bytes: [UInt8]
    }

    private let parts = StripeArray<[Key: JobReference]>(count: 16) { _ in [:] }

    internal init() {}

    /// Calls `body` with the entry of `key`, which nobody else uses meanwhile.
    internal func withEntry<R>(of key: [UInt8], _ tenant: TenantID, _ body: (inout JobReference?) -> R) -> R {
        let key = Key(tenant: tenant, bytes: key)
        return parts.withLock(key.hashValue & (parts.count - 1)) { body(&$0[key]) }
    }

    /// Takes `key` out if it still stands for the job at `reference`.
    internal func remove(_ key: [UInt8], _ tenant: TenantID, of reference: JobReference) {
        withEntry(of: key, tenant) { entry in
            if entry == reference { entry = nil }
        }
    }
}
