import StatusCore
import Testing

/// What becomes of an event while the end that a job has reached is not published yet: every end × every event × the
/// attempt it names. The job is at attempt 2, and it is the same whether it was queued, processing or stalled.
///
/// `done`: refused, the job is finished. `same`: accepted, without any effect. `settling`: to be asked again later.
private let table = """
    end         event      by 1   by none   by 2      by 3

    completed   heartbeat  done   done      done      done
    completed   note       done   done      done      done
    completed   progress   done   done      done      done
    completed   units      done   done      done      done
    completed   step       done   done      done      done
    completed   start      done   done      done      done
    completed   complete   done   same      same      done
    completed   fail       done   done      done      done
    completed   retry      done   done      done      done
    completed   bind       done   done      done      done
    completed   result     done   done      done      done
    completed   cancel     -      settling  -         -
    completed   delete     -      settling  -         -

    failed      heartbeat  done   done      done      done
    failed      note       done   done      done      done
    failed      progress   done   done      done      done
    failed      units      done   done      done      done
    failed      step       done   done      done      done
    failed      start      done   done      done      done
    failed      complete   done   done      done      done
    failed      fail       done   same      same      done
    failed      retry      done   done      done      done
    failed      bind       done   done      done      done
    failed      result     done   done      done      done
    failed      cancel     -      settling  -         -
    failed      delete     -      settling  -         -

    cancelled   heartbeat  done   done      done      done
    cancelled   note       done   done      done      done
    cancelled   progress   done   done      done      done
    cancelled   units      done   done      done      done
    cancelled   step       done   done      done      done
    cancelled   start      done   done      done      done
    cancelled   complete   done   done      done      done
    cancelled   fail       done   done      done      done
    cancelled   retry      done   done      done      done
    cancelled   bind       done   done      done      done
    cancelled   result     done   done      done      done
    cancelled   cancel     -      settling  -         -
    cancelled   delete     -      settling  -         -
    """

/// A line of the table.
struct SettlingRow: Sendable, CustomTestStringConvertible {
    let end: String
    let event: String
    /// By attempt 1, by none, by 2, by 3.
    let cells: [String]

    var testDescription: String { "\(end) × \(event)" }

    static let all: [SettlingRow] = table.split(separator: "\n").dropFirst().map { line in
        let words = line.split(separator: " ").map(String.init)
        return SettlingRow(end: words[0], event: words[1], cells: Array(words[2...]))
    }
}

@Suite("An end that is not published yet")
struct SettlingTests {
    private let id = named("job")

    @Test(
        "Every event has the outcome that the table says, and readers see none of it",
        .tags(.unit008),
        arguments: SettlingRow.all
    )
    func outcomeIsAsInTheTable(row: SettlingRow) throws {
        for standing in ["queued", "processing", "stalled"] {
            for (named, expected) in zip([1, 0, 2, 3] as [UInt32], row.cells) where expected != "-" {
                let bench = SettlingBench(standing)
                let before = bench.look()
                let counts = bench.table.counts()
                let word = "\(standing), \(row) by \(named)"
                let ended = bench.now.wall
                bench.end(row.end)
                #expect(bench.look() == before && bench.table.counts() == counts, "\(word): the end shows")
                bench.now.wall += 10
                #expect(bench.perform(row.event, attempt: named) == expected, "\(word)")
                #expect(bench.look() == before && bench.table.counts() == counts, "\(word): readers see it")
                let reference = try #require(bench.reference)
                #expect(bench.table.publish(reference, at: bench.now), "\(word)")
                let after = bench.look()
                #expect("\(after.state)" == row.end && after.version == before.version + 1, "\(word): \(after)")
                #expect(after.completedAt == (row.end == "completed" ? ended : nil), "\(word): the first end counts")
                let said = after.texts.compactMap { $0 }
                let words = ["completed": [], "failed": ["io", "broken"], "cancelled": ["enough"]]
                #expect(said == words[row.end], "\(word): the first end's words count")
                #expect(!bench.table.publish(reference, at: bench.now) && bench.look() == after, "\(word): twice")
            }
        }
    }

    @Test("The table has a line for every end and event", .tags(.unit008))
    func tableIsComplete() {
        #expect(SettlingRow.all.count == 3 * 13)
        #expect(Set(SettlingRow.all.map(\.testDescription)).count == 3 * 13)
    }

    @Test("The caller is told that an end settles, also when it is repeated, and that readers see no difference")
    func outcome() {
        let bench = SettlingBench("processing")
        let settles = ApplyOutcome(state: .processing, attempt: 2, isSettling: true)
        #expect(bench.apply(.complete(attempt: 0), to: id) == settles)
        #expect(bench.apply(.complete(attempt: 0), to: id) == settles)
        let refused = ApplyOutcome(refusal: .alreadyFinished, state: .processing, attempt: 2)
        #expect(bench.report(9_000, to: id) == refused)
    }

    @Test("The owner's reports are refused by the short way too")
    func shortWay() throws {
        let bench = SettlingBench("processing")
        let reference = try #require(bench.bind(id, owner: 4))
        let before = bench.look()
        _ = bench.apply(.complete(attempt: 0), to: id)
        let more = try #require(BasisPoints(9_000))
        let outcome = bench.table.advanceProgress(to: more, of: reference, from: OwnerID(4), at: bench.now)
        #expect(outcome.refusal == .alreadyFinished && bench.look() == before)
    }

    @Test("An end by a newer attempt shows that attempt at once, and the end when it is published")
    func newerAttempt() throws {
        let bench = SettlingBench("processing")
        let before = bench.look()
        let outcome = bench.apply(.complete(attempt: 3), to: id)
        #expect(outcome.isSettling && outcome.isVisible && outcome.state == .queued && outcome.attempt == 3)
        let during = bench.look()
        #expect(during.state == .queued && during.attempt == 3 && during.version == before.version + 1)
        #expect(bench.table.publish(try #require(bench.reference), at: bench.now))
        #expect(bench.look().state == .completed && bench.look().version == before.version + 2)
    }

    @Test("A result shows with the published end, and its own time counts from the completion, which is what is kept")
    func result() throws {
        let bench = SettlingBench("processing") { $0.resultTTL = 100 }
        _ = bench.table.attachResult(ResultID(5), to: id, attempt: 0, from: nil, at: bench.now)
        bench.apply(.complete(attempt: 0), to: id)
        let ended = bench.now.wall
        #expect(bench.read(id).resultID == .none && bench.read(id).stagedResultID == ResultID(5))
        bench.pass(seconds: 50)
        #expect(bench.table.publish(try #require(bench.reference), at: bench.now))
        #expect(bench.read(id).completedAt == ended, "when it completed, not when that was written")
        bench.pass(seconds: 49)
        #expect(bench.read(id).resultID == ResultID(5))
        bench.pass(seconds: 2)
        #expect(bench.read(id).resultID == .none && bench.events == [.resultExpired(id, ResultID(5))])
    }

    @Test("A job that fails of stalling settles too, and does not stall again meanwhile")
    func stall() throws {
        let bench = SettlingBench("processing") {
            $0.stall = 5
            $0.stallPolicy = .fail
        }
        let before = bench.look()
        bench.pass(seconds: 6)
        #expect(bench.look() == before)
        let reference = try #require(bench.reference)
        #expect(bench.events == [.stalled(id, reference, hasFailed: true, owner: .none, handle: Handle(0))])
        bench.pass(seconds: 100)
        #expect(bench.events.count == 1 && bench.report(2_000, to: id).refusal == .alreadyFinished)
        #expect(bench.table.publish(reference, at: bench.now))
        #expect(bench.look().state == .failed && bench.read(id).text(.failureCode) == "stalled")
    }

    @Test("A job that has ended does not stall while it settles, whoever leaves")
    func noStall() throws {
        let bench = SettlingBench("processing") { $0.stall = 5 }
        let reference = try #require(bench.bind(id, owner: 4))
        bench.apply(.complete(attempt: 0), to: id)
        let before = bench.look()
        bench.table.ownerLeft(reference, owner: OwnerID(4), at: bench.now)
        bench.pass(seconds: 100)
        #expect(bench.look() == before && bench.events.isEmpty)
        #expect(bench.table.publish(reference, at: bench.now))
        #expect(bench.look().state == .completed)
    }

    @Test("A job may expire before its end is published, which then finds nobody, not even a later job in its place")
    func expiry() throws {
        let bench = SettlingBench("processing") { $0.ttl = 60 }
        let gone = TimerEvent.Expired(id, at: bench.now.wall + 60_000)
        let reference = try #require(bench.reference)
        _ = bench.table.attachResult(ResultID(5), to: id, attempt: 0, from: nil, at: bench.now)
        bench.apply(.complete(attempt: 0), to: id)
        bench.pass(seconds: 61)
        #expect(bench.events == [.expired(gone, owner: .none, handle: Handle(0), dropped: ResultID(5))])
        #expect(!bench.table.publish(reference, at: bench.now))
        bench.submit(named("next"))
        #expect(!bench.table.publish(reference, at: bench.now) && bench.read(named("next")).version == 1)
    }

    @Test("A worker's answer to a cancel that settles is kept, and shows with the cancel as one change")
    func answer() throws {
        let bench = SettlingBench("processing")
        let reference = try #require(bench.bind(id, owner: 4, handle: 40))
        let before = bench.look()
        let outcome = bench.table.cancel(id, reason: "enough", at: bench.now)
        #expect(outcome == .cancelled(owner: OwnerID(4), handle: Handle(40)))
        bench.table.answerCancel(reference, from: OwnerID(4), .stopped, at: bench.now)
        #expect(bench.look() == before)
        #expect(bench.read(id).cancellation == nil && bench.read(id).text(.cancelReason) == nil)
        #expect(bench.table.publish(reference, at: bench.now))
        #expect(bench.look().version == before.version + 1)
        #expect(bench.read(id).cancellation?.worker == .stopped && bench.read(id).text(.cancelReason) == "enough")
    }

    @Test("A list finds the job under the state that readers see")
    func list() throws {
        let bench = SettlingBench("processing")
        bench.apply(.complete(attempt: 0), to: id)
        #expect(bench.list(ListFilter(status: .processing)) == ["job"])
        #expect(bench.list(ListFilter(status: .completed)) == [])
        #expect(bench.table.publish(try #require(bench.reference), at: bench.now))
        #expect(bench.list(ListFilter(status: .processing)) == [])
        #expect(bench.list(ListFilter(status: .completed)) == ["job"])
    }

    @Test("A live job has no end to publish, and one of a table that publishes at once neither")
    func nothingToPublish() throws {
        let settling = SettlingBench("processing")
        let before = settling.look()
        #expect(!settling.table.publish(try #require(settling.reference), at: settling.now))
        #expect(settling.look() == before)
        for end in ["completed", "failed", "cancelled"] {
            let bench = SettlingBench("processing", .atOnce)
            let version = bench.look().version
            #expect(!bench.end(end))
            #expect("\(bench.look().state)" == end && bench.look().version == version + 1)
            #expect(!bench.table.publish(try #require(bench.reference), at: bench.now))
            #expect(bench.look().version == version + 1)
        }
    }
}
