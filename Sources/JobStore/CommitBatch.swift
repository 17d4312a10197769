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

/// A result, as another process needs it to find it again.
public struct StoredResultRow: Sendable, Equatable {
    /// From 1; a job names it by this number.
    public var id: UInt64
    public var mediaType: String
    public var name: String?
    /// The content was checked to be one JSON value.
    public var isJSON: Bool
    /// Milliseconds since 1970 UTC.
    public var storedAt: Int64
    /// SHA-256 of the content, 32 bytes.
    public var digest: [UInt8]
    /// SHA-256 of the content in gzip, as it is sent, 32 bytes.
    public var gzipDigest: [UInt8]
    /// Where its segments are; the result store's own form.
    public var segments: [UInt8]
    /// The compressed bytes; nil for those of a large result, which are in a file.
    public var content: [UInt8]?

    public init(
        id: UInt64,
        mediaType: String,
        name: String?,
        isJSON: Bool,
        storedAt: Int64,
        digest: [UInt8],
        gzipDigest: [UInt8],
        segments: [UInt8],
        content: [UInt8]?
    ) {
        self.id = id
        self.mediaType = mediaType
        self.name = name
        self.isJSON = isJSON
        self.storedAt = storedAt
        self.digest = digest
        self.gzipDigest = gzipDigest
        self.segments = segments
        self.content = content
    }
}

/// What is to become durable together. The parts are carried out in the order in which they stand here.
public struct CommitBatch: Sendable {
    /// Jobs that have expired: their rows go, these stay, oldest first.
    public var expired: [StoredTombstone] = []
    /// Jobs as they are now, each at most once; a job that was not there is added behind all others.
    public var jobs: [JobImage] = []
    /// Results that jobs name from now on.
    public var results: [StoredResultRow] = []
    /// The numbers of results that no job names any more.
    public var removedResults: [UInt64] = []
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
        expired.isEmpty && jobs.isEmpty && results.isEmpty && removedResults.isEmpty && producers.isEmpty
            && forgetProducersBefore == nil
            && giveUpTombstonesBefore == nil && tombstoneLimit == nil
    }
}
