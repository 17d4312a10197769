import Synchronization
import Testing

@testable import StatusCore

/// Readers without the lock, among writers on few stripes. Threads of the system, so that one is stopped in the
/// middle of anything.
@Suite("Readers among writers")
struct ReaderTests {
    private let now = Instant(wall: 1_800_000_000_000, monotonic: 1_000)

    private func makeTable(stripes: Int = 2, _ adjust: (inout JobTable.Configuration) -> Void = { _ in }) -> JobTable {
        var configuration = JobTable.Configuration()
        configuration.stripes = stripes
        configuration.maximumTombstones = 0
        configuration.maximumBytes = 256 << 20
        adjust(&configuration)
        return JobTable(configuration: configuration)
    }

    @Test("Each read is of one moment, while texts of all lengths go round among the jobs", arguments: seeds)
    func oneMoment(seed: UInt64) {
        let table = makeTable()
        let now = now
        let ids = (0..<12).map { named("job-\($0)") }
        let references = ids.map { id in
            guard case .created(let reference) = table.submit(Submission(id: id, type: "\(id)"), at: now) else {
                fatalError("\(id)")
            }
            return reference
        }
        let left = Atomic(2)
        runThreads(4) { thread in
            var generator = SeededGenerator(seed: seed << 8 | UInt64(thread))
            if thread < 2 {
                for round in 1...4_000 {
                    write(round, to: .random(in: 0..<ids.count, using: &generator), ids, in: table, at: now)
                    if round % 512 == 0 { for stripe in 0..<2 { table.tidy(stripe) } }
                }
                left.subtract(1, ordering: .releasing)
                return
            }
            let snapshot = JobSnapshot()
            var versions = [UInt64](repeating: 0, count: ids.count)
            while left.load(ordering: .acquiring) > 0 {
                let which = Int.random(in: 0..<ids.count, using: &generator)
                if Bool.random(using: &generator) {
                    guard case .found = table.read(ids[which], at: now, into: snapshot) else { fatalError("lost") }
                } else {
                    precondition(table.read(references[which], at: now, into: snapshot), "lost")
                }
                check(snapshot, is: which, ids[which])
                precondition(snapshot.version >= versions[which], "the version went back")
                versions[which] = snapshot.version
            }
        }
    }

    @Test("A record is copied whole, also when nothing hangs off it and its owner reports by the short way")
    func recordsAlone() {
        let table = makeTable()
        let now = now
        let ids = (0..<4).map { named("job-\($0)") }
        let references = ids.map { id in
            _ = table.submit(Submission(id: id), at: now)
            let outcome = table.bind(
                id,
                attempt: 0,
                creating: nil,
                sharing: false,
                owner: OwnerID(1),
                handle: Handle(1),
                at: now
            )
            guard case .bound(let reference, _, _) = outcome else { fatalError("\(outcome)") }
            _ = table.apply(.start(attempt: 0), to: id, at: now)
            return reference
        }
        let isDone = Atomic(false)
        runThreads(3) { thread in
            if thread == 0 {
                for progress in 1...10_000 {
                    for reference in references {
                        _ = table.advanceProgress(
                            to: BasisPoints(progress)!,
                            of: reference,
                            from: OwnerID(1),
                            at: now.after(progress << 13)
                        )
                    }
                }
                isDone.store(true, ordering: .releasing)
                return
            }
            let snapshot = JobSnapshot()
            while !isDone.load(ordering: .acquiring) {
                for which in ids.indices {
                    if thread == 1 {
                        guard case .found = table.read(ids[which], at: now, into: snapshot) else { fatalError("lost") }
                    } else {
                        precondition(table.read(references[which], at: now, into: snapshot), "lost")
                    }
                    let progress = Int(snapshot.progress.value)
                    precondition(snapshot.version == 2 + UInt64(progress), "\(snapshot.version) at \(progress)")
                    precondition(
                        snapshot.updatedAt == now.after(progress << 13).wall,
                        "another moment than \(progress)"
                    )
                }
            }
        }
    }

    @Test("Jobs that come and go in the same places are never taken for one another", arguments: [1, 2])
    func churn(stripes: Int) {
        let table = makeTable(stripes: stripes)
        let now = now
        let clock = Atomic(0)
        let left = Atomic(2)
        let references = SharedReferences(count: 64)
        let ids = ["j", String(repeating: "long", count: 12)].map { kind in (0..<64).map { named("\(kind)-\($0)") } }
        runThreads(5) { thread in
            var generator = SeededGenerator(seed: UInt64(thread))
            if thread < 2 {
                for round in 1...3_000 {
                    let time = clock.add(1, ordering: .relaxed).newValue
                    let which = round % 64
                    let id = ids[round / 64 % 2][which]
                    let submission = Submission(id: id, type: "\(which)", metadata: words(of: which), ttl: 1)
                    let outcome = table.submit(submission, at: now.after(time * 20))
                    if case .created(let reference) = outcome { references[which] = reference }
                }
                left.subtract(1, ordering: .releasing)
                return
            }
            let snapshot = JobSnapshot()
            while left.load(ordering: .acquiring) > 0 {
                let time = clock.load(ordering: .relaxed)
                if thread == 2 {
                    table.advance(to: now.after(time * 20), limit: .max) { _ in }
                    continue
                }
                let which = Int.random(in: 0..<64, using: &generator)
                let id = ids[Int.random(in: 0..<2, using: &generator)][which]
                if case .found = table.read(id, at: now.after(time * 20), into: snapshot) {
                    precondition(snapshot.id == id, "\(snapshot.id) for \(id)")
                    precondition(
                        snapshot.string(.type) == "\(which)" && snapshot.holds(words(of: which), in: .metadata)
                    )
                }
                if let reference = references[which],
                    table.read(reference, at: now.after(time * 20), into: snapshot)
                {
                    precondition(snapshot.string(.type) == "\(which)", "\(snapshot.id) for \(which)")
                    precondition(snapshot.holds(words(of: which), in: .metadata))
                }
            }
        }
    }

    @Test("A job that stays is found at any moment, while the index grows and shrinks around it")
    func growth() {
        let table = makeTable()
        let now = now
        let staying = (0..<50).map { named("stay-\($0)") }
        for id in staying { _ = table.submit(Submission(id: id, type: "\(id)"), at: now) }
        let isDone = Atomic(false)
        runThreads(3) { thread in
            if thread == 0 {
                for wave in 0..<3 {
                    let start = now.after(wave * 10_000)
                    for number in 0..<6_000 {
                        _ = table.submit(Submission(id: named("w\(wave)-\(number)"), ttl: 2), at: start)
                    }
                    for step in 1...60 { table.advance(to: start.after(step * 100), limit: .max) { _ in } }
                }
                isDone.store(true, ordering: .releasing)
                return
            }
            let snapshot = JobSnapshot()
            while !isDone.load(ordering: .acquiring) {
                for id in staying {
                    guard case .found = table.read(id, at: now, into: snapshot), snapshot.id == id,
                        snapshot.string(.type) == "\(id)", case .found = table.find(id, at: now)
                    else { fatalError("\(id) is not there") }
                }
                guard case .unknown = table.find(named("nobody"), at: now) else { fatalError("somebody") }
            }
        }
        #expect(table.counts().total == staying.count)
    }

    @Test("Readers wait for no holder of the lock that changes nothing, nor for a change of another stripe")
    func heldLock() {
        let table = makeTable()
        let now = now
        var ids = [[TaskID]](repeating: [], count: 2)
        // So many that the index has grown, and shrunk: readers must know where it is.
        for number in 0..<3_000 {
            _ = table.submit(Submission(id: named("gone-\(number)"), ttl: 1), at: now.after(-5_000))
        }
        while !table.advance(to: now, limit: .max, { _ in }) || table.counts().total > 0 {}
        for number in 0..<400 {
            let id = named("job-\(number)")
            if number % 50 == 0 { table.advance(to: now, limit: .max) { _ in } }
            _ = table.submit(Submission(id: id, type: "\(id)"), at: now)
            ids[table.stripe(of: table.hash(id, of: .sole))].append(id)
        }
        let stage = Atomic(0)
        let all = ids
        runThreads(2) { thread in
            if thread == 0 {
                // Descheduled while it holds the lock, then while it is in the middle of a change.
                table.withStripe(0) { _ in
                    stage.store(1, ordering: .releasing)
                    precondition(waits { stage.load(ordering: .acquiring) == 2 }, "a reader waits for the lock")
                }
                table.stripes.withChange(0) { _ in
                    stage.store(3, ordering: .releasing)
                    precondition(waits { stage.load(ordering: .acquiring) == 4 }, "a reader waits for another stripe")
                }
                return
            }
            let snapshot = JobSnapshot()
            func read(_ ids: [TaskID]) {
                for id in ids {
                    guard case .found(let reference) = table.read(id, at: now, into: snapshot),
                        table.read(reference, at: now, into: snapshot), snapshot.id == id,
                        table.find(id, at: now) == .found(reference)
                    else { fatalError("\(id) is not there") }
                }
            }
            precondition(waits { stage.load(ordering: .acquiring) == 1 })
            read(all[0])
            stage.store(2, ordering: .releasing)
            precondition(waits { stage.load(ordering: .acquiring) == 3 })
            read(all[1])
            stage.store(4, ordering: .releasing)
            // The change ends, and whoever waited for it goes on.
            read(all[0])
        }
    }
}
