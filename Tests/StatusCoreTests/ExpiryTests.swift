import StatusCore
import Testing

@Suite("Expiry")
struct ExpiryTests {
    private let id = named("job")

    @Test("A job expires at its time and leaves a tombstone that knows when", .tags(.unit012))
    func expires() {
        let bench = Bench()
        bench.submit(id) { $0.ttl = 60 }
        let end = bench.now.wall + 60_000
        bench.pass(milliseconds: 59_999)
        #expect(bench.read(id).state == .queued)
        bench.pass(milliseconds: 1)
        #expect(bench.table.find(id, at: bench.now) == .expired(at: end))
        bench.pass(milliseconds: 200)
        #expect(bench.events == [.expired(.init(id, at: end), owner: .none, handle: Handle(0), dropped: .none)])
        #expect(bench.table.find(id, at: bench.now) == .expired(at: end))
        #expect(bench.table.counts().total == 0 && bench.table.counts().tombstones == 1)
        #expect(bench.table.submit(Submission(id: id), at: bench.now) == .expired(at: end))
        #expect(bench.table.cancel(id, reason: nil, at: bench.now) == .expired(at: end))
        #expect(bench.table.delete(id, at: bench.now) == .expired(at: end))
        #expect(bench.apply(.start(attempt: 0), to: id).refusal == .expired)
    }

    @Test("A read between its end and the wheel's turn already says that the job has expired", .tags(.unit012))
    func readBeforeTheWheel() throws {
        let bench = Bench()
        bench.submit(id) { $0.ttl = 60 }
        let reference = try #require(bench.bind(id))
        let end = bench.now.wall + 60_000
        bench.now.wall += 60_000
        bench.now.monotonic += 60_000
        #expect(bench.table.read(id, at: bench.now, into: bench.snapshot) == .expired(at: end))
        #expect(!bench.table.read(reference, at: bench.now, into: bench.snapshot))
        #expect(
            bench.table.apply(.start(attempt: 0), to: reference, from: OwnerID(1), at: bench.now).refusal == .expired
        )
        #expect(bench.table.submit(Submission(id: id), at: bench.now) == .expired(at: end))
        #expect(bench.list().isEmpty)
    }

    @Test("Updates never extend a job's life; its owner and its result go with the event", .tags(.unit012))
    func updatesDoNotExtend() throws {
        let bench = Bench()
        bench.submit(id) { $0.ttl = 60 }
        let gone = TimerEvent.Expired(id, at: bench.now.wall + 60_000)
        _ = try #require(bench.bind(id, owner: 3, handle: 33))
        _ = bench.table.attachResult(ResultID(8), to: id, attempt: 0, from: nil, at: bench.now)
        for _ in 0..<6 {
            bench.report(10, to: id)
            bench.pass(seconds: 10)
        }
        bench.pass(milliseconds: 64)
        #expect(bench.events == [.expired(gone, owner: OwnerID(3), handle: Handle(33), dropped: ResultID(8))])
    }

    @Test("A result goes when its own time is over, and the job lives on", .tags(.unit012))
    func resultExpires() {
        let bench = Bench()
        bench.submit(id) { $0.resultTTL = 100 }
        _ = bench.table.attachResult(ResultID(8), to: id, attempt: 0, from: nil, at: bench.now)
        bench.pass(seconds: 500)
        bench.apply(.complete(attempt: 0), to: id)
        let version = bench.read(id).version
        #expect(bench.read(id).resultExpiresAt == bench.now.wall + 100_000)
        bench.pass(seconds: 99)
        #expect(bench.read(id).resultID == ResultID(8))
        bench.pass(seconds: 2)
        #expect(bench.events == [.resultExpired(id, ResultID(8))])
        #expect(bench.read(id).resultID == .none && bench.read(id).state == .completed)
        #expect(bench.read(id).version == version + 1)
    }

    @Test(
        "A tombstone is forgotten after its time, and the id comes back with a version beyond all it showed",
        .tags(.unit012)
    )
    func forgotten() {
        let bench = Bench { $0.tombstoneLifetime = 1_000 }
        bench.submit(id) { $0.ttl = 60 }
        for progress in 1...50 { bench.report(progress, to: id) }
        let shown = bench.read(id).version
        bench.pass(seconds: 61)
        #expect(bench.table.submit(Submission(id: id), at: bench.now) != .full)
        bench.pass(seconds: 1_000)
        #expect(bench.table.find(id, at: bench.now) == .unknown)
        #expect(bench.table.counts().tombstones == 0)
        bench.submit(id)
        #expect(bench.read(id).version > shown)
    }

    @Test("The version jumps too when the id comes back before the wheel has dropped its tombstone", .tags(.unit012))
    func forgottenBeforeTheWheel() {
        let bench = Bench { $0.tombstoneLifetime = 1_000 }
        bench.submit(id) { $0.ttl = 60 }
        bench.report(50, to: id)
        bench.pass(seconds: 61)
        bench.now.wall += 1_000_000
        bench.now.monotonic += 1_000_000
        bench.submit(id)
        #expect(bench.read(id).version > 2)
    }

    @Test("Beyond their cap the oldest tombstones are given up first", .tags(.unit012))
    func cap() throws {
        let bench = Bench {
            $0.stripes = 1
            $0.maximumTombstones = 100
        }
        for number in 0..<300 {
            bench.submit(try #require(TaskID("job\(number)"))) { $0.ttl = 1 }
            bench.pass(milliseconds: 64)
        }
        bench.pass(seconds: 2)
        #expect(bench.table.counts().tombstones == 100)
        for number in 0..<300 {
            let found = bench.table.find(try #require(TaskID("job\(number)")), at: bench.now)
            #expect((found == .unknown) == (number < 200), "job\(number)")
        }
    }

    @Test("A table may begin with any version", .tags(.unit012))
    func firstVersion() {
        let bench = Bench { $0.firstVersion = 1_000_000 }
        bench.submit(id)
        #expect(bench.read(id).version == 1_000_000)
    }

    @Test("A call does a bounded amount of work and the next one goes on", .tags(.unit012))
    func bounded() throws {
        let bench = Bench()
        for number in 0..<1_000 { bench.submit(try #require(TaskID("job\(number)"))) { $0.ttl = 1 } }
        bench.now.wall += 5_000
        bench.now.monotonic += 5_000
        var calls = 0
        var gone = 0
        while !bench.table.advance(to: bench.now, limit: 100, { _ in gone += 1 }) { calls += 1 }
        #expect(gone == 1_000)
        #expect(calls >= 10)
    }

    @Test("A wall clock that was set back puts expiry off, and one set forward is believed", .tags(.unit012))
    func clockSteps() {
        let bench = Bench()
        bench.submit(id) { $0.ttl = 60 }
        bench.pass(seconds: 30)
        bench.now.wall -= 3_600_000
        bench.pass(seconds: 40)
        #expect(bench.read(id).state == .queued)
        bench.pass(seconds: 3_600)
        #expect(bench.events.count == 1)
    }

    @Test("A removed job becomes a tombstone when it expires", .tags(.unit012))
    func removed() {
        let bench = Bench()
        bench.submit(id) { $0.ttl = 60 }
        bench.apply(.complete(attempt: 0), to: id)
        _ = bench.table.delete(id, at: bench.now)
        bench.pass(seconds: 61)
        #expect(
            bench.table.counts()
                == {
                    var counts = JobCounts(); counts.tombstones = 1; return counts
                }()
        )
    }
}
