import Glibc
import Synchronization
import Testing

@testable import StatusCore

/// Many threads at one table: nothing is lost, torn or left behind. Meant to be run under ThreadSanitizer as well.
@Suite("Threads")
struct StressTests {
    private let start = Instant(wall: 1_800_000_000_000, monotonic: 1_000)

    @Test("Each worker's own updates, binds, reads and growth together lose nothing", arguments: [2, 8])
    func ownJobs(threads: Int) {
        let table = JobTable()
        let start = start
        let perThread = 3_000
        runThreads(threads) { thread in
            let snapshot = JobSnapshot()
            let owner = OwnerID(UInt32(thread + 1))
            for number in 0..<perThread {
                let id = named("t\(thread)-\(number)")
                let bound = table.bind(
                    id,
                    attempt: 0,
                    creating: Submission(id: id, type: "x"),
                    sharing: false,
                    owner: owner,
                    handle: Handle(UInt32(number)),
                    at: start
                )
                guard case .bound(let reference, _, _) = bound else { fatalError("\(bound)") }
                for progress in 1...5 {
                    _ = table.advanceProgress(
                        to: BasisPoints(progress * 1_000)!,
                        of: reference,
                        from: owner,
                        at: start
                    )
                }
                _ = table.apply(.complete(attempt: 0), to: reference, from: owner, at: start)
                precondition(table.read(reference, at: start, into: snapshot))
                precondition(snapshot.version == 7 && snapshot.state == .completed && snapshot.id == id)
            }
        }
        #expect(table.counts().completed == threads * perThread)
    }

    @Test("A few jobs that all want: readers see whole records, versions and progress never go back")
    func contended() {
        let table = JobTable()
        let start = start
        let ids = (0..<4).map { named("hot-\($0)") }
        for id in ids { _ = table.submit(Submission(id: id), at: start) }
        runThreads(4) { thread in
            let snapshot = JobSnapshot()
            var lastVersion: [UInt64] = [0, 0, 0, 0]
            for round in 1...5_000 {
                let which = (round + thread) % ids.count
                if thread % 2 == 0 {
                    // The note tells the units, so that a torn read is seen.
                    Text.with("note \(round)") { note in
                        let update = JobUpdate(
                            progress: BasisPoints(round * 2),
                            units: Units(done: UInt64(round), total: 5_000),
                            note: note
                        )
                        _ = table.apply(.update(update), to: ids[which], at: start)
                    }
                } else {
                    guard case .found = table.read(ids[which], at: start, into: snapshot) else { fatalError("lost") }
                    precondition(snapshot.version >= lastVersion[which], "the version went back")
                    lastVersion[which] = snapshot.version
                    if let units = snapshot.units { precondition(snapshot.text(.note) == "note \(units.done)", "torn") }
                }
            }
        }
        #expect(table.counts().processing == ids.count)
    }

    @Test("Everything at once: submits, binds, updates, deletes, lists and expiry")
    func everything() {
        var configuration = JobTable.Configuration()
        configuration.stripes = 8
        let table = JobTable(configuration: configuration)
        let start = start
        let clock = Atomic<Int>(0)
        let expired = Atomic<Int>(0)
        let created = Atomic<Int>(0)
        runThreads(6) { thread in
            var generator = SeededGenerator(seed: UInt64(thread))
            let snapshot = JobSnapshot()
            var bound: [JobReference] = []
            let owner = OwnerID(UInt32(thread + 1))
            for round in 0..<4_000 {
                let time = Int64(clock.add(1, ordering: .relaxed).newValue)
                let now = Instant(wall: start.wall + time, monotonic: start.monotonic + time)
                let id = named("shared-\(UInt32.random(in: 0..<20_000, using: &generator))")
                switch thread == 0 ? 7 : UInt8.random(in: 0..<7, using: &generator) {
                case 0, 1:
                    let key: [UInt8]? = round % 4 == 0 ? Array("key \(round % 64)".utf8) : nil
                    let submission = Submission(
                        id: id,
                        metadata: [0x31],
                        ttl: 1 + UInt32(round % 5),
                        idempotencyKey: key
                    )
                    if case .created = table.submit(submission, at: now) { created.add(1, ordering: .relaxed) }
                case 2:
                    if case .bound(let reference, _, _) = table.bind(
                        id,
                        attempt: 0,
                        creating: nil,
                        sharing: false,
                        owner: owner,
                        handle: Handle(1),
                        at: now
                    ) {
                        bound.append(reference)
                    }
                case 3:
                    for reference in bound.suffix(20) {
                        Text.with("a note of some length \(round)") { note in
                            let update = JobUpdate(progress: BasisPoints(round), note: note)
                            _ = table.apply(.update(update), to: reference, from: owner, at: now)
                        }
                    }
                case 4: _ = table.read(id, at: now, into: snapshot)
                case 5: _ = table.delete(id, at: now)
                case 6:
                    _ = table.attachResult(ResultID(1), to: id, attempt: 0, from: nil, at: now)
                    if round % 64 == 0 { _ = table.list(ListFilter(), after: nil, limit: 20, at: now) { _ in } }
                default:
                    table.advance(to: now, limit: 1_000) { event in
                        if case .expired = event { expired.add(1, ordering: .relaxed) }
                    }
                }
            }
        }
        let end = Instant(wall: start.wall + 60_000, monotonic: start.monotonic + 60_000)
        table.advance(to: end, limit: .max) { event in
            if case .expired = event { expired.add(1, ordering: .relaxed) }
        }
        let counts = table.counts()
        #expect(counts.total == 0)
        #expect(created.load(ordering: .relaxed) == expired.load(ordering: .relaxed))
        #expect(counts.tombstones == expired.load(ordering: .relaxed))
    }
}
