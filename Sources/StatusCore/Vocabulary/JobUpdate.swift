/// How far a job is, in the worker's own unit.
public struct Units: Hashable, Sendable, BitwiseCopyable {
    public var done: UInt64
    /// 0 when it is not known.
    public var total: UInt64

    @inlinable
    public init(done: UInt64, total: UInt64) {
        self.done = done
        self.total = total
    }
}

/// Which step a job is at.
public struct StepUpdate {
    /// From 1; 0 when the worker does not count.
    public var index: UInt32
    /// 0 when it is not known.
    public var total: UInt32
    /// At most 256 bytes.
    public var name: Text

    @inlinable
    public init(index: UInt32, total: UInt32, name: Text) {
        self.index = index
        self.total = total
        self.name = name
    }
}

/// A worker's report about one job. With no field set it is a heartbeat.
public struct JobUpdate {
    /// The attempt that reports; 0 for the present one. A newer one than the job's acts as a retry first.
    public var attempt: UInt32
    /// Taken before ``units`` when both are there.
    public var progress: BasisPoints?
    public var units: Units?
    /// What is counted, at most 64 bytes. Kept until it is given anew.
    public var unit: Text?
    public var step: StepUpdate?
    /// The worker's own words, at most 1,024 bytes; empty text takes the note away.
    public var note: Text?

    @inlinable
    public init(
        attempt: UInt32 = 0,
        progress: BasisPoints? = nil,
        units: Units? = nil,
        unit: Text? = nil,
        step: StepUpdate? = nil,
        note: Text? = nil
    ) {
        self.attempt = attempt
        self.progress = progress
        self.units = units
        self.unit = unit
        self.step = step
        self.note = note
    }
}
