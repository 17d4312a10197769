import Testing

@testable import WorkerClient

@Suite("Reports of a session")
struct SessionReportTests {
    @Test("bind the job first, and then carry the last value of each field", .tags(.unit009, .unit010))
    func coalescing() throws {
        let harness = SessionHarness()
        let job = try harness.open("job-1", JobOptions(type: "import"))
        for value in 1...100 { #expect(harness.report(job, .progress(UInt16(value * 50)))) }
        _ = harness.report(job, .note("first"))
        _ = harness.report(job, .note("last"))
        #expect(harness.sent() == [])

        harness.connect()
        let frames = harness.sent()

        #expect(frames.count == 2)
        #expect(frames.first == .bind(job, id: "job-1", options: JobOptions(type: "import")))
        guard case .update(job, let fields, let report) = try #require(frames.last) else {
            Issue.record("\(frames)")
            return
        }
        #expect(fields == [.progress, .note])
        #expect(report.basisPoints == 5_000 && report.note == "last")
    }

    @Test("are sent once, and only what is new", .tags(.unit010))
    func onlyNews() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(1_000))
        #expect(harness.sent().count == 1)
        #expect(harness.sent() == [])
        _ = harness.report(job, .step(index: 1, total: 2, name: "read"))
        guard case .update(_, let fields, _)? = harness.sent().first else {
            Issue.record("no update")
            return
        }
        #expect(fields == .step)
    }

    @Test("say zero, and a heartbeat says nothing but itself", .tags(.unit010))
    func zeroAndHeartbeat() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(0))
        guard case .update(_, .progress, let report)? = harness.sent().first else {
            Issue.record("no update")
            return
        }
        #expect(report.basisPoints == 0)
        _ = harness.report(job, .heartbeat)
        guard case .update(_, [], _)? = harness.sent().first else {
            Issue.record("no heartbeat")
            return
        }
    }

    @Test("send a unit only when it changed", .tags(.unit002))
    func unitOnce() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        var sent: [Report.Fields] = []
        for done in [1, 2] as [UInt64] {
            _ = harness.report(job, .units(done: done, total: 10, unit: "rows"))
            for case .update(_, let fields, _) in harness.sent() { sent.append(fields) }
        }
        #expect(sent == [[.units, .unit], .units])
    }

    @Test("are told in full again, to a job bound again, after the stream was lost")
    func resending() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .start)
        _ = harness.report(job, .progress(2_000))
        _ = harness.report(job, .units(done: 1, total: 5, unit: "rows"))
        _ = harness.sent()
        harness.acknowledge()
        _ = harness.report(job, .progress(3_000))
        _ = harness.sent()
        harness.disconnect()
        _ = harness.report(job, .progress(4_000))

        harness.connect()
        let frames = harness.sent()

        #expect(frames.count == 3)
        #expect(frames.first == .bind(job, id: "a", options: JobOptions()))
        #expect(frames[1] == .start(job))
        guard case .update(_, let fields, let report) = frames[2] else {
            Issue.record("\(frames)")
            return
        }
        #expect(fields == [.progress, .units, .unit])
        #expect(report.basisPoints == 4_000 && report.done == 1 && report.unit == "rows")
    }

    @Test("wait, and so coalesce, when too many frames are in flight")
    func window() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        for value in 0..<Limits.framesInFlight {
            _ = harness.report(job, .progress(UInt16(value % 10_000)))
            _ = harness.sent()
        }
        _ = harness.report(job, .note("7"))
        _ = harness.report(job, .note("8"))
        #expect(harness.sent() == [])
        harness.acknowledge()
        let frames = harness.sent()
        guard case .update(_, .note, let report)? = frames.first, frames.count == 1 else {
            Issue.record("\(frames)")
            return
        }
        #expect(report.note == "8")
    }

    @Test("mean nothing once the job is to end")
    func afterTheEnd() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.end(job, .complete)
        #expect(!harness.report(job, .progress(1)))
        #expect(harness.sent() == [.complete(job), .unbind(job)])
    }

    @Test("that are refused because another stream has the job end it here, and free its handle")
    func displaced() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(1))
        _ = harness.sent()
        harness.receive(
            .refusal(sequence: harness.lastSequence, .boundElsewhere, state: .processing, detail: "")
        )
        #expect(harness.takeEffects().contains(.ended(job, .refused(.boundElsewhere))))
        #expect(harness.sent() == [.unbind(job)])
        harness.acknowledge()
        #expect(harness.session.jobs.count == 0)
    }

    @Test("that are malformed are remarked on, and the job goes on")
    func malformed() throws {
        let harness = SessionHarness.connected()
        let job = try harness.bound("a")
        _ = harness.report(job, .progress(1))
        _ = harness.sent()
        harness.receive(.refusal(sequence: harness.lastSequence, .malformed, state: .processing, detail: "?"))
        guard case .remark? = harness.takeEffects().last else {
            Issue.record("no remark")
            return
        }
        #expect(harness.report(job, .progress(2)))
    }
}
