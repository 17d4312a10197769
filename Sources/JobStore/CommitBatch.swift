public import StatusCore

/// What is left of an expired job.
public struct StoredTombstone: Sendable, Equatable {
    public var id: TaskID
    public var tenant: TenantID
    /// Milliseconds since 1970 UTC.
    public var expiredAt: Int64

    public init(id: TaskID, tenant: TenantID = .sole, expiredAt: Int64) {
        self.id = id
        self.tenant = tenant
        self.expiredAt = expiredAt
    }
}

/// Up to where a producer's items are applied, for when it comes back.
public struct StoredProducer: Sendable, Equatable {
    public var tenant: TenantID
    /// 1 to 64 bytes of UTF-8.
    public var name: String
    /// The epoch of its newest stream.
    public var epoch: UInt64
    /// The epoch that the hello of that stream named, and the number that it began with.
    public var named: UInt64
    public var first: UInt64
    /// Up to where its items are applied or refused, and on disk.
    public var applied: UInt64
    /// When it was last heard of, in milliseconds since 1970 UTC.
    public var heardAt: Int64

    public init(
        tenant: TenantID = .sole,
        name: String,
        epoch: UInt64,
        named: UInt64,
        first: UInt64,
        applied: UInt64,
        heardAt: Int64
    ) {
        self.tenant = tenant
        self.name = name
        self.epoch = epoch
        self.named = named
        self.first = first
        self.applied = applied
        self.heardAt = heardAt
    }
}

/// What is to become durable together. The parts are carried out in the order in which they stand here.
public struct CommitBatch: Sendable {
    /// Jobs that have expired: their rows go, these stay, oldest first.
    public var expired: [StoredTombstone] = []
    /// Jobs as they are now, each at most once; a job that was not there is added behind all others.
    public var jobs: [JobImage] = []
    /// Producers as they are now.
    public var producers: [StoredProducer] = []
    /// Producers heard of last before this moment are forgotten; nil to keep all.
    public var forgetProducersBefore: Int64?
    /// Tombstones of jobs that expired before this moment are given up; nil to keep all.
    public var giveUpTombstonesBefore: Int64?
    /// The largest number of tombstones to keep, the oldest being given up first.
    public var tombstoneLimit: Int?

    public init() {}

    /// True when there is nothing to do.
    public var isEmpty: Bool {
        expired.isEmpty && jobs.isEmpty && producers.isEmpty && forgetProducersBefore == nil
            && giveUpTombstonesBefore == nil && tombstoneLimit == nil
    }
}
