public import Bytes

/// What a bind says about a job that it creates. All of it is optional; it changes nothing of a job that exists.
public struct JobDescription: Sendable, Equatable {
    /// The kind of work, at most ``UpdateLimits/maximumType`` bytes.
    public var type: String?
    /// How long the job lives, in seconds.
    public var ttl: UInt32?
    /// After how many seconds without a sign of life the job reads as stalled.
    public var stall: UInt32?
    /// A stalled job fails.
    public var failsWhenStalled: Bool
    /// At most ``UpdateLimits/maximumLabels``.
    public var labels: [Label]
    /// The task id of the job that this one is a part of.
    public var parent: String?
    /// How long the result is kept, in seconds.
    public var resultTTL: UInt32?

    public init(
        type: String? = nil,
        ttl: UInt32? = nil,
        stall: UInt32? = nil,
        failsWhenStalled: Bool = false,
        labels: [Label] = [],
        parent: String? = nil,
        resultTTL: UInt32? = nil
    ) {
        self.type = type
        self.ttl = ttl
        self.stall = stall
        self.failsWhenStalled = failsWhenStalled
        self.labels = labels
        self.parent = parent
        self.resultTTL = resultTTL
    }

    /// A key (1 to ``UpdateLimits/maximumLabelKey`` bytes) and a value (to ``UpdateLimits/maximumLabelValue``).
    public struct Label: Sendable, Equatable {
        public var key: String
        public var value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }
}

extension OutputBuffer {
    /// Appends the binding of `handle` to a job. With a `description` the job is created where it does not exist.
    public mutating func appendBind(
        handle: UInt32,
        taskID: String,
        attempt: UInt32 = 0,
        creating description: JobDescription? = nil,
        sharing: Bool = false
    ) {
        var payload = OutputBuffer(capacity: 128)
        payload.append(variable: UInt64(handle))
        payload.append(text: taskID)
        payload.append(variable: UInt64(attempt))
        payload.append(variable: (description?.bindFlags ?? 0) | (sharing ? BindFlag.share : 0))
        if let type = description?.type { payload.append(text: type) }
        if let ttl = description?.ttl { payload.append(variable: UInt64(ttl)) }
        if let stall = description?.stall { payload.append(variable: UInt64(stall)) }
        if let labels = description?.labels, !labels.isEmpty {
            payload.append(variable: UInt64(labels.count))
            for label in labels {
                payload.append(text: label.key)
                payload.append(text: label.value)
            }
        }
        if let parent = description?.parent { payload.append(text: parent) }
        if let resultTTL = description?.resultTTL { payload.append(variable: UInt64(resultTTL)) }
        appendHeading(FrameType.bind, length: payload.count)
        unsafe payload.withBytes { unsafe append($0) }
    }

    private mutating func append(text: String) {
        unsafe text.withEncodableBytes { unsafe append(text: $0) }
    }
}

extension JobDescription {
    fileprivate var bindFlags: UInt64 {
        var flags = BindFlag.create
        if type != nil { flags |= BindFlag.type }
        if ttl != nil { flags |= BindFlag.ttl }
        if stall != nil { flags |= BindFlag.stall }
        if failsWhenStalled { flags |= BindFlag.failWhenStalled }
        if !labels.isEmpty { flags |= BindFlag.labels }
        if parent != nil { flags |= BindFlag.parent }
        if resultTTL != nil { flags |= BindFlag.resultTTL }
        return flags
    }
}
