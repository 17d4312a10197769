import Testing
import UpdateProtocol

@testable import WorkerClient

@Suite("A session on a later stream")
struct SessionResumeTests {
    @Test("names its last epoch, goes on with its numbers, and says nothing before the welcome")
    func opening() throws {
        let harness = SessionHarness()
        let job = try harness.open("a")
        let first = harness.connect { $0.epoch = 41 }
        #expect(first == Opening(epoch: 0, firstSequence: 1))
        _ = harness.report(job, .progress(1))
        #expect(harness.sent().count == 2)
        harness.disconnect()
        #expect(harness.session.streamBegan(&harness.effects) == Opening(epoch: 41, firstSequence: 3))
        #expect(harness.sent() == [])
    }

    @Test("asks for a fresh start when a welcome may have been lost: the epoch that it knows may be an old one")
    func lostWelcome() throws {
        let harness = SessionHarness.connected()
        harness.disconnect()
        _ = harness.session.streamBegan(&harness.effects)
        harness.disconnect()
        let opening = harness.session.streamBegan(&harness.effects)
        #expect(opening.epoch == 0)
    }

    @Test("binds again, and sends again nothing that the server had applied")
    func covered() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(1_000))
        _ = harness.report(job, .note("x"))
        _ = harness.sent()
        let watermark = harness.lastSequence
        harness.disconnect()
        harness.connect { $0.isResumed = true }
        #expect(harness.sent() == [], "the server has not said what it applied")
        harness.receive(.acknowledgement(applied: watermark))
        #expect(harness.sent() == [.bind(job, id: "a", options: JobOptions())])
        _ = harness.report(job, .progress(1_001))
        guard case .update(job, .progress, _)? = harness.sent().first else {
            Issue.record("only what is new")
            return
        }
    }

    @Test("sends again the last value of every field where the last report is not covered")
    func uncovered() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .note("x"))
        _ = harness.sent()
        let watermark = harness.lastSequence
        _ = harness.report(job, .progress(1_000))
        _ = harness.sent()
        harness.disconnect()
        harness.connect { $0.isResumed = true }
        harness.receive(.acknowledgement(applied: watermark))
        guard case .update(job, [.progress, .note], _)? = harness.sent().last else {
            Issue.record("not all fields")
            return
        }
    }

    @Test("learns from the binding's refusal that an end had been applied", arguments: [true, false])
    func coveredEnd(isApplied: Bool) throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        let ticket = harness.end(job, .complete)
        _ = harness.sent()
        let watermark = harness.lastSequence
        harness.disconnect()
        harness.connect { $0.isResumed = true }
        harness.receive(.acknowledgement(applied: watermark))
        #expect(harness.sent() == [.bind(job, id: "a", options: JobOptions())])
        if isApplied {
            harness.receive(.refusal(sequence: harness.firstSequence, .alreadyFinished, state: .completed, detail: ""))
            #expect(harness.takeEffects() == [.settle(ticket, nil), .ended(job, .completed)])
        } else {
            // The complete was refused, and the refusal lost with the stream.
            harness.acknowledge()
            #expect(harness.takeEffects() == [])
            #expect(harness.sent() == [.complete(job), .unbind(job)])
        }
    }

    @Test("takes a release that had been applied for done")
    func coveredRelease() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        let ticket = harness.end(job, .release)
        _ = harness.sent()
        let watermark = harness.lastSequence
        harness.disconnect()
        harness.connect { $0.isResumed = true }
        harness.receive(.acknowledgement(applied: watermark))
        #expect(harness.takeEffects() == [.settle(ticket, nil), .ended(job, .released)])
        #expect(harness.sent() == [] && harness.session.jobs.count == 0)
    }

    @Test("a server that keeps what it is told has an end only when that is durable")
    func durable() throws {
        let harness = SessionHarness()
        harness.connect { $0.isEphemeral = false }
        let job = try harness.bound("a")
        let ticket = harness.end(job, .complete)
        let flush = harness.flush()
        _ = harness.sent()
        harness.acknowledge()
        #expect(harness.takeEffects() == [])
        #expect(!harness.session.isDelivered)
        harness.receive(.acknowledgement(applied: harness.lastSequence, durable: 2))
        #expect(harness.takeEffects() == [.settle(ticket, nil), .ended(job, .completed)])
        harness.receive(.acknowledgement(applied: harness.lastSequence, durable: harness.lastSequence))
        #expect(harness.takeEffects() == [.settle(flush, nil)])
        #expect(harness.session.isDelivered && harness.session.jobs.count == 0)
    }

    @Test("a flush that waited comes after the reports that are told again")
    func flushOrder() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(1))
        _ = harness.sent()
        _ = harness.flush()
        harness.disconnect()
        harness.connect()
        #expect(harness.sent().last == .flush)
    }

    @Test("a dismissal ends the client, and everyone is told why")
    func dismissal() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        let ticket = harness.end(job, .complete)
        harness.receive(.dismissal(.displaced))
        #expect(harness.takeEffects() == [.settle(ticket, .displaced), .ended(job, .closed), .stop(.displaced)])
        #expect(throws: WorkerError.displaced) { try harness.open("b") }
        let late = harness.flush()
        #expect(harness.takeEffects() == [.settle(late, .displaced)])
    }
}
