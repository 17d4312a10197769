import UpdateProtocol

/// What a job is opened with.
public struct JobOptions: Sendable, Equatable {
    /// Create the job when the server does not know it; otherwise opening an unknown job is refused. True by default.
    public var createsIfAbsent = true
    /// What kind of work it is, for filters; 1 to 64 bytes.
    public var type: String?
    /// At most 16; set when the job is created here.
    public var labels: [JobLabel]
    /// How long the job is kept from its creation, 1 to 31,536,000 seconds; nil: the server's default.
    public var ttlSeconds: UInt32?
    /// How long its result is kept, 1 to 31,536,000 seconds; nil: the server's default.
    public var resultTTLSeconds: UInt32?
    /// Seconds without a report after which the job counts as stalled while it is processing; nil: only when the
    /// worker's connection is gone. At most 2,000,000; 0: never.
    public var stallSeconds: UInt32?
    /// A stalled job fails instead of only being reported as stalled.
    public var failsWhenStalled = false
    /// The client gives signs of life for this job by itself while the worker reports nothing, as often as the server
    /// asks for them (10 seconds unless it says otherwise). False by default: then only what the worker reports counts,
    /// so that a job whose worker hangs is found out by its ``stallSeconds``. Set it where a job is silent for long, by
    /// its nature, and someone else has set a stall time.
    public var sendsHeartbeats = false
    /// The task id of the job that this one is a part of.
    public var parentID: String?
    /// The attempt that reports are about: a newer one than the server knows begins it, an older one is refused.
    /// 0, the default, is whichever is current.
    public var attempt: UInt32
    /// Report beside the job's present owner instead of displacing it.
    public var shares = false

    public init(type: String? = nil, labels: [JobLabel] = [], attempt: UInt32 = 0) {
        self.type = type
        self.labels = labels
        self.attempt = attempt
    }
}

/// A word about a job that lists can be filtered by.
public struct JobLabel: Sendable, Hashable {
    /// 1 to 64 bytes.
    public var key: String
    /// At most 256 bytes.
    public var value: String

    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

extension JobOptions {
    /// Checks everything that would otherwise only be refused by the server, when it is too late to correct.
    func validate() throws(WorkerError) {
        for seconds in [ttlSeconds, resultTTLSeconds] {
            guard (1...31_536_000).contains(seconds ?? 1) else {
                throw .invalidArgument("a lifetime is 1 to 31,536,000 seconds")
            }
        }
        guard (stallSeconds ?? 0) <= 2_000_000 else {
            throw .invalidArgument("a stall time is at most 2,000,000 seconds")
        }
        guard Set(labels.map(\.key)).count == labels.count else { throw .invalidArgument("two labels of equal key") }
        if let type, !(1...UpdateLimits.maximumType).contains(type.utf8.count) {
            throw .invalidArgument("a type has 1 to \(UpdateLimits.maximumType) bytes")
        }
        guard labels.count <= UpdateLimits.maximumLabels else {
            throw .invalidArgument("more than \(UpdateLimits.maximumLabels) labels")
        }
        for label in labels {
            guard (1...UpdateLimits.maximumLabelKey).contains(label.key.utf8.count) else {
                throw .invalidArgument("a label's key has 1 to \(UpdateLimits.maximumLabelKey) bytes")
            }
            guard label.value.utf8.count <= UpdateLimits.maximumLabelValue else {
                throw .invalidArgument("a label's value has at most \(UpdateLimits.maximumLabelValue) bytes")
            }
        }
        if let parentID, !TaskIdentifier.isValid(parentID) {
            throw .invalidArgument("the parent's task id is not \(TaskIdentifier.rule)")
        }
    }
}
