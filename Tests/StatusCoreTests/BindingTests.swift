import StatusCore
import Testing

@Suite("Submission and binding")
struct BindingTests {
    private let bench = Bench()
    private let id = named("job")

    @Test("A new job is queued at attempt 1, version 1, and lives a day", .tags(.unit009))
    func fresh() {
        bench.submit(id) {
            $0.type = "convert"
            $0.labels = [Label(key: "z", value: "1"), Label(key: "a", value: "ä")]
            $0.metadata = Array(#"{"n":1}"#.utf8)
            $0.parent = named("parent")
        }
        let job = bench.read(id)
        #expect(job.id == id && job.state == .queued && job.attempt == 1 && job.version == 1)
        #expect(job.createdAt == bench.now.wall && job.updatedAt == bench.now.wall)
        #expect(job.expiresAt == bench.now.wall + 86_400_000)
        #expect(job.text(.type) == "convert" && job.text(.metadata) == #"{"n":1}"# && job.text(.parentID) == "parent")
        #expect(job.labels == [Label(key: "a", value: "ä"), Label(key: "z", value: "1")])
        #expect(job.startedAt == nil && job.units == nil && job.step == nil && job.resultID == .none)
    }

    @Test("Ids of every length lead to their own job", .tags(.unit009), arguments: [1, 8, 25, 26, 27, 63, 64])
    func lengths(length: Int) throws {
        let ids = try "abc".map { try #require(TaskID(String(repeating: $0, count: length))) }
        for id in ids { bench.submit(id) }
        for id in ids { #expect(bench.read(id).id == id) }
    }

    @Test("The same submission finds the job, in any state; another one is a conflict", .tags(.unit009))
    func again() {
        var submission = Submission(
            id: id,
            type: "a",
            labels: [Label(key: "k", value: "v"), Label(key: "l", value: "")]
        )
        guard case .created(let reference) = bench.table.submit(submission, at: bench.now) else {
            Issue.record("not created")
            return
        }
        submission.labels.reverse()
        #expect(bench.table.submit(submission, at: bench.now) == .existing(reference))
        bench.apply(.complete(attempt: 0), to: id)
        #expect(bench.table.submit(submission, at: bench.now) == .existing(reference))
        let changes: [(inout Submission) -> Void] = [
            { $0.type = nil }, { $0.labels = [] }, { $0.metadata = [0x31] }, { $0.ttl += 1 }, { $0.resultTTL += 1 },
            { $0.stall = 5 }, { $0.stallPolicy = .fail }, { $0.parent = named("p") },
        ]
        for change in changes {
            var other = submission
            change(&other)
            #expect(bench.table.submit(other, at: bench.now) == .conflict(reference))
        }
    }

    @Test("A submission beyond a limit is malformed", .tags(.unit009))
    func limits() {
        let long = String(repeating: "x", count: 257)
        let changes: [(inout Submission) -> Void] = [
            { $0.type = long }, { $0.ttl = 0 }, { $0.ttl = Limits.ttl + 1 }, { $0.resultTTL = 0 }, { $0.stall = 0 },
            { $0.stall = Limits.stall + 1 }, { $0.metadata = Array(repeating: 0x20, count: Limits.metadataLength + 1) },
            { $0.labels = [Label(key: "k", value: long)] }, { $0.labels = [Label(key: long, value: "")] },
            { $0.labels = [Label(key: "k", value: "1"), Label(key: "k", value: "2")] },
            { $0.labels = (0...16).map { Label(key: "\($0)", value: "") } },
            { $0.idempotencyKey = [] }, { $0.idempotencyKey = Array(repeating: 0, count: 65) },
        ]
        for change in changes {
            var submission = Submission(id: id)
            change(&submission)
            #expect(bench.table.submit(submission, at: bench.now) == .malformed)
        }
        #expect(bench.table.counts().total == 0)
    }

    @Test("An idempotency key finds the job that it made, whatever id comes along", .tags(.unit009))
    func idempotency() {
        let key = Array("order 17".utf8)
        let first = bench.table.submit(Submission(id: named("first"), idempotencyKey: key), at: bench.now)
        guard case .created(let reference) = first else {
            Issue.record("not created")
            return
        }
        #expect(
            bench.table.submit(Submission(id: named("second"), idempotencyKey: key), at: bench.now)
                == .existing(reference)
        )
        #expect(
            bench.table.submit(Submission(id: named("third"), type: "t", idempotencyKey: key), at: bench.now)
                == .conflict(reference)
        )
        #expect(bench.table.counts().total == 1)
        bench.pass(seconds: 86_401)
        #expect(bench.events.count == 1)
        guard case .created = bench.table.submit(Submission(id: named("second"), idempotencyKey: key), at: bench.now)
        else {
            Issue.record("the key outlived its job")
            return
        }
    }

    @Test("New jobs beyond the cap are refused, and a place comes back with an expired job", .tags(.unit009))
    func cap() {
        let bench = Bench { $0.maximumJobs = 2 }
        bench.submit(named("a"))
        bench.submit(named("b"))
        #expect(bench.table.submit(Submission(id: named("c")), at: bench.now) == .full)
        let bound = bench.table.bind(
            named("c"),
            attempt: 0,
            creating: Submission(id: named("c")),
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(1),
            at: bench.now
        )
        #expect(bound == .refused(.overQuota, state: nil, attempt: 0))
        bench.pass(seconds: 86_401)
        bench.submit(named("c"))
        bench.submit(named("d"))
        #expect(bench.table.submit(Submission(id: named("e")), at: bench.now) == .full)
    }

    @Test("A bind makes the job where it is asked to, at the attempt that it names", .tags(.unit009))
    func create() {
        let missing = bench.table.bind(
            id,
            attempt: 0,
            creating: nil,
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(1),
            at: bench.now
        )
        #expect(missing == .refused(.unknownJob, state: nil, attempt: 0))
        let made = bench.table.bind(
            id,
            attempt: 3,
            creating: Submission(id: id, type: "t"),
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(1),
            at: bench.now
        )
        guard case .bound(_, attempt: 3, dropped: .none) = made else {
            Issue.record("\(made)")
            return
        }
        #expect(bench.read(id).version == 1)
        #expect(bench.read(id).text(.type) == "t")
        #expect(bench.read(id).attempt == 3)
    }

    @Test("The stream that bound last owns the job; updates through older handles are refused", .tags(.unit009))
    func takeover() throws {
        bench.submit(id)
        let first = try #require(bench.bind(id, owner: 1))
        #expect(bench.table.apply(.start(attempt: 0), to: first, from: OwnerID(1), at: bench.now).refusal == nil)
        let second = try #require(bench.bind(id, owner: 2))
        #expect(first == second, "they name the same job")
        let late = bench.table.apply(.complete(attempt: 0), to: first, from: OwnerID(1), at: bench.now)
        #expect(late == ApplyOutcome(refusal: .boundElsewhere, state: .processing, attempt: 1))
        let progress = bench.table.advanceProgress(to: .complete, of: first, from: OwnerID(1), at: bench.now)
        #expect(progress.refusal == .boundElsewhere)
        #expect(bench.table.apply(.complete(attempt: 0), to: second, from: OwnerID(2), at: bench.now).refusal == nil)
    }

    @Test("The same stream binding anew under another handle ends the older handle", .tags(.unit009))
    func rebind() throws {
        bench.submit(id)
        let first = try #require(bench.bind(id, owner: 1, handle: 1))
        let second = try #require(bench.bind(id, owner: 1, handle: 2))
        #expect(
            bench.table.apply(.start(attempt: 0), to: first, from: OwnerID(1), at: bench.now).refusal == .boundElsewhere
        )
        #expect(bench.table.apply(.start(attempt: 0), to: second, from: OwnerID(1), at: bench.now).refusal == nil)
        #expect(bench.table.cancel(id, reason: nil, at: bench.now) == .cancelled(owner: OwnerID(1), handle: Handle(2)))
    }

    @Test("A bind that shares leaves the owner in its place, and both may update until someone takes over")
    func sharing() throws {
        bench.submit(id)
        let owner = try #require(bench.bind(id, owner: 1, handle: 11))
        let guest = try #require(bench.bind(id, owner: 2, handle: 22, sharing: true))
        for (reference, stream) in [(owner, OwnerID(1)), (guest, OwnerID(2))] {
            #expect(bench.table.apply(.start(attempt: 0), to: reference, from: stream, at: bench.now).refusal == nil)
        }
        let third = try #require(bench.bind(id, owner: 3, handle: 33))
        for (reference, stream) in [(owner, OwnerID(1)), (guest, OwnerID(2))] {
            let outcome = bench.table.apply(.start(attempt: 0), to: reference, from: stream, at: bench.now)
            #expect(outcome.refusal == .boundElsewhere)
        }
        // A later guest does not let the displaced ones in again.
        _ = try #require(bench.bind(id, owner: 4, handle: 44, sharing: true))
        #expect(
            bench.table.apply(.start(attempt: 0), to: owner, from: OwnerID(1), at: bench.now).refusal == .boundElsewhere
        )
        #expect(bench.table.apply(.start(attempt: 0), to: third, from: OwnerID(3), at: bench.now).refusal == nil)
        #expect(bench.table.cancel(id, reason: nil, at: bench.now) == .cancelled(owner: OwnerID(3), handle: Handle(33)))
    }

    @Test("A reference that was found and not bound may not update as a stream")
    func unbound() throws {
        let reference = try #require(bench.submit(id))
        let outcome = bench.table.apply(.start(attempt: 0), to: reference, from: .none, at: bench.now)
        #expect(outcome.refusal == .boundElsewhere)
    }

    @Test("A bind of a newer attempt retires the older one and lets its staged result go", .tags(.unit009))
    func newerAttempt() throws {
        bench.submit(id)
        let old = try #require(bench.bind(id, owner: 1))
        _ = bench.table.apply(.start(attempt: 0), to: old, from: OwnerID(1), at: bench.now)
        _ = bench.table.attachResult(ResultID(3), to: id, attempt: 0, from: OwnerID(1), at: bench.now)
        let outcome = bench.table.bind(
            id,
            attempt: 2,
            creating: nil,
            sharing: false,
            owner: OwnerID(2),
            handle: Handle(2),
            at: bench.now
        )
        #expect(outcome == .bound(old, attempt: 2, dropped: ResultID(3)))
        #expect(bench.read(id).state == .queued)
        let late = bench.table.bind(
            id,
            attempt: 1,
            creating: nil,
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(1),
            at: bench.now
        )
        #expect(late == .refused(.attemptIsOver, state: .queued, attempt: 2))
    }

    @Test("A stale reference never reaches another job in the same place", .tags(.unit009))
    func stale() throws {
        let bench = Bench { $0.stripes = 1 }
        bench.submit(id) { $0.ttl = 10 }
        let old = try #require(bench.bind(id))
        bench.pass(seconds: 11)
        bench.submit(named("other"))
        let young = try #require(bench.bind(named("other")))
        #expect(old != young)
        #expect(bench.table.apply(.start(attempt: 0), to: old, from: OwnerID(1), at: bench.now).refusal == .unknownJob)
        #expect(!bench.table.read(old, at: bench.now, into: bench.snapshot))
        #expect(bench.table.read(young, at: bench.now, into: bench.snapshot))
        #expect(bench.read(named("other")).state == .queued)
    }

    @Test("Events for a job that is not there say so")
    func unknown() {
        #expect(bench.apply(.start(attempt: 0), to: named("nobody")).refusal == .unknownJob)
        #expect(bench.table.find(named("nobody"), at: bench.now) == .unknown)
        #expect(bench.table.cancel(named("nobody"), reason: nil, at: bench.now) == .unknown)
        #expect(bench.table.delete(named("nobody"), at: bench.now) == .unknown)
        #expect(
            bench.table.attachResult(ResultID(1), to: named("nobody"), attempt: 0, from: nil, at: bench.now) == .unknown
        )
    }
}
