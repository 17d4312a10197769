import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing
import UpdateProtocol

@testable import WorkerClient

@Suite("What the worker client does at its limits", .timeLimit(.minutes(1)))
struct WorkerPolicyTests {
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

    @Test("a job beyond the limit is refused at once, or waits for a place, as asked")
    func places() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url) { $0.maximumJobs = 2 }
        let first = try client.job("1")
        _ = try client.job("2")
        #expect(throws: WorkerError.tooManyJobs(limit: 2)) { try client.job("3") }
        let opened = NIOLockedValueBox(false)
        let waiting = Task {
            let job = try await client.openJob("3")
            opened.withLockedValue { $0 = true }
            return job
        }
        let givenUp = Task { try await client.openJob("4") }
        givenUp.cancel()
        await #expect(throws: CancellationError.self) { try await givenUp.value }
        #expect(!opened.withLockedValue { $0 })
        try await first.complete()
        try await waiting.value.complete()
        #expect(server.state.job("3")?.state == .completed)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("who waits for a place is told when there is no sense in it")
    func noPlace() async throws {
        let first = try await FakeServer.start()
        try await first.stop()
        let client = try Self.client(first.url) {
            $0.maximumJobs = 1
            $0.patience = .milliseconds(20)
        }
        _ = try client.job("1")
        let error = await #expect(throws: WorkerError.self) { try await client.openJob("2") }
        guard case .serverAway = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let late = Task { try await client.openJob("3") }
        #expect(await client.close(within: .zero) == false)
        await #expect(throws: WorkerError.self) { try await late.value }
    }

    @Test("a displaced client ends, says so, and does not come back")
    func displaced() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("a")
        try await job.bound()
        server.state.change { $0.holdsAcknowledgements = true }
        let completion = Task { try await job.complete() }
        await server.state.until { $0.jobs["a"]?.state == .completed }
        try await server.onConnections { $0.say { $0.output.appendError(.displaced) } }
        await #expect(throws: WorkerError.displaced) { try await completion.value }
        #expect(job.end == .closed)
        #expect(throws: WorkerError.displaced) { try client.job("b") }
        await #expect(throws: WorkerError.displaced) { try await client.waitUntilConnected() }
        await #expect(throws: WorkerError.displaced) { try await client.withJob("c") { _ in } }
        #expect(await client.close() == false)
        #expect(server.state.now.greetings == 1)
        try await server.stop()
    }

    @Test("a pause that the server asks for holds reports for that long, and no end")
    func slowDown() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let held = try client.job("held")
        let ended = try client.job("ended")
        try await client.flush()
        let start = ContinuousClock.now
        try await server.onConnections { $0.say { $0.output.appendSlowDown(milliseconds: 400) } }
        // The acknowledgement comes behind the wish for a pause.
        try await client.flush()
        held.progress(basisPoints: 100)
        ended.progress(basisPoints: 200)
        try await ended.complete()
        #expect(server.state.job("ended")?.basisPoints == 200)
        #expect(server.state.job("held")?.basisPoints == nil || ContinuousClock.now - start >= .milliseconds(400))
        try await client.flush()
        #expect(ContinuousClock.now - start >= .milliseconds(400))
        #expect(server.state.job("held")?.basisPoints == 100)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("a wait that the server tells everyone is spread, and never cut short")
    func spread() {
        var generator = SplitMix(seed: 1)
        let waits = (0..<100).map { _ in Backoff.spread(.seconds(10), using: &generator) }
        #expect(waits.allSatisfy { $0 >= .seconds(10) && $0 <= .seconds(15) })
        #expect(Set(waits).count > 90)
    }

    @Test("a socket that met itself counts as a refused connection")
    func selfConnection() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var configuration = WorkerClient.Configuration(server: "http://127.0.0.1:1")
        configuration.reconnectDelay = .seconds(60) ... .seconds(60)
        let address = try ServerAddress(configuration.server)
        let session = SharedSession(maximumJobs: 1)
        let link = try await loop.submit { [configuration] in
            let link = ServerLink(
                session: session,
                address: address,
                producer: "p",
                loop: loop,
                configuration: configuration
            )
            link.phase = .connecting
            return NIOLoopBound(link, eventLoop: loop)
        }.get()
        let place = try SocketAddress(
            ipAddress: "127.\(Int.random(in: 1...250)).0.1",
            port: Int.random(in: 10_000...30_000)
        )
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ServerConnection(link: link.value))
                }
            }
            .bind(to: place)
            .connect(to: place)
            .get()
        try await channel.closeFuture.get()
        #expect(session.lastFailure == "cannot connect to 127.0.0.1:1: Connection refused")
        // The port is free at once.
        let listener = try await ServerBootstrap(group: loop).bind(to: place).get()
        try await listener.close()
        try await loop.submit { link.value.abandon() }.get()
    }

    @Test("a loss keeps the producer's epoch, and its numbers go on")
    func hello() async throws {
        let server = try await FakeServer.start()
        server.state.change { $0.resumes = true }
        let client = try Self.client(server.url)
        let job = try client.job("a")
        job.progress(basisPoints: 10)
        try await client.flush()
        let watermark = server.state.now.watermark
        let updates = server.state.now.updates
        try await server.onConnections { $0.cut() }
        await server.state.until { $0.jobs["a"]?.binds == 2 }
        try await client.flush()
        let hellos = server.state.now.frames.filter { $0.hasPrefix("hello") }
        #expect(hellos.count == 2 && hellos[0] == "hello 0 1" && hellos[1].hasPrefix("hello 1 "))
        // What went out behind the flush has its numbers too.
        let first = hellos[1].split(separator: " ").last.flatMap { UInt64($0) } ?? 0
        #expect(first > watermark)
        #expect(server.state.now.updates == updates, "what was applied was sent again")
        try await job.complete()
        #expect(await client.close())
        try await server.stop()
    }

    @Test("a result under way is finished when the server drains")
    func drainingResult() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server.url)
        let job = try client.job("a")
        let (chunks, continuation) = AsyncStream<[UInt8]>.makeStream()
        async let sent: Void = job.sendResult(chunks: chunks, mediaType: "text/plain")
        continuation.yield([1])
        await server.state.until { $0.resultBytesSeen == 1 }
        try await server.onConnections {
            $0.say {
                $0.output.appendServerGoodbye(.shuttingDown, retryAfter: 1)
            }
        }
        await server.state.until { $0.frames.contains("goodbye") }
        continuation.yield([2])
        continuation.finish()
        try await sent
        #expect(server.state.job("a")?.result == [1, 2])
        try await job.complete()
        #expect(server.state.now.greetings == 2)
        #expect(await client.close())
        try await server.stop()
    }
}

@Suite("The work on a job in one call", .timeLimit(.minutes(1)))
struct WithJobTests {
    private struct Broken: Error, CustomStringConvertible {
        var description: String { "it broke" }
    }

    @Test("returns its value and completes the job, or fails it with the error's words")
    func ends() async throws {
        let server = try await FakeServer.start()
        let client = try WorkerClient(server: server.url)
        let value = try await client.withJob("good") { job in
            job.progress(percent: 50)
            return 42
        }
        #expect(value == 42 && server.state.job("good")?.state == .completed)
        #expect(server.state.job("good")?.basisPoints == 5_000)
        await #expect(throws: Broken.self) { try await client.withJob("bad") { _ in throw Broken() } }
        #expect(server.state.job("bad")?.failure == ": it broke")
        try await client.withJob("own") { try await $0.fail("no", code: "n") }
        #expect(server.state.job("own")?.failure == "n: no")
        #expect(await client.close())
        try await server.stop()
    }

    @Test("is cancelled with the job, and says that it stopped")
    func cancelled() async throws {
        let server = try await FakeServer.start()
        let client = try WorkerClient(server: server.url)
        let work = Task {
            try await client.withJob("a") { job in
                job.start()
                try await Task.sleep(for: .seconds(600))
            }
        }
        await server.state.until { $0.jobs["a"]?.state == .processing }
        try await server.cancel("a", reason: "x")
        await #expect(throws: WorkerError.ended(.cancelled)) { try await work.value }
        await server.state.until { $0.jobs["a"]?.answers.last == .stopped }
        #expect(await client.close())
        try await server.stop()
    }

    @Test("lets go of the job when the worker itself is to stop")
    func released() async throws {
        let server = try await FakeServer.start()
        let client = try WorkerClient(server: server.url)
        let work = Task {
            try await client.withJob("a") { job in
                job.start()
                try await Task.sleep(for: .seconds(600))
            }
        }
        await server.state.until { $0.jobs["a"]?.state == .processing }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        await server.state.until { $0.frames.contains("unbind a") }
        #expect(server.state.job("a")?.state == .processing)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("serves a thousand short jobs of a task group, within a limit of fifty")
    func pipeline() async throws {
        let server = try await FakeServer.start()
        var configuration = WorkerClient.Configuration(server: server.url)
        configuration.maximumJobs = 50
        let client = try WorkerClient(configuration)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    try await client.withJob("job-\(number)") { job in
                        job.progress(1, of: 2)
                        job.progress(2, of: 2)
                        return number
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 499_500)
        #expect(server.state.now.jobs.values.count { $0.state == .completed && $0.units == "2/2" } == 1_000)
        #expect(await client.close())
        try await server.stop()
    }
}
