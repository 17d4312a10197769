import Testing

@testable import WorkerClient

@Suite("State changes of a session")
struct SessionChangeTests {
    @Test("come after the last report and settle when the server has acknowledged", .tags(.unit010))
    func completing() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(9_000))
        let ticket = harness.end(job, .complete)
        let frames = harness.sent()
        #expect(frames.count == 3)
        #expect(frames.dropFirst() == [.complete(job), .unbind(job)])
        #expect(harness.takeEffects() == [])
        harness.acknowledge()
        #expect(harness.takeEffects() == [.settle(ticket, nil), .ended(job, .completed)])
        #expect(harness.session.jobs.count == 0 && harness.session.isDelivered)
    }

    @Test("stay pending while the server is away, however often they are asked for")
    func pendingWhileAway() throws {
        let harness = SessionHarness()
        let job = try harness.open("a")
        let failure = Failure(text: "no disk", code: "io", isRetryable: true)
        let first = harness.end(job, .fail(failure))
        harness.session.giveUpWaiting(.serverAway("refused"), &harness.effects)
        #expect(harness.takeEffects() == [.settle(first, .serverAway("refused"))])

        let second = harness.end(job, .fail(failure))
        #expect(harness.takeEffects() == [.settle(second, .serverAway("refused"))])

        harness.connect()
        let third = harness.end(job, .fail(failure))
        #expect(harness.sent().dropFirst() == [.fail(job, failure), .unbind(job)])
        harness.acknowledge()
        #expect(harness.takeEffects().contains(.settle(third, nil)))
    }

    @Test("another end than the one asked for first is too late")
    func oneEnd() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.end(job, .complete)
        let late = harness.end(job, .fail(Failure(text: "", code: "", isRetryable: false)))
        #expect(harness.takeEffects() == [.settle(late, .ended(.completed))])
    }

    @Test("are sent again when the stream was lost before the acknowledgement, and count if they had landed")
    func landedBeforeTheLoss() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        let ticket = harness.end(job, .complete)
        _ = harness.sent()
        harness.disconnect()
        harness.connect()
        #expect(harness.sent() == [.bind(job, id: "a", options: JobOptions()), .complete(job), .unbind(job)])
        harness.receive(.refusal(sequence: harness.firstSequence, .alreadyFinished, state: .completed, detail: ""))
        #expect(harness.takeEffects() == [.settle(ticket, nil), .ended(job, .completed)])
        harness.receive(.refusal(sequence: harness.firstSequence + 1, .unknownJob, state: nil, detail: ""))
        harness.receive(.refusal(sequence: harness.firstSequence + 2, .unknownJob, state: nil, detail: ""))
        harness.acknowledge()
        #expect(harness.session.jobs.count == 0)
    }

    @Test("do not count as landed when the job ended otherwise in the meantime")
    func endedOtherwise() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        let ticket = harness.end(job, .complete)
        _ = harness.sent()
        harness.disconnect()
        harness.connect()
        _ = harness.sent()
        harness.receive(.refusal(sequence: harness.firstSequence, .alreadyFinished, state: .failed, detail: ""))
        let error = WorkerError.refused(.alreadyFinished, state: .failed, detail: "")
        #expect(harness.takeEffects().contains(.settle(ticket, error)))
    }

    @Test("a refused binding ends the job and everything that waits for it", .tags(.unit009))
    func refusedBinding() throws {
        let harness = SessionHarness.connected()
        let job = try harness.open("a")
        let bound = harness.awaitBinding(job)
        let done = harness.end(job, .complete)
        #expect(harness.sent().count == 3)
        harness.receive(.refusal(sequence: 1, .expired, state: nil, detail: "gone"))
        let error = WorkerError.refused(.expired, state: nil, detail: "gone")
        #expect(harness.takeEffects() == [.settle(bound, error), .settle(done, error), .ended(job, .expired)])
        harness.acknowledge()
        #expect(harness.session.jobs.count == 0)
        #expect(harness.takeEffects() == [])
    }

    @Test("a retry names its attempt, forgets what was reported, and is part of the binding after a loss")
    func retrying() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(5_000))
        let ticket = harness.retry(job, attempt: 2)
        #expect(harness.sent() == [.retry(job, attempt: 2)])
        harness.disconnect()
        harness.connect()
        #expect(harness.sent() == [.bind(job, id: "a", options: JobOptions(attempt: 2))])
        harness.acknowledge()
        #expect(harness.takeEffects() == [.settle(ticket, nil)])
        let old = harness.retry(job, attempt: 2)
        #expect(harness.takeEffects() == [.settle(old, .invalidArgument("attempt 2 is not newer"))])
    }

    @Test("a release lets go without ending the job, and the task id can be opened again")
    func releasing() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        #expect(throws: WorkerError.alreadyOpen(id: "a")) { try harness.open("a") }
        let ticket = harness.end(job, .release)
        #expect(harness.sent() == [.unbind(job)])
        harness.acknowledge()
        #expect(harness.takeEffects() == [.settle(ticket, nil), .ended(job, .released)])
        let again = try harness.open("a")
        #expect(again.rawValue == job.rawValue && again != job)
        #expect(!harness.report(job, .progress(1)), "a stale handle reaches another job")
    }

    @Test("a flush settles once everything before it is applied, on the next stream if need be")
    func flushing() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(1))
        let ticket = harness.flush()
        #expect(harness.sent().last == .flush)
        harness.disconnect()
        harness.connect()
        let frames = harness.sent()
        #expect(frames.count == 3 && frames.last == .flush)
        harness.receive(.acknowledgement(applied: harness.firstSequence + 1))
        #expect(harness.takeEffects() == [])
        harness.receive(.acknowledgement(applied: harness.firstSequence + 2))
        #expect(harness.takeEffects() == [.settle(ticket, nil)])
    }
}
