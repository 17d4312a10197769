/// All jobs of a server, in memory, shared by all threads.
///
/// A hash of the task id chooses a stripe; each stripe has its own lock, index, records, timers and counters, in
/// cache lines of its own, so that two threads meet only when they want the same stripe at the same moment. No call
/// blocks for longer than another one's section, and none calls a caller's closure under a lock.
///
/// Times come in as ``Instant``; the table knows no clock. Any thread may call anything at any time.
public final class JobTable: Sendable {
    private let stripes: StripeArray<Stripe>
    /// How far the top bits of a hash are shifted down to number a stripe.
    private let stripeShift: UInt64
    internal let hash: KeyedHash
    internal let quota: Quota
    internal let keys = KeyTable()

    /// What a table is made with.
    public struct Configuration: Sendable {
        /// A power of two from 1 to 65,536: many more than threads, so that two seldom meet.
        public var stripes = 256
        /// The seed of the hash over task ids; known to nobody outside.
        public var hashSeed = HashSeed.random()
        /// New jobs beyond this many are refused; nothing live is ever dropped. Expired ones do not count.
        public var maximumJobs = 20_000_000
        /// How long an expired job is remembered, in seconds.
        public var tombstoneLifetime: UInt32 = 2_592_000
        /// How many expired jobs are remembered at most, rounded up to a multiple of the stripes; 0: none.
        public var maximumTombstones = 10_000_000
        /// The version that jobs begin with, at least 1: above any that an earlier process may have shown.
        public var firstVersion: UInt64 = 1

        public init() {}
    }

    /// An empty table.
    public init(configuration: Configuration = Configuration()) {
        let count = configuration.stripes
        precondition(
            count > 0 && count <= Limits.stripes && count & (count - 1) == 0,
            "stripes: \(count) is not a power of two up to \(Limits.stripes)"
        )
        precondition(configuration.firstVersion > 0, "versions start at 1")
        stripeShift = UInt64(64 - count.trailingZeroBitCount)
        let hash = KeyedHash(seed: configuration.hashSeed)
        self.hash = hash
        quota = Quota(limit: configuration.maximumJobs)
        stripes = StripeArray(count: count) { index in
            Stripe(
                number: UInt16(index),
                hash: hash,
                firstVersion: configuration.firstVersion,
                tombstones: Tombstones(
                    capacity: (max(0, configuration.maximumTombstones) + count - 1) / count,
                    lifetime: Int64(configuration.tombstoneLifetime) * 1_000
                )
            )
        }
    }

    deinit {
        quota.deallocate()
    }

    internal var stripeCount: Int { stripes.count }

    /// Which stripe an id with `hash` belongs to.
    @inline(__always)
    internal func stripe(of hash: UInt64) -> Int {
        // A shift by 64 gives 0, which is right for a single stripe.
        Int(truncatingIfNeeded: hash >> stripeShift)
    }

    /// Calls `body` with a stripe, under its lock.
    @inline(__always)
    internal func withStripe<R>(_ index: Int, _ body: (inout Stripe) -> R) -> R {
        stripes.withLock(index, body)
    }

    /// Calls `body` with the stripe of an id and the id's hash, under the stripe's lock.
    @inline(__always)
    internal func withStripe<R>(of id: TaskID, _ body: (inout Stripe, _ hash: UInt64) -> R) -> R {
        let hash = hash(id)
        return withStripe(stripe(of: hash)) { body(&$0, hash) }
    }

    /// How many jobs there are, by state. Takes each stripe's lock once.
    public func counts() -> JobCounts {
        var sum = JobCounts()
        for index in 0..<stripeCount {
            withStripe(index) { stripe in
                sum.add(stripe.counts)
                sum.tombstones += stripe.tombstones.count
            }
        }
        return sum
    }
}
