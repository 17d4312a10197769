import Testing

@testable import WorkerClient

@Suite("Cancels and goodbyes of a session")
struct SessionCancelTests {
    private static let cancellation = Cancellation(reason: "no longer needed", deadline: .seconds(5))

    @Test("a cancel reaches the worker, is answered at once, and stops the reports")
    func cancelling() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        harness.receive(.cancel(handle: job.rawValue, Self.cancellation))
        #expect(harness.takeEffects() == [.cancelled(job, Self.cancellation)])
        #expect(harness.sent() == [.cancelAnswer(job, .received)])
        #expect(!harness.report(job, .progress(1)))
        harness.acknowledge()

        #expect(harness.answerCancel(job, .stopped))
        #expect(!harness.answerCancel(job, .refused), "the last word was said already")
        #expect(harness.sent() == [.cancelAnswer(job, .stopped)])
        harness.acknowledge()
        #expect(harness.takeEffects() == [.ended(job, .cancelled)])
        #expect(harness.sent() == [.unbind(job)])
        harness.acknowledge()
        #expect(harness.session.jobs.count == 0)
    }

    @Test("a job that is completed after a cancel was too late, and says so to both sides")
    func completingTooLate() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        harness.receive(.cancel(handle: job.rawValue, Self.cancellation))
        _ = harness.takeEffects()
        let ticket = harness.end(job, .complete)
        #expect(harness.takeEffects() == [.settle(ticket, .ended(.cancelled))])
        #expect(harness.sent() == [.cancelAnswer(job, .refused)])
        harness.acknowledge()
        #expect(harness.takeEffects() == [.ended(job, .cancelled)])
    }

    @Test("a report that crossed the cancel tells of it first, and the cancel's words come later")
    func crossedReport() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .note("x"))
        _ = harness.sent()
        harness.receive(.refusal(sequence: harness.lastSequence, .alreadyFinished, state: .cancelled, detail: ""))
        #expect(harness.takeEffects() == [.cancelled(job, Cancellation(reason: "", deadline: nil))])
        #expect(harness.sent() == [.cancelAnswer(job, .received)])
        harness.receive(.cancel(handle: job.rawValue, Self.cancellation))
        #expect(harness.takeEffects() == [.cancelled(job, Self.cancellation)])
        #expect(harness.sent() == [])
        #expect(harness.answerCancel(job, .stopped))
        #expect(harness.sent() == [.cancelAnswer(job, .stopped)])
    }

    @Test("a cancel that crosses a completion leaves the word to the server")
    func crossing() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        let ticket = harness.end(job, .complete)
        _ = harness.sent()
        harness.receive(.cancel(handle: job.rawValue, Self.cancellation))
        #expect(harness.takeEffects() == [.cancelled(job, Self.cancellation)])
        harness.receive(.refusal(sequence: 2, .alreadyFinished, state: .cancelled, detail: ""))
        let error = WorkerError.refused(.alreadyFinished, state: .cancelled, detail: "")
        #expect(harness.takeEffects() == [.settle(ticket, error), .ended(job, .cancelled)])
        _ = harness.sent()
        harness.acknowledge()
        #expect(harness.session.jobs.count == 0)
    }

    @Test("a worker that was away during the cancel learns of it when it binds again")
    func cancelledWhileAway() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        harness.disconnect()
        harness.connect()
        _ = harness.sent()
        harness.receive(.refusal(sequence: harness.firstSequence, .alreadyFinished, state: .cancelled, detail: ""))
        let silent = Cancellation(reason: "", deadline: nil)
        #expect(harness.takeEffects() == [.cancelled(job, silent), .ended(job, .cancelled)])
    }

    @Test("an expired job ends, and its handle needs no unbinding")
    func expired() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        let ticket = harness.flush()
        harness.receive(.expired(handle: job.rawValue))
        #expect(harness.takeEffects() == [.ended(job, .expired)])
        #expect(harness.sent() == [.flush])
        harness.acknowledge()
        #expect(harness.takeEffects() == [.settle(ticket, nil)])
        #expect(harness.session.jobs.count == 0)
    }

    @Test("closing sends what is pending, then goodbye, then nothing")
    func closing() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(5))
        _ = harness.end(job, .complete)
        harness.session.beginClosing()
        let frames = harness.sent()
        #expect(frames.suffix(3) == [.complete(job), .unbind(job), .goodbye])
        #expect(!harness.session.isDelivered)
        harness.receive(.acknowledgement(applied: harness.lastSequence - 1))
        #expect(harness.session.isDelivered)
        #expect(throws: WorkerError.closed) { try harness.open("b") }
    }

    @Test("a goodbye of the server is answered after what is pending, and the jobs go on with the next stream")
    func draining() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(5))
        harness.receive(.goodbye(reason: "shutting down", retryAfterMilliseconds: 700))
        #expect(
            harness.takeEffects() == [.leave(reason: "shutting down", retryAfterMilliseconds: 700)]
        )
        #expect(harness.sent().last == .goodbye)
        _ = harness.report(job, .progress(6))
        #expect(harness.sent() == [])
        harness.disconnect()
        harness.connect()
        #expect(harness.sent().count == 2)
    }

    @Test("more jobs than every server takes wait for the welcome, and more than this one takes are refused")
    func handleLimit() throws {
        let harness = SessionHarness(maximumJobs: 2_000)
        for number in 0..<1_500 { _ = try harness.open("job-\(number)", JobOptions()) }
        #expect(throws: WorkerError.self) {
            for number in 0..<501 { _ = try harness.open("more-\(number)", JobOptions()) }
        }
        _ = harness.session.streamBegan(&harness.effects)
        #expect(harness.sent().count == 1_024)
        harness.receive(.welcome(Welcome(maximumHandles: 1_200, heartbeatMilliseconds: 1_000)))
        #expect(harness.sent().count == 1_200 - 1_024)
        let refused = harness.takeEffects().count {
            if case .ended(_, .refused(.overQuota)) = $0 { true } else { false }
        }
        #expect(refused == 800)
    }
}
