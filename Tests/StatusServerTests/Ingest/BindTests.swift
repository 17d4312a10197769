import Bytes
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A worker binds jobs")
struct BindTests {
    @Test("A bind creates the job that it describes")
    func create() async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.open { output in
            let job = JobDescription(
                type: "convert",
                ttl: 60,
                stall: 5,
                labels: [JobDescription.Label(key: "tenant", value: "acme")],
                parent: "parent"
            )
            output.appendBind(handle: 3, taskID: "job", creating: job)
        }
        #expect(down == [.acknowledgement(1)])
        let job = try #require(worker.services.snapshot("job"))
        #expect(job.state == .queued)
        #expect(job.expiresAt - job.createdAt == 60_000)
        #expect(job.withText(.type) { String(decoding: $0, as: UTF8.self) } == "convert")
        #expect(job.withText(.parentID) { String(decoding: $0, as: UTF8.self) } == "parent")
    }

    @Test("What cannot be bound is refused with the reason and the job's true state, and its batch goes on")
    func refusals() async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.open { output in
            output.appendBind(handle: 0, taskID: "absent")
            output.appendBind(handle: 1, taskID: "done", creating: JobDescription())
            output.appendComplete(handle: 1)
            output.appendBind(handle: 2, taskID: "done", creating: JobDescription())
            output.appendBind(handle: 1_048_576, taskID: "x", creating: JobDescription())
            output.appendBind(handle: 4, taskID: "not an id", creating: JobDescription())
            output.appendBind(handle: 5, taskID: "x", creating: JobDescription(ttl: 0))
            output.appendBind(handle: 6, taskID: "x", creating: JobDescription(parent: "not an id"))
            output.appendBind(handle: 7, taskID: "last", creating: JobDescription())
        }
        #expect(
            down == [
                .refusal(1, .unknownJob, .handle(0)),
                .refusal(4, .alreadyFinished, .handle(2), state: .completed, attempt: 1),
                .refusal(5, .overQuota, .handle(1_048_576)),
                .refusal(6, .malformed, .handle(4)),
                .refusal(7, .malformed, .handle(5)),
                .refusal(8, .malformed, .handle(6)),
                .acknowledgement(9),
            ]
        )
        #expect(worker.services.snapshot("x") == nil)
        #expect(worker.services.snapshot("last") != nil)
    }

    @Test("A job whose time is over cannot be bound")
    func expired() async throws {
        let worker = try await WorkerHarness()
        try await worker.open { $0.appendBind(handle: 0, taskID: "job", creating: JobDescription(ttl: 1)) }
        let down = try await worker.send(after: 2) { $0.appendBind(handle: 0, taskID: "job") }
        #expect(down == [.refusal(2, .expired, .handle(0)), .acknowledgement(2)])
    }

    @Test("A handle that is bound anew lets go of the job that it stood for")
    func reuse() async throws {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            output.appendBind(handle: 0, taskID: "first", creating: JobDescription())
            output.appendStart(handle: 0)
            output.appendBind(handle: 0, taskID: "second", creating: JobDescription())
            output.appendProgress(handle: 0, basisPoints: 500)
        }
        #expect(worker.services.snapshot("first")?.progress == .zero)
        #expect(worker.services.snapshot("second")?.progress.value == 500)
        // The first job has no owner that the stream's loss could stall.
        try await worker.run { $0.stream.abandon(at: $0.services.clock.now()) }
        worker.services.table.advance(to: worker.services.now(after: 40), limit: 100) { _ in }
        #expect(worker.services.snapshot("first", after: 40)?.isStalled == false)
        #expect(worker.services.snapshot("second", after: 40)?.isStalled == true)
    }

    @Test("A bind that is refused leaves the handle as it was")
    func refusedRebind() async throws {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            output.appendBind(handle: 0, taskID: "job", creating: JobDescription())
            output.appendBind(handle: 0, taskID: "absent")
            output.appendProgress(handle: 0, basisPoints: 70)
        }
        #expect(worker.services.snapshot("job")?.progress.value == 70)
    }

    @Test("The stream that bound a job last owns it, unless it shares")
    func fencing() async throws {
        let first = try await WorkerHarness()
        let second = try await WorkerHarness(first.services, on: first.loop)
        let third = try await WorkerHarness(first.services, on: first.loop)
        try await first.open { $0.appendBind(handle: 0, taskID: "job", creating: JobDescription()) }
        try await third.open { $0.appendBind(handle: 0, taskID: "job", sharing: true) }
        #expect(try await first.send { $0.appendProgress(handle: 0, basisPoints: 10) } == [.acknowledgement(2)])
        try await second.open { $0.appendBind(handle: 8, taskID: "job") }
        let refused = try await first.send { output in
            output.appendProgress(handle: 0, basisPoints: 20)
            output.appendComplete(handle: 0)
        }
        #expect(
            refused == [
                .refusal(3, .boundElsewhere, .handle(0), state: .processing, attempt: 1),
                .refusal(4, .boundElsewhere, .handle(0), state: .processing, attempt: 1),
                .acknowledgement(4),
            ]
        )
        #expect(try await second.send { $0.appendProgress(handle: 8, basisPoints: 30) } == [.acknowledgement(2)])
        #expect(first.services.snapshot("job")?.progress.value == 30)
    }

    @Test("A newer attempt begins at zero and fences the older one")
    func attempts() async throws {
        let older = try await WorkerHarness()
        let newer = try await WorkerHarness(older.services, on: older.loop)
        try await older.open { output in
            output.appendBind(handle: 0, taskID: "job", creating: JobDescription())
            output.appendProgress(handle: 0, basisPoints: 9_000)
        }
        try await newer.open { $0.appendBind(handle: 0, taskID: "job", attempt: 2) }
        #expect(older.services.snapshot("job")?.attempt == 2)
        #expect(older.services.snapshot("job")?.progress == .zero)
        let late = try await older.send { $0.appendBind(handle: 1, taskID: "job", attempt: 1) }
        #expect(late.first == .refusal(3, .attemptIsOver, .handle(1), state: .queued, attempt: 2))
        // So a worker that did not know its attempt has learnt it.
        let known = try await older.send { output in
            output.appendBind(handle: 1, taskID: "job", attempt: 2)
            output.appendProgress(handle: 1, basisPoints: 100)
        }
        #expect(known == [.acknowledgement(5)])
        #expect(older.services.snapshot("job")?.progress.value == 100)
    }

    @Test("A retry over HTTP fences the handle that is bound to the attempt before, although it never names one")
    func retryByOthers() async throws {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            output.appendBind(handle: 0, taskID: "job", creating: JobDescription())
            output.appendProgress(handle: 0, basisPoints: 9_000)
        }
        let services = worker.services
        let id = try #require(TaskID("job"))
        #expect(services.table.apply(.retry(attempt: 0), to: id, at: services.now(after: 0)).1.refusal == nil)
        let late = try await worker.send { output in
            output.appendProgress(handle: 0, basisPoints: 9_500)
            output.appendUpdate(handle: 0, note: "still here")
            output.appendComplete(handle: 0)
        }
        #expect(
            late == [
                .refusal(3, .attemptIsOver, .handle(0), state: .queued, attempt: 2),
                .refusal(4, .attemptIsOver, .handle(0), state: .queued, attempt: 2),
                .refusal(5, .attemptIsOver, .handle(0), state: .queued, attempt: 2),
                .acknowledgement(5),
            ]
        )
        #expect(services.snapshot("job")?.progress == .zero)

        // The worker that itself begins the next attempt goes on with it.
        try await worker.send { output in
            output.appendRetry(handle: 0, attempt: 3)
            output.appendProgress(handle: 0, basisPoints: 100)
        }
        #expect(services.snapshot("job")?.attempt == 3)
        #expect(services.snapshot("job")?.progress.value == 100)
    }
}
