import StatusCore
import Testing

@Suite("Cancelling, deleting, results")
struct EndingTests {
    private let bench = Bench()
    private let id = named("job")

    init() { bench.submit(id) }

    private func attach(_ number: UInt64, attempt: UInt32 = 0, from owner: OwnerID? = nil) -> AttachOutcome {
        bench.table.attachResult(ResultID(number), to: id, attempt: attempt, from: owner, at: bench.now)
    }

    @Test("A cancel is final at once, keeps its reason and names whom to tell")
    func cancel() throws {
        _ = try #require(bench.bind(id, owner: 7, handle: 70))
        bench.report(5_000, to: id)
        let outcome = bench.table.cancel(id, reason: "changed my mind", at: bench.now)
        #expect(outcome == .cancelled(owner: OwnerID(7), handle: Handle(70)))
        #expect(bench.table.cancel(id, reason: nil, at: bench.now) == .alreadyTerminal)
        let job = bench.read(id)
        #expect(job.state == .cancelled && job.progress == BasisPoints(5_000) && !job.isRemoved)
        #expect(job.text(.cancelReason) == "changed my mind")
        #expect(job.cancellation?.requestedAt == bench.now.wall && job.cancellation?.worker == .pending)
    }

    @Test("The worker's first final answer to a cancel is kept")
    func answer() throws {
        let reference = try #require(bench.bind(id))
        _ = bench.table.cancel(id, reason: nil, at: bench.now)
        let version = bench.read(id).version
        bench.table.answerCancel(reference, from: OwnerID(2), .stopped, at: bench.now)
        #expect(bench.read(id).cancellation?.worker == .pending, "a stranger's answer does not count")
        bench.table.answerCancel(reference, from: OwnerID(1), .received, at: bench.now)
        #expect(bench.read(id).version == version)
        bench.table.answerCancel(reference, from: OwnerID(1), .stopped, at: bench.now)
        bench.table.answerCancel(reference, from: OwnerID(1), .refused, at: bench.now)
        #expect(bench.read(id).cancellation?.worker == .stopped)
        #expect(bench.read(id).version == version + 1)
    }

    @Test("A reason beyond its limit is cut at a whole character")
    func longReason() {
        _ = bench.table.cancel(id, reason: String(repeating: "ä", count: 600) + "x", at: bench.now)
        #expect(bench.read(id).text(.cancelReason) == String(repeating: "ä", count: 512))
    }

    @Test("Deleting a live job cancels it; deleting a terminal one removes it, repeatably")
    func delete() {
        #expect(bench.table.delete(id, at: bench.now) == .cancelled(owner: .none, handle: Handle(0)))
        #expect(bench.table.delete(id, at: bench.now) == .removed(dropped: .none))
        let version = bench.read(id).version
        #expect(bench.table.delete(id, at: bench.now) == .removed(dropped: .none))
        #expect(bench.read(id).version == version)
    }

    @Test("A removed job reads cancelled, without result, failure or time of completion")
    func removed() {
        bench.fail(id, "x", code: "y")
        _ = bench.table.delete(id, at: bench.now)
        let job = bench.read(id)
        #expect(job.state == .cancelled && job.isRemoved && !job.hasFailure && !job.failureIsRetryable)
        #expect(job.text(.failureText) == nil && job.text(.failureCode) == nil && job.completedAt == nil)
        #expect(job.cancellation == nil)
        #expect(bench.table.counts().removed == 1 && bench.table.counts().failed == 0)
    }

    @Test("A result is invisible until the job completes, and goes when the job is removed")
    func staged() {
        #expect(attach(1) == .attached(dropped: .none))
        #expect(bench.read(id).version == 1 && bench.read(id).resultID == .none)
        #expect(bench.read(id).stagedResultID == ResultID(1))
        #expect(attach(2) == .attached(dropped: ResultID(1)))
        bench.pass(seconds: 3)
        bench.apply(.complete(attempt: 0), to: id)
        #expect(bench.read(id).resultID == ResultID(2))
        #expect(bench.read(id).resultExpiresAt == bench.read(id).expiresAt, "the job's end comes before seven days")
        #expect(attach(3) == .refused(.alreadyFinished, state: .completed, attempt: 1))
        #expect(bench.table.delete(id, at: bench.now) == .removed(dropped: ResultID(2)))
        #expect(bench.read(id).resultID == .none)
    }

    @Test("A failed job keeps what was staged apart from a result")
    func partial() {
        _ = attach(1)
        bench.fail(id)
        #expect(bench.read(id).resultID == .none && bench.read(id).stagedResultID == ResultID(1))
    }

    @Test("A result of an older attempt is refused, one of a newer attempt begins it")
    func attempts() {
        _ = attach(1)
        #expect(attach(2, attempt: 3) == .attached(dropped: ResultID(1)))
        #expect(bench.read(id).attempt == 3)
        #expect(attach(4, attempt: 2) == .refused(.attemptIsOver, state: .queued, attempt: 3))
        #expect(bench.read(id).stagedResultID == ResultID(2))
    }

    @Test("A stream brings results of its own jobs only")
    func ownership() throws {
        _ = try #require(bench.bind(id, owner: 1))
        #expect(attach(1, from: OwnerID(2)) == .refused(.boundElsewhere, state: .queued, attempt: 1))
        #expect(attach(2, from: OwnerID(1)) == .attached(dropped: .none))
        #expect(attach(3, from: nil) == .attached(dropped: ResultID(2)))
    }
}
