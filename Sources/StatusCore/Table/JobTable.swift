/// All jobs of a server, in memory, shared by all threads.
///
/// A hash of the task id chooses a stripe; each stripe has its own lock, index, records, timers and counters, in
/// cache lines of its own, so that two threads meet only when they want the same stripe at the same moment. Who
/// changes a job takes its stripe's lock; who reads one copies it without, and looks at the stripe's sequence to know
/// that the copy is whole. No call blocks for longer than another one's section, and none calls a caller's closure
/// under a lock. Memory for new jobs is got and cleared before the lock is taken.
///
/// When a limit is reached, what gives way does so in this order, and nothing live is ever dropped: new jobs are
/// refused first; then reports that bring words, whole; the ends of jobs last, and they are never refused, but leave
/// their words behind, which readers are told.
///
/// Times come in as ``Instant``; the table knows no clock. Any thread may call anything at any time.
public final class JobTable: Sendable {
    internal let stripes: StripeArray<Stripe>
    /// The number of stripes less one.
    private let stripeMask: UInt64
    internal let hash: KeyedHash
    internal let quota: Quota
    internal let sources: MemorySources
    internal let recordBase: SharedAddress
    /// How many slots there can be.
    internal let recordLimit: UInt32
    internal let keys = KeyTable()
    internal let mailboxes: Mailboxes
    internal let creations = CreationWatches()
    /// New jobs are shown to readers as soon as they are made.
    internal let showsAtOnce: Bool

    /// When readers see that a job has ended.
    public enum Publication: Sendable {
        /// At once: what is in memory is all there is.
        case atOnce
        /// When ``JobTable/publish(_:at:)`` says that the end is on disk. Until then the job takes no further update
        /// and reads as before.
        case byCommitter
    }

    /// What a table is made with.
    public struct Configuration: Sendable {
        /// A power of two from 1 to 65,536: many more than threads, so that two seldom meet.
        public var stripes = 256
        /// The seed of the hash over task ids; known to nobody outside.
        public var hashSeed = HashSeed.random()
        /// New jobs beyond this many are refused; 1 to 1,000,000,000. Expired ones do not count.
        public var maximumJobs = 20_000_000
        /// The most memory that the table takes from the system, in bytes, at least ``Limits/leastMemory``. New jobs
        /// are refused from three quarters on, reports with words from seven eighths on.
        public var maximumBytes = 16 << 30
        /// How long an expired job is remembered, in seconds.
        public var tombstoneLifetime: UInt32 = 2_592_000
        /// How many expired jobs are remembered at most, rounded up to a multiple of the stripes; 0: none.
        public var maximumTombstones = 10_000_000
        /// The version that jobs begin with, at least 1: above any that an earlier process may have shown.
        public var firstVersion: UInt64 = 1
        public var publication = Publication.atOnce

        public init() {}

        /// Bytes of addresses that a table reserves when it is made, whatever is in it: about 600 a job of
        /// ``maximumJobs``, and ``maximumBytes``. They take no memory.
        public var reservedAddresses: Int {
            MemorySources.Sizes(jobs: maximumJobs, stripes: stripes, bytes: maximumBytes).total
        }

        /// True when the process may have ``reservedAddresses`` now: there may be a limit (`RLIMIT_AS`, `ulimit -v`).
        public var canReserveAddresses: Bool { AddressSpace.canReserve(reservedAddresses) }
    }

    /// An empty table. Traps when the process may not have ``Configuration/reservedAddresses``.
    public init(configuration: Configuration = Configuration()) {
        let count = configuration.stripes
        precondition(
            count > 0 && count <= Limits.stripes && count & (count - 1) == 0,
            "stripes: \(count) is not a power of two up to \(Limits.stripes)"
        )
        precondition(configuration.firstVersion > 0, "versions start at 1")
        precondition(
            (1...Limits.jobs).contains(configuration.maximumJobs),
            "maximumJobs: \(configuration.maximumJobs) is not from 1 to \(Limits.jobs)"
        )
        precondition(
            configuration.maximumBytes >= Limits.leastMemory,
            "maximumBytes: \(configuration.maximumBytes) is below \(Limits.leastMemory)"
        )
        stripeMask = UInt64(count - 1)
        showsAtOnce = configuration.publication == .atOnce
        let hash = KeyedHash(seed: configuration.hashSeed)
        self.hash = hash
        mailboxes = Mailboxes(stripeCount: count)
        quota = Quota(limit: configuration.maximumJobs, stripes: count)
        let tombstones = (max(0, configuration.maximumTombstones) + count - 1) / count
        let sources = MemorySources(
            jobs: configuration.maximumJobs,
            stripes: count,
            bytes: configuration.maximumBytes
        )
        self.sources = sources
        recordBase = unsafe SharedAddress(sources.records.base)
        recordLimit = RecordStore.slots(of: sources.records)
        stripes = StripeArray(count: count) { index in
            Stripe(
                number: UInt16(index),
                jobs: StripeJobs(sources, hash: hash),
                tombstones: Tombstones(
                    capacity: tombstones,
                    lifetime: Int64(configuration.tombstoneLifetime) * 1_000
                ),
                firstVersion: configuration.firstVersion,
                isSettling: configuration.publication == .byCommitter,
                historyBytes: max(Limits.historyBytes / count, 4_096)
            )
        }
    }

    internal var stripeCount: Int { stripes.count }

    /// Which stripe an id with `hash` belongs to.
    @inline(__always)
    internal func stripe(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash &>> 48 & stripeMask)
    }

    /// Calls `body` with a stripe, under its lock; it must not change what readers without the lock see.
    @inline(__always)
    internal func withStripe<R>(_ index: Int, _ body: (inout Stripe) -> R) -> R {
        stripes.withLock(index, body)
    }

    /// Calls `body` with a stripe, under its lock, to change jobs; then tells the mailboxes that got something.
    @inline(__always)
    internal func withChange<R>(_ index: Int, _ body: (inout Stripe) -> R) -> R {
        var signals = MailboxMask()
        let result = stripes.withChange(index) { stripe in
            let result = body(&stripe)
            signals = stripe.signals
            if !signals.isEmpty { stripe.signals = MailboxMask() }
            return result
        }
        if !signals.isEmpty { mailboxes.note(signals, index) }
        return result
    }

    /// Shows readers without the lock where the index is, after it may have moved. Within a change.
    @inline(__always)
    internal func showIndex(of stripe: borrowing Stripe, _ number: Int) {
        stripes.setReaderWords(number, stripe.index.currentPacked, stripe.index.oldPacked)
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

    /// How much memory the table has taken from the system, in bytes.
    public var bytesInUse: Int { sources.budget.inUse }
}
