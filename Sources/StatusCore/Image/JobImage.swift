/// All of a job that outlives the process: what a store keeps, and what a table is filled with at its start.
///
/// What ends with the process is not in it: handles, who watches, the pace, and whose stream owns the job, of which no
/// more is kept than that somebody's did.
public struct JobImage: Sendable, Equatable {
    /// What the job was submitted with. Its life counts from ``createdAt``.
    public var submission: Submission
    /// The state that the job has reached, whether readers see it already or wait for it to be on disk.
    public var state = JobState.queued
    /// The job was terminal and then deleted.
    public var isRemoved = false
    public var isStalled = false
    /// A worker's stream works at it, or was lost at it; only while it is processing.
    public var isBound = false
    /// From 1.
    public var attempt: UInt32 = 1
    /// From 1; the number that readers saw last, or see once the end is published.
    public var version: UInt64 = 1
    public var progress = BasisPoints.zero
    /// Milliseconds since 1970 UTC, as all times here.
    public var createdAt: Int64
    /// When the version moved last; never before ``createdAt``.
    public var updatedAt: Int64
    /// When the present attempt began, if it has.
    public var startedAt: Int64?
    /// When a terminal state was reached.
    public var endedAt: Int64?
    /// How far the job is in its worker's unit, if it said so.
    public var units: Units?
    public var unit = ""
    public var step: Step?
    public var note = ""
    /// Why the job failed; its words may have been lost for want of memory, of which ``wordsAreLost`` tells.
    public var failureCode = ""
    public var failureText = ""
    public var failureIsRetryable = false
    public var cancelReason = ""
    /// What the worker said to a cancel.
    public var worker = WorkerAnswer.pending
    /// There was no room for what the job's end said.
    public var wordsAreLost = false
    /// Staged on a live job, its result on a completed one.
    public var result = ResultID.none
    /// When the result became readable; a part of a completed job with a result.
    public var resultAt: Int64?

    /// Which step a job is at.
    public struct Step: Sendable, Equatable {
        /// From 1; 0 when the worker does not count.
        public var index: UInt32
        /// 0 when it is not known.
        public var total: UInt32
        /// At most 256 bytes of UTF-8.
        public var name: String

        public init(index: UInt32, total: UInt32, name: String) {
            self.index = index
            self.total = total
            self.name = name
        }
    }

    /// A job that was just submitted.
    public init(_ submission: Submission, createdAt: Int64) {
        self.submission = submission
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// When the job's time is over.
    public var expiresAt: Int64 { createdAt + Int64(submission.ttl) * 1_000 }
}
