import NIOCore
import Testing
import UpdateProtocol

@testable import WorkerClient

/// The whole client against a server in this process, over loopback.
@Suite("The worker client", .timeLimit(.minutes(1)))
struct WorkerClientTests {
    private static func client(
        _ server: String,
        _ change: (inout WorkerClient.Configuration) -> Void = { _ in }
    ) throws -> WorkerClient {
        var configuration = WorkerClient.Configuration(server: server)
        configuration.reconnectDelay = .milliseconds(5) ... .milliseconds(50)
        configuration.reportInterval = .milliseconds(1)
        change(&configuration)
        return try WorkerClient(configuration)
    }

    @Test("brings a job from its binding to its completion, result and all", .tags(.int002, .unit009, .unit010))
    func wholeLife() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("job-1", JobOptions(type: "demo", labels: [JobLabel("team", "red")]))
        job.start()
        job.step(1, of: 2, name: "reading")
        job.progress(3, of: 10, unit: "rows")
        job.progress(percent: 42.5)
        job.note("halfway, almost")
        try await client.flush()
        let seen = try #require(server.state.job("job-1"))
        #expect(seen.basisPoints == 4_250 && seen.units == "3/10 rows" && seen.step == "1/2 reading")
        #expect(seen.note == "halfway, almost" && seen.state == .processing)

        let content = Array("{\"rows\":10}".utf8)
        try await job.sendResult(content, mediaType: "application/json", name: "rows.json")
        try await job.complete()
        #expect(server.state.job("job-1")?.state == .completed)
        #expect(server.state.job("job-1")?.result == content)
        #expect(job.end == .completed)
        try await job.complete()
        await #expect(throws: WorkerError.ended(.completed)) { try await job.fail("too late") }
        #expect(await client.close())
        #expect(server.state.now.frames.filter { $0 != "flush" }.suffix(2) == ["unbind job-1", "goodbye"])
        try await server.stop()
    }

    @Test("never waits for a server that is away, and delivers the last values and changes when it comes")
    func serverComesLate() async throws {
        let state = FakeState()
        let first = try await FakeServer.start(state)
        try await first.stop()
        let client = try Self.client(first.url)
        let job = try client.job("late")
        for value in 0...10_000 { job.progress(basisPoints: value) }
        async let completed: Void = job.complete()
        let second = try await FakeServer.start(state, inPlaceOf: first)
        try await completed
        #expect(state.job("late")?.basisPoints == 10_000)
        #expect(state.job("late")?.state == .completed)
        #expect(await client.close())
        try await second.stop()
    }

    @Test("says that the server is away once patience is at an end, and still delivers afterwards")
    func patience() async throws {
        let state = FakeState()
        let first = try await FakeServer.start(state)
        try await first.stop()
        let client = try Self.client(first.url) { $0.patience = .milliseconds(20) }
        let job = try client.job("patient")
        job.progress(basisPoints: 700)
        await #expect(throws: WorkerError.self) { try await client.waitUntilConnected() }
        while client.lastFailure == nil { await Task.yield() }
        let error = await #expect(throws: WorkerError.self) { try await job.complete() }
        guard case .serverAway(let reason?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("cannot connect to \(first.host):\(first.port)"), "\(reason)")

        let second = try await FakeServer.start(state, inPlaceOf: first)
        await state.until { $0.jobs["patient"]?.state == .completed }
        #expect(state.job("patient")?.basisPoints == 700)
        #expect(await client.close())
        try await second.stop()
    }

    @Test("comes back after the connection was cut, binds again and tells all")
    func reconnects() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("cut")
        job.progress(basisPoints: 1_000)
        try await client.flush()
        // A server that forgot everything: what it knows afterwards was told again.
        server.state.change { $0.jobs["cut"] = nil }
        try await server.onConnections { $0.cut() }
        await server.state.until { $0.jobs["cut"]?.basisPoints == 1_000 }
        job.progress(basisPoints: 2_000)
        try await job.complete()
        #expect(server.state.job("cut")?.basisPoints == 2_000)
        #expect(server.state.now.greetings == 2)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("leaves a draining server in good order and goes on with the next stream")
    func drains() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("drained")
        try await job.bound()
        try await server.onConnections { $0.drain(retryAfter: 10) }
        job.progress(basisPoints: 5_000)
        await server.state.until { $0.jobs["drained"]?.binds == 2 && $0.jobs["drained"]?.basisPoints == 5_000 }
        try await job.complete()
        #expect(await client.close())
        try await server.stop()
    }

    @Test("tells the worker of a cancel, and the server what came of it")
    func cancels() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("unwanted")
        try await job.bound()
        async let awaited = job.waitForCancellation()
        try await server.cancel("unwanted", reason: "changed my mind")
        let expected = Cancellation(reason: "changed my mind", deadline: .seconds(5))
        #expect(await awaited == expected)
        #expect(job.cancellation == expected)
        await withCheckedContinuation { continuation in
            job.onCancel { _ in continuation.resume() }
        }
        job.answerCancel(.stopped)
        await server.state.until { $0.jobs["unwanted"]?.answers.last == .stopped }
        await server.state.until { $0.frames.contains("unbind unwanted") }
        await #expect(throws: WorkerError.ended(.cancelled)) { try await job.complete() }
        #expect(await client.close())
        try await server.stop()
    }

    @Test("fails a job with the worker's own words")
    func fails() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("broken")
        try await job.fail("disk full", code: "io", retryable: true)
        #expect(server.state.job("broken")?.failure == "io: disk full")
        #expect(server.state.job("broken")?.state == .failed)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("keeps an idle connection alive with a frame in time")
    func heartbeats() async throws {
        let server = try await FakeServer.start()
        server.state.change { $0.heartbeatInterval = 8_000 }
        let client = try Self.client(server.url)
        try await client.waitUntilConnected()
        // Nothing is reported, and still frames come, on the one connection.
        await server.state.until { content in content.frames.count { $0 == "flush" } >= 2 }
        #expect(client.isConnected && server.state.now.greetings == 1)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("waits for no acknowledgement longer than its caller does, and the change still arrives")
    func cancelledTask() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("abandoned")
        try await job.bound()
        server.state.change { $0.holdsAcknowledgements = true }
        let task = Task { try await job.complete() }
        await server.state.until { $0.jobs["abandoned"]?.state == .completed }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        server.state.change { $0.holdsAcknowledgements = false }
        try await server.onConnections { $0.goOn() }
        #expect(await client.close())
        try await server.stop()
    }

    @Test("says so when what answers is no status server")
    func otherServer() async throws {
        let server = try await FakeServer.start()
        server.state.change { $0.status = 404 }
        let client = try Self.client(server.url) { $0.patience = .milliseconds(50) }
        await #expect(throws: WorkerError.self) { try await client.waitUntilConnected() }
        while client.lastFailure == nil { await Task.yield() }
        #expect(client.lastFailure == "the server answered POST /v1/updates with status 404")
        #expect(await client.close())
        try await server.stop()
    }

    @Test("closes at once, and says that it did not deliver, when the server never came")
    func closeWithoutServer() async throws {
        let first = try await FakeServer.start()
        try await first.stop()
        let client = try Self.client(first.url)
        let job = try client.job("lost")
        job.progress(basisPoints: 1)
        #expect(await client.close(within: .milliseconds(30)) == false)
        #expect(job.end == .closed)
        await #expect(throws: WorkerError.self) { try await job.complete() }
        #expect(throws: WorkerError.closed) { try client.job("another") }
        #expect(await client.close() == false)
    }
}
