import StatusCore
import Testing

@Suite("Stalling")
struct StallTests {
    private let bench = Bench()
    private let id = named("job")

    @Test("A job that asked for it stalls after its time without a sign of life, and is revived by the next")
    func stallsAndRevives() {
        bench.submit(id) { $0.stall = 10 }
        bench.pass(seconds: 60)
        #expect(!bench.read(id).isStalled, "only processing counts")
        bench.report(100, to: id)
        let version = bench.read(id).version
        bench.pass(seconds: 9)
        bench.apply(.update(JobUpdate()), to: id)
        bench.pass(seconds: 9)
        #expect(!bench.read(id).isStalled)
        bench.pass(seconds: 2)
        #expect(bench.read(id).isStalled && bench.read(id).state == .processing)
        #expect(bench.read(id).version == version + 1)
        #expect(bench.table.counts().stalled == 1)
        #expect(bench.apply(.update(JobUpdate()), to: id).isVisible, "a heartbeat ends the stall")
        #expect(!bench.read(id).isStalled && bench.read(id).version == version + 2)
        bench.pass(seconds: 11)
        #expect(bench.read(id).isStalled, "it can stall again")
        #expect(bench.events.count == 2)
    }

    @Test("The fast way of progress revives as well")
    func fastPath() throws {
        bench.submit(id) { $0.stall = 10 }
        let reference = try #require(bench.bind(id))
        bench.report(100, to: id)
        bench.pass(seconds: 11)
        #expect(bench.read(id).isStalled)
        let outcome = bench.table.advanceProgress(to: .zero, of: reference, from: OwnerID(1), at: bench.now)
        #expect(outcome.isVisible && !bench.read(id).isStalled)
    }

    @Test("The policy can make it fail")
    func policy() {
        bench.submit(id) {
            $0.stall = 10
            $0.stallPolicy = .fail
        }
        bench.apply(.start(attempt: 0), to: id)
        bench.pass(seconds: 11)
        let job = bench.read(id)
        #expect(job.state == .failed && !job.isStalled && job.text(.failureCode) == "stalled")
        #expect(job.version == 3)
        guard case .stalled(let name, _, hasFailed: true, _, _) = bench.events.first else {
            Issue.record("\(bench.events)")
            return
        }
        #expect(name == id)
    }

    @Test("Losing the stream counts as stalled 30 seconds later, unless the worker binds again")
    func lostStream() throws {
        bench.submit(id)
        let reference = try #require(bench.bind(id))
        bench.apply(.start(attempt: 0), to: id)
        bench.pass(seconds: 3_600)
        #expect(!bench.read(id).isStalled, "nobody asked")
        bench.table.ownerLeft(reference, owner: OwnerID(1), at: bench.now)
        bench.pass(seconds: 29)
        #expect(!bench.read(id).isStalled)
        bench.pass(seconds: 2)
        #expect(bench.read(id).isStalled)
        let again = try #require(bench.bind(id, owner: 2))
        #expect(bench.read(id).isStalled, "binding alone is not an update")
        bench.table.unbind(again, owner: OwnerID(2), at: bench.now)
    }

    @Test("Binding again in time, reporting by HTTP, or unbinding stops that clock")
    func lostStreamStopped() throws {
        for way in 0..<3 {
            let id = try #require(TaskID("job\(way)"))
            bench.submit(id)
            let reference = try #require(bench.bind(id))
            bench.apply(.start(attempt: 0), to: id)
            if way == 2 { bench.table.unbind(reference, owner: OwnerID(1), at: bench.now) }
            bench.table.ownerLeft(reference, owner: OwnerID(1), at: bench.now)
            if way == 0 { _ = bench.bind(id, owner: 2) }
            if way == 1 { bench.report(50, to: id) }
            bench.pass(seconds: 120)
            #expect(!bench.read(id).isStalled)
        }
    }

    @Test("The job's own stall time goes on when it is shorter than the grace")
    func shorterOwn() throws {
        bench.submit(id) { $0.stall = 10 }
        let reference = try #require(bench.bind(id))
        bench.apply(.start(attempt: 0), to: id)
        bench.pass(seconds: 8)
        bench.table.ownerLeft(reference, owner: OwnerID(1), at: bench.now)
        bench.pass(milliseconds: 2_100)
        #expect(bench.read(id).isStalled)
    }

    @Test("A stream that does not own the job can neither let go of it nor lose it")
    func stranger() throws {
        bench.submit(id)
        let old = try #require(bench.bind(id, owner: 1))
        _ = try #require(bench.bind(id, owner: 2))
        bench.apply(.start(attempt: 0), to: id)
        bench.table.ownerLeft(old, owner: OwnerID(1), at: bench.now)
        bench.pass(seconds: 60)
        #expect(!bench.read(id).isStalled)
        #expect(bench.table.cancel(id, reason: nil, at: bench.now) == .cancelled(owner: OwnerID(2), handle: Handle(1)))
    }
}
