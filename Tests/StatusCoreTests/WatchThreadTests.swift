import Synchronization
import Testing

@testable import StatusCore

/// A loop that waits for its signal.
private final class Loop: Sendable {
    let isSignalled = Atomic(false)

    func signal() { isSignalled.store(true, ordering: .releasing) }

    /// False when no signal came in a very long time.
    func wait() -> Bool { waits { isSignalled.exchange(false, ordering: .acquiring) } }
}

@Suite("Watching jobs, from many threads")
struct WatchThreadTests {
    private let now = Instant(wall: 1_800_000_000_000, monotonic: 1_000)

    @Test("No wake-up is lost: every loop sees every job's end, whoever changes it", arguments: [1, 2, 4])
    func ends(loops: Int) {
        var configuration = JobTable.Configuration()
        configuration.stripes = 2
        let table = JobTable(configuration: configuration)
        let now = now
        let ids = (0..<200).map { named("job-\($0)") }
        let references = ids.map { id in
            guard case .created(let reference) = table.submit(Submission(id: id), at: now) else { fatalError("\(id)") }
            return reference
        }
        let watching = Atomic(0)
        let lost = Atomic(0)
        runThreads(loops * 2) { thread in
            if thread < loops {
                let loop = Loop()
                let mailbox = table.makeMailbox { loop.signal() }
                let left = follow(references, mailbox, loop, in: table, watching, at: now)
                lost.add(left, ordering: .relaxed)
                return
            }
            // Writers share the jobs and race for their ends.
            guard waits(until: { watching.load(ordering: .acquiring) == loops }) else { return }
            var generator = SeededGenerator(seed: UInt64(thread))
            for round in 1...4_000 {
                let which = Int.random(in: 0..<ids.count, using: &generator)
                _ = table.apply(.update(JobUpdate(progress: BasisPoints(round))), to: ids[which], at: now)
            }
            for id in ids.shuffled(using: &generator) { _ = table.apply(.complete(attempt: 0), to: id, at: now) }
        }
        #expect(lost.load(ordering: .relaxed) == 0)
    }

    @Test("Watches that come and go among changes and expiry are told of all that they should be")
    func comeAndGo() {
        var configuration = JobTable.Configuration()
        configuration.stripes = 1
        let table = JobTable(configuration: configuration)
        let now = now
        let missed = Atomic(0)
        runThreads(6) { thread in
            let loop = Loop()
            let mailbox = table.makeMailbox { loop.signal() }
            let snapshot = JobSnapshot()
            for round in 0..<400 {
                let id = named("t\(thread)-\(round)")
                let other = named("t\((thread + 1) % 6)-\(round)")
                guard case .created(let reference) = table.submit(Submission(id: id), at: now) else {
                    fatalError("\(id)")
                }
                guard case .watching(let watch) = table.watch(reference, unlike: 1, from: mailbox, token: 9, at: now)
                else {
                    // The neighbour was faster.
                    _ = table.apply(.start(attempt: 0), to: other, at: now)
                    continue
                }
                _ = table.apply(.start(attempt: 0), to: other, at: now)
                _ = table.apply(.start(attempt: 0), to: id, at: now)
                var isTold = false
                while !isTold, loop.wait() { table.drain(mailbox) { isTold = $0 == 9 || isTold } }
                if !isTold || !table.read(reference, at: now, into: snapshot) || snapshot.version < 2 {
                    missed.add(1, ordering: .relaxed)
                }
                table.unwatch(watch)
            }
        }
        #expect(missed.load(ordering: .relaxed) == 0)
        #expect(table.withStripe(0) { $0.watchers.count } == 0)
    }
}

/// Watches all jobs until each is seen completed; returns how many are not, as no signal comes any more.
private func follow(
    _ references: [JobReference],
    _ mailbox: Mailbox,
    _ loop: Loop,
    in table: JobTable,
    _ watching: borrowing Atomic<Int>,
    at now: Instant
) -> Int {
    let snapshot = JobSnapshot()
    var watches: [WatchID?] = []
    var versions = [UInt64](repeating: 0, count: references.count)
    for (token, reference) in references.enumerated() {
        guard
            case .watching(let watch) = table.watch(reference, unlike: 1, from: mailbox, token: UInt64(token), at: now)
        else { fatalError("job \(token) is not watched") }
        watches.append(watch)
    }
    watching.add(1, ordering: .releasing)
    var left = references.count
    while left > 0, loop.wait() {
        table.drain(mailbox) { token in
            let token = Int(token)
            precondition(table.read(references[token], at: now, into: snapshot), "job \(token) is gone")
            precondition(snapshot.version >= versions[token], "job \(token) went back")
            versions[token] = snapshot.version
            guard snapshot.state == .completed, let watch = watches[token] else { return }
            table.unwatch(watch)
            watches[token] = nil
            left -= 1
        }
    }
    return left
}
