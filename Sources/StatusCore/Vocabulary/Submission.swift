/// A word and its value, by which jobs are found. Limits: 64 and 256 bytes of UTF-8.
public struct Label: Sendable, Equatable {
    public var key: String
    public var value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// What a job is created with; none of it changes afterwards.
public struct Submission: Sendable, Equatable {
    public var id: TaskID
    public var tenant: TenantID
    /// What kind of work it is, at most 64 bytes of UTF-8.
    public var type: String?
    /// At most 16, no key twice. Their order does not matter: readers see them sorted by key.
    public var labels: [Label]
    /// The submitter's own JSON, compact, at most 16 KiB; empty when there is none. The core does not look inside.
    public var metadata: [UInt8]
    /// How long the job lives from its creation, in seconds: 1 to 31,536,000.
    public var ttl: UInt32
    /// How long its result is kept once it is there, in seconds: 1 to 31,536,000. The job's end is its end too.
    public var resultTTL: UInt32
    /// After how many seconds without a sign of life it counts as stalled: 1 to 2,000,000; nil: only when its
    /// worker's stream is lost.
    public var stall: UInt32?
    public var stallPolicy: StallPolicy
    /// The job that this one is a part of.
    public var parent: TaskID?
    /// 1 to 64 bytes that name the submission instead of ``id``: the first one creates a job under ``id``, a later
    /// one with the same key finds that job, whatever id it brings. nil when the id itself names it.
    public var idempotencyKey: [UInt8]?

    /// A submission with the contract's defaults: a life of 24 hours, a result of 7 days.
    public init(
        id: TaskID,
        tenant: TenantID = .sole,
        type: String? = nil,
        labels: [Label] = [],
        metadata: [UInt8] = [],
        ttl: UInt32 = 86_400,
        resultTTL: UInt32 = 604_800,
        stall: UInt32? = nil,
        stallPolicy: StallPolicy = .report,
        parent: TaskID? = nil,
        idempotencyKey: [UInt8]? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.type = type
        self.labels = labels
        self.metadata = metadata
        self.ttl = ttl
        self.resultTTL = resultTTL
        self.stall = stall
        self.stallPolicy = stallPolicy
        self.parent = parent
        self.idempotencyKey = idempotencyKey
    }
}
