import Synchronization
import Testing

@testable import StatusCore

/// A table with a mailbox, and what was signalled and drained.
private final class WatchBench {
    let bench: Bench
    let signals: Counter
    let mailbox: Mailbox
    private(set) var reference: JobReference!
    let id = named("job")

    final class Counter: Sendable {
        let count = Atomic(0)
    }

    /// A job with a life of 1,000 s that stalls after 5 s, and another one that nobody watches.
    init(publication: JobTable.Publication = .atOnce) {
        bench = Bench { $0.publication = publication }
        let signals = Counter()
        self.signals = signals
        mailbox = bench.table.makeMailbox { signals.count.add(1, ordering: .relaxed) }
        for id in [id, named("other")] {
            bench.submit(id) {
                $0.ttl = 1_000
                $0.resultTTL = 100
                $0.stall = 5
            }
        }
        reference = bench.bind(id, owner: 1)
    }

    var version: UInt64 { bench.read(id).version }

    /// Watches the job as it is.
    @discardableResult
    func watch(token: UInt64 = 1, unlike version: UInt64? = nil) -> WatchOutcome {
        bench.table.watch(
            reference,
            unlike: version ?? self.version,
            from: mailbox,
            token: token,
            at: bench.now
        )
    }

    /// The tokens of a drain, in order.
    func drain() -> [UInt64] {
        var tokens: [UInt64] = []
        bench.table.drain(mailbox) { tokens.append($0) }
        return tokens
    }

    func note(_ text: String) {
        Text.with(text) { _ = bench.apply(.update(JobUpdate(note: $0)), to: id) }
    }

    @discardableResult
    func advance(to progress: Int) -> ApplyOutcome {
        bench.table.advanceProgress(to: BasisPoints(progress)!, of: reference, from: OwnerID(1), at: bench.now)
    }
}

/// Something that happens to a job: how it comes to stand before, and what happens then.
private struct Happening: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var publication = JobTable.Publication.atOnce
    var prepare: @Sendable (WatchBench) -> Void = { $0.bench.report(1_000, to: $0.id) }
    let act: @Sendable (WatchBench) -> Void

    static let visible = [
        Happening(testDescription: "progress by the short way") { $0.advance(to: 2_000) },
        Happening(testDescription: "progress by the long way") { $0.bench.report(2_000, to: $0.id) },
        Happening(testDescription: "progress that starts the job", prepare: { _ in }) { $0.advance(to: 0) },
        Happening(testDescription: "a note") { $0.note("words") },
        Happening(testDescription: "start", prepare: { _ in }) { $0.bench.apply(.start(attempt: 0), to: $0.id) },
        Happening(testDescription: "completion") { $0.bench.apply(.complete(attempt: 0), to: $0.id) },
        Happening(testDescription: "failure") { $0.bench.fail($0.id) },
        Happening(testDescription: "retry") { $0.bench.apply(.retry(attempt: 0), to: $0.id) },
        Happening(testDescription: "binding by a newer attempt") { _ = $0.bench.bind($0.id, attempt: 2) },
        Happening(testDescription: "a result by a newer attempt") {
            _ = $0.bench.table.attachResult(ResultID(1), to: $0.id, attempt: 2, from: nil, at: $0.bench.now)
        },
        Happening(testDescription: "cancel") { _ = $0.bench.table.cancel($0.id, reason: "x", at: $0.bench.now) },
        Happening(testDescription: "delete") { _ = $0.bench.table.delete($0.id, at: $0.bench.now) },
        Happening(testDescription: "removal", prepare: { $0.bench.fail($0.id) }) {
            _ = $0.bench.table.delete($0.id, at: $0.bench.now)
        },
        Happening(
            testDescription: "the answer to a cancel",
            prepare: { _ = $0.bench.table.delete($0.id, at: $0.bench.now) }
        ) {
            $0.bench.table.answerCancel($0.reference, from: OwnerID(1), .stopped, at: $0.bench.now)
        },
        Happening(testDescription: "stall") { $0.bench.pass(seconds: 6) },
        Happening(testDescription: "the end of a stall", prepare: stalled) { $0.advance(to: 1_000) },
        Happening(testDescription: "the end of a stall by a heartbeat", prepare: stalled) {
            _ = $0.bench.apply(.update(JobUpdate()), to: $0.id)
        },
        Happening(testDescription: "the expiry of a result", prepare: complete) { $0.bench.pass(seconds: 101) },
        Happening(testDescription: "expiry", prepare: { $0.bench.fail($0.id) }) { $0.bench.pass(seconds: 1_001) },
        Happening(testDescription: "publication", publication: .byCommitter, prepare: complete) {
            $0.bench.table.publish($0.reference, at: $0.bench.now)
        },
    ]

    static let invisible = [
        Happening(testDescription: "a heartbeat") { _ = $0.bench.apply(.update(JobUpdate()), to: $0.id) },
        Happening(testDescription: "the same progress by the short way") { $0.advance(to: 1_000) },
        Happening(testDescription: "less progress by the long way") { $0.bench.report(900, to: $0.id) },
        Happening(testDescription: "the same note", prepare: { $0.note("words") }) { $0.note("words") },
        Happening(testDescription: "a refused report", prepare: complete) { $0.bench.report(2_000, to: $0.id) },
        Happening(testDescription: "a binding") { _ = $0.bench.bind($0.id, owner: 2) },
        Happening(testDescription: "a result") {
            _ = $0.bench.table.attachResult(ResultID(1), to: $0.id, attempt: 0, from: nil, at: $0.bench.now)
        },
        Happening(testDescription: "an end that settles", publication: .byCommitter) {
            _ = $0.bench.apply(.complete(attempt: 0), to: $0.id)
        },
        Happening(testDescription: "a lost stream") {
            $0.bench.table.ownerLeft($0.reference, owner: OwnerID(1), at: $0.bench.now)
        },
        Happening(testDescription: "time that brings nothing") { $0.bench.pass(seconds: 4) },
        Happening(testDescription: "another job's change") { $0.bench.report(5_000, to: named("other")) },
    ]

    private static let stalled: @Sendable (WatchBench) -> Void = {
        $0.advance(to: 1_000)
        $0.bench.pass(seconds: 6)
    }

    private static let complete: @Sendable (WatchBench) -> Void = {
        _ = $0.bench.table.attachResult(ResultID(1), to: $0.id, attempt: 0, from: nil, at: $0.bench.now)
        $0.bench.apply(.complete(attempt: 0), to: $0.id)
    }
}

@Suite("Watching jobs")
struct WatchTests {
    @Test("Every visible change wakes each watcher once", arguments: Happening.visible)
    private func visible(happening: Happening) {
        let bench = WatchBench(publication: happening.publication)
        happening.prepare(bench)
        for token in [7, 8] as [UInt64] { bench.watch(token: token) }
        happening.act(bench)
        #expect(bench.signals.count.load(ordering: .relaxed) == 1)
        #expect(bench.drain() == [7, 8] && bench.drain() == [])
    }

    @Test("What readers do not see wakes nobody", arguments: Happening.invisible)
    private func invisible(happening: Happening) {
        let bench = WatchBench(publication: happening.publication)
        happening.prepare(bench)
        bench.watch()
        happening.act(bench)
        #expect(bench.signals.count.load(ordering: .relaxed) == 0 && bench.drain() == [])
        // The watch still stands.
        if case .settling(let reference) = bench.bench.table.delete(bench.id, at: bench.bench.now) {
            bench.bench.table.publish(reference, at: bench.bench.now)
        }
        #expect(bench.drain() == [1])
    }

    @Test("However many updates come between two drains, they wake once; after a drain the next one wakes again")
    func oncePerDrain() {
        let bench = WatchBench()
        bench.watch()
        for round in 0..<4 {
            for progress in 1...50 {
                bench.advance(to: round * 100 + progress)
                bench.note("\(progress)")
            }
            #expect(bench.signals.count.load(ordering: .relaxed) == round + 1)
            #expect(bench.drain() == [1] && bench.drain() == [])
        }
    }

    @Test("Who has seen another version than the job's need not wait")
    func differs() {
        let bench = WatchBench()
        let version = bench.version
        bench.advance(to: 1)
        #expect(bench.watch(unlike: version) == .differs && bench.watch(unlike: version + 2) == .differs)
        bench.advance(to: 2)
        #expect(bench.signals.count.load(ordering: .relaxed) == 0)
    }

    @Test("A job whose time is over is gone, before and after the wheel comes round, and in spite of a later one")
    func gone() {
        let bench = WatchBench()
        let version = bench.version
        bench.bench.now.wall += 1_000_000
        bench.bench.now.monotonic += 1_000_000
        #expect(bench.watch(unlike: version) == .gone)
        bench.bench.pass(seconds: 1)
        #expect(bench.watch(unlike: version) == .gone)
        for number in 0..<16 { bench.bench.submit(named("later-\(number)")) }
        #expect(bench.watch(unlike: 1) == .gone)
    }

    @Test("An ended watch hears nothing; ending it again, or after its job has gone, harms nobody")
    func unwatch() throws {
        let bench = WatchBench()
        guard case .watching(let first) = bench.watch(token: 1), case .watching(let second) = bench.watch(token: 2)
        else {
            Issue.record("not watched")
            return
        }
        bench.bench.table.unwatch(first)
        bench.bench.table.unwatch(first)
        bench.advance(to: 1)
        #expect(bench.drain() == [2])
        bench.bench.pass(seconds: 1_001)
        #expect(bench.drain() == [2], "its end is told")
        bench.bench.submit(named("next"))
        bench.bench.table.unwatch(second)
        bench.bench.report(1, to: named("next"))
        #expect(bench.drain() == [])
        #expect(first != second)
    }

    @Test("Each loop is told of its own watchers")
    func mailboxes() {
        let bench = WatchBench()
        let signals = WatchBench.Counter()
        let other = bench.bench.table.makeMailbox { signals.count.add(1, ordering: .relaxed) }
        bench.watch(token: 1)
        _ = bench.bench.table.watch(bench.reference, unlike: bench.version, from: other, token: 2, at: bench.bench.now)
        bench.advance(to: 1)
        #expect(bench.drain() == [1] && signals.count.load(ordering: .relaxed) == 1)
        bench.advance(to: 2)
        var tokens: [UInt64] = []
        bench.bench.table.drain(other) { tokens.append($0) }
        #expect(tokens == [2] && bench.drain() == [1])
    }

    @Test("More watchers than a drain takes are told in several, each once")
    func manyWatchers() {
        let bench = WatchBench()
        let count = Limits.wakesPerDrain * 2 + 100
        for token in 0..<count { bench.watch(token: UInt64(token)) }
        bench.advance(to: 1)
        var drains: [[UInt64]] = []
        for expected in 1...3 {
            #expect(bench.signals.count.load(ordering: .relaxed) == expected)
            drains.append(bench.drain())
        }
        #expect(drains.map(\.count) == [Limits.wakesPerDrain, Limits.wakesPerDrain, 100])
        #expect(Set(drains.joined()).count == count && bench.drain() == [])
    }
}
