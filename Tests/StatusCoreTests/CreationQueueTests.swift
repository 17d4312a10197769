import Synchronization
import Testing

@testable import StatusCore

/// Following the new jobs of a type.
@Suite("New jobs of a type")
struct CreationQueueTests {
    private final class Signals: Sendable {
        let count = Atomic(0)
    }

    private let bench = Bench()
    private let signals = Signals()

    private func follow(_ type: String) -> CreationQueue {
        let signals = signals
        return bench.table.followCreations(ofType: type) { signals.count.add(1, ordering: .relaxed) }
    }

    private var signalCount: Int { signals.count.load(ordering: .relaxed) }

    @Test("Where jobs are kept, one comes when it is shown and not before, and no list has it before")
    func later() throws {
        var configuration = JobTable.Configuration()
        configuration.publication = .byCommitter
        let table = JobTable(configuration: configuration)
        let queue = table.followCreations(ofType: "ocr") {}
        var submission = Submission(id: named("a"))
        submission.type = "ocr"
        guard case .created(let reference) = table.submit(submission, at: bench.now) else {
            Issue.record("not made")
            return
        }
        func listed() -> Int {
            var count = 0
            _ = table.list(ListFilter(), after: nil, limit: 10, at: bench.now) { _ in count += 1 }
            return count
        }
        let job = JobSnapshot()
        #expect(table.isUnwritten(reference) && listed() == 0)
        #expect(table.read(reference, at: bench.now, into: job) && job.isUnwritten)
        #expect(queue.take().jobs == [])
        let version = job.version
        #expect(table.publish(reference, at: bench.now))
        #expect(!table.publish(reference, at: bench.now))
        #expect(!table.isUnwritten(reference) && listed() == 1)
        #expect(table.read(reference, at: bench.now, into: job) && !job.isUnwritten && job.version == version)
        #expect(queue.take().jobs == [reference])
    }

    @Test("Those of the type come, by whatever way they were made, and those of others do not")
    func kinds() {
        let queue = follow("ocr")
        let submitted = bench.submit(named("a")) { $0.type = "ocr" }
        bench.submit(named("b")) { $0.type = "other" }
        bench.submit(named("c"))
        var submission = Submission(id: named("d"))
        submission.type = "ocr"
        let bound = bench.table.bind(
            named("d"),
            attempt: 0,
            creating: submission,
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(0),
            at: bench.now
        )
        // It is there, and not new.
        #expect(bench.table.submit(submission, at: bench.now) != .full)
        guard case .bound(let reference, _, _) = bound else {
            Issue.record("\(bound)")
            return
        }
        let (jobs, isComplete) = queue.take()
        #expect(jobs == [submitted, reference])
        #expect(isComplete)
        #expect(queue.take().jobs.isEmpty)
    }

    @Test("There is one signal between two takes")
    func signal() {
        let queue = follow("ocr")
        for index in 0..<3 { bench.submit(named("a\(index)")) { $0.type = "ocr" } }
        #expect(signalCount == 1)
        #expect(queue.take().jobs.count == 3)
        bench.submit(named("b")) { $0.type = "ocr" }
        #expect(signalCount == 2)
    }

    @Test("What nobody takes is bounded, and the gap is told")
    func bound() {
        let queue = follow("ocr")
        for index in 0..<Limits.queuedCreations { bench.submit(named("a\(index)")) { $0.type = "ocr" } }
        #expect(queue.take() == (jobs: queueOrder(Limits.queuedCreations), isComplete: true))
        for index in 0...Limits.queuedCreations { bench.submit(named("b\(index)")) { $0.type = "ocr" } }
        let (jobs, isComplete) = queue.take()
        #expect(jobs.count == Limits.queuedCreations)
        #expect(!isComplete)
        // The gap was told once.
        #expect(queue.take().isComplete)
    }

    /// The jobs `a0` and on, as a look-up finds them.
    private func queueOrder(_ count: Int) -> [JobReference] {
        (0..<count).compactMap { index in
            guard case .found(let reference) = bench.table.find(named("a\(index)"), at: bench.now) else { return nil }
            return reference
        }
    }

    @Test("Whoever has ended hears nothing more, and others go on")
    func end() {
        let one = follow("ocr")
        let other = follow("ocr")
        bench.table.endFollowing(one)
        bench.table.endFollowing(one)
        bench.submit(named("a")) { $0.type = "ocr" }
        #expect(one.take().jobs.isEmpty)
        #expect(other.take().jobs.count == 1)
        bench.table.endFollowing(other)
        bench.submit(named("b")) { $0.type = "ocr" }
        #expect(other.take().jobs.isEmpty)
        #expect(signalCount == 1)
    }

    @Test("No job is missed between the beginning and the first walk")
    func race() {
        let table = bench.table
        let now = bench.now
        for round in 0..<20 {
            let found = Mutex<Set<JobReference>>([])
            let queue = Mutex<CreationQueue?>(nil)
            runThreads(3) { thread in
                guard thread == 0 else {
                    return make(200, "r\(round)-\(thread)", type: "t\(round)", in: table, at: now)
                }
                queue.withLock { $0 = table.followCreations(ofType: "t\(round)") {} }
                var seen: Set<JobReference> = []
                var cursor: ListCursor?
                repeat {
                    cursor = table.list(ListFilter(type: "t\(round)"), after: cursor, limit: 1_000, at: now) {
                        seen.insert($0.reference)
                    }
                } while cursor != nil
                found.withLock { $0 = seen }
            }
            let arrived = queue.withLock { $0?.take() }
            #expect(arrived?.isComplete == true)
            #expect(found.withLock { $0.union(arrived?.jobs ?? []) }.count == 400)
        }
    }
}

/// Makes `count` jobs.
private func make(_ count: Int, _ prefix: String, type: String, in table: JobTable, at now: Instant) {
    for index in 0..<count {
        var submission = Submission(id: named("\(prefix)-\(index)"))
        submission.type = type
        _ = table.submit(submission, at: now)
    }
}
