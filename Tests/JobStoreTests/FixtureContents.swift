import StatusCore

@testable import JobStore

/// What the databases in `Fixtures` hold. It never changes: a database of an old server does not either.
enum FixtureContents {
    /// 2026-01-01T00:00:00Z.
    static let start: Int64 = 1_767_225_600_000

    /// One job of each state and each kind of field, in the order of creation.
    static var jobs: [JobImage] {
        var jobs = ["queued", "processing", "completed", "failed", "cancelled", "removed"].enumerated().map {
            index,
            name in
            var submission = Submission(id: TaskID(name)!, ttl: 31_536_000, resultTTL: 3_600)
            submission.type = "fixture"
            return JobImage(submission, createdAt: start + Int64(index))
        }
        jobs[0].submission.labels = [Label(key: "customer", value: "Ärger & Söhne"), Label(key: "empty", value: "")]
        jobs[0].submission.metadata = Array(#"{"deep":[1,2.50,"é"]}"#.utf8)
        jobs[0].submission.parent = TaskID("parent")
        jobs[0].submission.idempotencyKey = [0, 1, 255]
        jobs[0].submission.stall = 90
        jobs[0].submission.stallPolicy = .fail
        jobs[1].state = .processing
        jobs[1].attempt = 3
        jobs[1].version = 17
        jobs[1].progress = BasisPoints(3_750) ?? .zero
        jobs[1].updatedAt = start + 5_000
        jobs[1].startedAt = start + 1_000
        jobs[1].units = Units(done: 3, total: 8)
        jobs[1].unit = "files"
        jobs[1].step = .init(index: 2, total: 4, name: "Cleaning")
        jobs[1].note = "on my way"
        jobs[1].isBound = true
        jobs[1].isStalled = true
        for index in 2..<6 {
            jobs[index].version = UInt64(index) + 1
            jobs[index].startedAt = start + 10
            jobs[index].updatedAt = start + 60_000
            jobs[index].endedAt = start + 60_000
        }
        for index in [2, 5] {
            jobs[index].state = .completed
            jobs[index].progress = .complete
        }
        jobs[2].result = ResultID(1)
        jobs[2].resultAt = start + 60_000
        jobs[3].state = .failed
        jobs[3].failureCode = "io"
        jobs[3].failureText = "No space left on device"
        jobs[3].failureIsRetryable = true
        jobs[4].state = .cancelled
        jobs[4].cancelReason = "not needed"
        jobs[4].worker = .stopped
        jobs[4].wordsAreLost = true
        jobs[5].isRemoved = true
        return jobs
    }

    static var tombstones: [StoredTombstone] {
        (0..<3).map { StoredTombstone(id: TaskID("gone-\($0)")!, expiredAt: start + Int64($0)) }
    }

    static var producers: [StoredProducer] {
        [
            StoredProducer(name: "worker", epoch: 7, named: 6, first: 1, applied: 40, heardAt: start),
            StoredProducer(name: "wörker", epoch: 9, named: 0, first: 5, applied: 0, heardAt: start + 1),
        ]
    }
}
