import StatusCore
import Synchronization
import Testing

@testable import JobStore

/// Which changes a table hands to its committer.
@Suite struct ChangeTests {
    @Test func aNewJobAndItsEndAreUrgentProgressIsNot() throws {
        let bench = ChangeBench()
        bench.submit("a")
        #expect(bench.signals == 1)
        #expect(bench.take(.urgent) == ["a"])
        let (reference, owner) = try bench.bind("a")
        #expect(bench.take(.urgent) == [])
        #expect(bench.take(.all) == ["a"])

        // It starts with the first report.
        bench.report(1, to: reference, from: owner)
        #expect(bench.take(.urgent) == ["a"])
        let before = bench.signals
        bench.report(100, to: reference, from: owner)
        bench.report(200, to: reference, from: owner)
        #expect(bench.signals == before)
        #expect(bench.take(.urgent) == [])
        #expect(bench.take(.all) == ["a"])
        #expect(bench.take(.all) == [])

        // A heartbeat changes nothing that is kept.
        bench.report(200, to: reference, from: owner)
        #expect(bench.take(.all) == [])

        bench.report(300, to: reference, from: owner)
        bench.apply(.complete(attempt: 0), to: "a")
        #expect(bench.signals == before + 1)
        #expect(bench.take(.urgent) == ["a"])
        #expect(bench.take(.all) == [])
    }

    @Test func aBatchOfProgressIsHandedOutOnce() throws {
        let bench = ChangeBench()
        bench.submit("a")
        let (reference, owner) = try bench.bind("a")
        bench.report(1, to: reference, from: owner)
        _ = bench.take(.all)
        var handles = HandleTable()
        handles.bind(1, to: reference, attempt: 1)
        for value: UInt16 in 2...5 {
            [UInt32](repeating: 1, count: 200).withUnsafeBufferPointer { names in
                (0..<200).map { value * 200 + $0 }.withUnsafeBufferPointer { values in
                    let refused = bench.table.advanceProgress(
                        of: names,
                        to: values,
                        in: &handles,
                        from: owner,
                        at: bench.now
                    )
                    #expect(refused.isEmpty)
                }
            }
        }
        #expect(bench.take(.all) == ["a"])
        #expect(bench.take(.all) == [])
    }

    @Test func whatCouldNotBeKeptIsHandedOutAgain() throws {
        let bench = ChangeBench()
        bench.submit("a")
        var references: [JobReference] = []
        bench.table.takeChanges(.urgent, of: bench.mailbox) { references.append($0) }
        #expect(bench.take(.all) == [])
        references.forEach(bench.table.giveBackChange)
        #expect(bench.take(.urgent) == ["a"])
    }

    @Test func aRestoredJobIsKeptUntilItChanges() throws {
        let bench = ChangeBench()
        let image = try JobImage.bare("a", createdAt: bench.now.wall)
        guard case .restored = bench.table.restore(image, at: bench.now) else { throw Unexpected() }
        #expect(bench.take(.all) == [])
        bench.apply(.start(attempt: 0), to: "a")
        #expect(bench.take(.urgent) == ["a"])
    }

    @Test func aTableWithoutACommitterNotesNothing() throws {
        let bench = ChangeBench(publication: .atOnce)
        bench.submit("a")
        bench.apply(.complete(attempt: 0), to: "a")
        #expect(bench.signals == 0)
        #expect(bench.table.countChanges() == 0)
    }

    @Test("what is kept is what a table is filled with again", arguments: UInt64(1)...30)
    func model(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let bench = ChangeBench()
        for step in 0..<1_500 {
            try bench.act(using: &random)
            if random.below(8) == 0 { bench.commit(.urgent) }
            guard random.below(60) == 0 else { continue }
            bench.commit(.all)
            let kept = try bench.store.jobs().filter { $0.expiresAt > bench.now.wall }
            #expect(bench.table.countChanges() == 0)
            for image in kept {
                #expect(bench.image(image.submission.id) == image, "seed \(seed), step \(step)")
            }
            #expect(bench.table.counts().total == kept.count, "seed \(seed), step \(step)")
            let again = ChangeBench()
            again.now = bench.now
            for image in kept {
                guard case .restored = again.table.restore(image, at: bench.now) else { throw Unexpected() }
                var expected = image
                // Nobody's stream is there any more, and only a job that somebody works at waits for one.
                if image.state != .processing || image.isStalled || image.submission.stall ?? .max <= 30 {
                    expected.isBound = false
                }
                #expect(again.image(image.submission.id) == expected, "seed \(seed), step \(step)")
            }
        }
    }
}

private struct Unexpected: Error {}

/// A table with a committer, and jobs with names of one letter.
private final class ChangeBench {
    let table: JobTable
    let mailbox: Mailbox
    let store = MemoryJobStore()
    var now = Instant(wall: 1_700_000_000_000, monotonic: 1_000)
    private let signalled: Counter
    private var owners: UInt32 = 0
    private var bound: [String: (JobReference, OwnerID)] = [:]

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    init(publication: JobTable.Publication = .byCommitter) {
        var configuration = JobTable.Configuration()
        configuration.stripes = 4
        configuration.maximumJobs = 1_000
        configuration.maximumBytes = 64 << 20
        configuration.publication = publication
        table = JobTable(configuration: configuration)
        let counter = Counter()
        signalled = counter
        mailbox = table.makeChangeMailbox { counter.value.add(1, ordering: .relaxed) }
    }

    var signals: Int { signalled.value.load(ordering: .relaxed) }

    func image(_ id: TaskID) -> JobImage? {
        let snapshot = JobSnapshot()
        guard case .found = table.read(id, at: now, into: snapshot) else { return nil }
        return snapshot.image
    }

    func submit(_ name: String, _ adjust: (inout Submission) -> Void = { _ in }) {
        guard let id = TaskID(name) else { return }
        var submission = Submission(id: id)
        adjust(&submission)
        _ = table.submit(submission, at: now)
    }

    func bind(_ name: String, attempt: UInt32 = 0) throws -> (JobReference, OwnerID) {
        owners += 1
        let owner = OwnerID(owners)
        let outcome = table.bind(
            try .named(name),
            attempt: attempt,
            creating: nil,
            sharing: false,
            owner: owner,
            handle: Handle(1),
            at: now
        )
        guard case .bound(let reference, _, _) = outcome else { throw Unexpected() }
        return (reference, owner)
    }

    func report(_ progress: Int, to reference: JobReference, from owner: OwnerID) {
        guard let progress = BasisPoints(progress) else { return }
        _ = table.advanceProgress(to: progress, of: reference, from: owner, at: now)
    }

    func apply(_ event: JobEvent, to name: String) {
        guard let id = TaskID(name) else { return }
        _ = table.apply(event, to: id, at: now)
    }

    /// The names of the jobs that are handed out.
    func take(_ scope: ChangeScope) -> [String] {
        var names: [String] = []
        let snapshot = JobSnapshot()
        table.takeChanges(scope, of: mailbox) { reference in
            if table.read(reference, at: now, into: snapshot) { names.append(snapshot.id.description) }
        }
        return names.sorted()
    }

    /// Does what a committer does.
    func commit(_ scope: ChangeScope) {
        var batch = CommitBatch()
        var references: [JobReference] = []
        let snapshot = JobSnapshot()
        table.takeChanges(scope, of: mailbox) { reference in
            guard table.read(reference, at: now, into: snapshot) else { return }
            batch.jobs.append(snapshot.image)
            references.append(reference)
        }
        #expect(throws: Never.self) { try store.commit(batch) }
        for reference in references { table.publish(reference, at: now) }
    }

    /// Something that may happen to a job.
    func act(using random: inout SplitMix) throws {
        let name = String(UnicodeScalar(UInt8(97 + random.below(12))))
        let id = try TaskID.named(name)
        switch random.below(14) {
        case 0, 1:
            let (ttl, stall) = (UInt32(random.below(600) + 1), random.below(60))
            submit(name) {
                $0.ttl = ttl
                $0.stall = stall == 0 ? nil : UInt32(stall)
            }
        case 2, 3: bound[name] = try? bind(name, attempt: UInt32(random.below(3)))
        case 4, 5, 6:
            if let (reference, owner) = bound[name] { report(random.below(10_001), to: reference, from: owner) }
        case 7:
            let (done, text) = (UInt64(random.below(100)), random.text(20))
            Text.with(text) { note in
                apply(.update(JobUpdate(units: Units(done: done, total: 99), note: note)), to: name)
            }
        case 8: apply(.retry(attempt: 0), to: name)
        case 9: apply(.start(attempt: 0), to: name)
        case 10:
            let text = random.text(30)
            Text.with(text) { text in
                let failure = Failure(code: nil, text: text, isRetryable: true)
                apply(done(&random) ? .complete(attempt: 0) : .fail(attempt: 0, failure), to: name)
            }
        case 11: _ = table.attachResult(ResultID(random.next() | 1), to: id, attempt: 0, from: nil, at: now)
        case 12: _ = random.flip() ? table.cancel(id, reason: "why", at: now) == .unknown : remove(id)
        default: pass(random.below(20_000))
        }
        if random.below(10) == 0, let (reference, owner) = bound.removeValue(forKey: name) {
            if random.flip() {
                table.unbind(reference, owner: owner, at: now)
            } else {
                table.ownerLeft(reference, owner: owner, at: now)
            }
        }
    }

    private func done(_ random: inout SplitMix) -> Bool { random.flip() }

    private func remove(_ id: TaskID) -> Bool { table.delete(id, at: now) == .unknown }

    private func pass(_ milliseconds: Int) {
        now.wall += Int64(milliseconds)
        now.monotonic += Int64(milliseconds)
        var batch = CommitBatch()
        while !table.advance(
            to: now,
            limit: 100,
            { event in
                guard case .expired(let gone, _, _, _) = event else { return }
                batch.expired.append(StoredTombstone(id: gone.id, tenant: gone.tenant, expiredAt: gone.at))
            }
        ) {}
        #expect(throws: Never.self) { try store.commit(batch) }
    }
}
