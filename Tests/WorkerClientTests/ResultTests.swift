import NIOConcurrencyHelpers
import Testing

@testable import WorkerClient

@Suite("Results of the worker client", .timeLimit(.minutes(1)))
struct ResultTests {
    private static func client(_ server: FakeServer) throws -> WorkerClient {
        var configuration = WorkerClient.Configuration(server: server.url)
        configuration.reconnectDelay = .milliseconds(5) ... .milliseconds(50)
        configuration.reportInterval = .milliseconds(1)
        return try WorkerClient(configuration)
    }

    private static let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    @Test("arrive whole from a sequence of chunks of any size")
    func chunks() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server)
        let job = try client.job("chunks")
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        let producer = Task {
            for start in stride(from: 0, to: Self.large.count, by: 77_777) {
                continuation.yield(Array(Self.large[start..<min(start + 77_777, Self.large.count)]))
            }
            continuation.yield([])
            continuation.finish()
        }
        try await job.sendResult(chunks: stream, mediaType: "application/octet-stream")
        await producer.value
        try await job.complete()
        #expect(server.state.job("chunks")?.result == Self.large)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("may be empty")
    func empty() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server)
        let job = try client.job("empty")
        try await job.sendResult([], mediaType: "text/plain")
        #expect(server.state.job("empty")?.result == [])
        #expect(await client.close())
        try await server.stop()
    }

    /// A source that counts how far it was read.
    private final class CountingSource: ResultSource {
        let content: [UInt8]
        let furthest = NIOLockedValueBox<UInt64>(0)

        init(_ content: [UInt8]) { self.content = content }

        func bytes(at offset: UInt64, atMost maximum: Int) async throws -> [UInt8] {
            furthest.withLockedValue { $0 = max($0, offset) }
            return Array(content.dropFirst(Int(offset)).prefix(maximum))
        }
    }

    @Test("are read no faster than the server takes them, and hold up no report meanwhile")
    func backpressure() async throws {
        let server = try await FakeServer.start()
        server.state.change { $0.holdsResults = true }
        let client = try Self.client(server)
        let job = try client.job("slow")
        let source = CountingSource((0..<8_000_000).map { UInt8(truncatingIfNeeded: $0) })
        async let sent: Void = job.sendResult(source, mediaType: "application/octet-stream")
        // The whole stream window has arrived: nothing more can.
        await server.state.until { $0.resultBytesSeen > 900_000 }
        job.progress(basisPoints: 1_234)
        try await client.flush()
        #expect(server.state.job("slow")?.basisPoints == 1_234)
        #expect(source.furthest.withLockedValue { $0 } < 2_500_000)

        server.state.change { $0.holdsResults = false }
        try await server.onConnections { $0.goOn() }
        try await sent
        #expect(server.state.job("slow")?.result == source.content)
        try await job.complete()
        #expect(await client.close())
        try await server.stop()
    }

    @Test("are sent again from a source that can be read again when the connection is lost")
    func resent() async throws {
        let server = try await FakeServer.start()
        server.state.change { $0.dropsNextResult = true }
        let client = try Self.client(server)
        let job = try client.job("again")
        try await job.sendResult(Self.large, mediaType: "application/octet-stream")
        try await job.complete()
        #expect(server.state.job("again")?.result == Self.large)
        #expect(server.state.now.greetings == 2)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("go on where the server has them when the connection is lost")
    func resumed() async throws {
        let server = try await FakeServer.start()
        server.state.change { content in
            content.dropsNextResult = true
            content.keepsBrokenResults = true
        }
        let client = try Self.client(server)
        let job = try client.job("goes-on")
        try await job.sendResult(Self.large, mediaType: "application/octet-stream")
        try await job.complete()
        #expect(server.state.job("goes-on")?.result == Self.large)
        // Not a byte came twice.
        #expect(server.state.now.resultBytesSeen == Self.large.count)
        let offsets = server.state.now.resultOffsets
        #expect(offsets.count == 2 && offsets.first == 0 && offsets.last != 0)
        #expect(await client.close())
        try await server.stop()
    }

    @Test("say that they were interrupted when their sequence cannot be read again")
    func interrupted() async throws {
        let server = try await FakeServer.start()
        server.state.change { $0.dropsNextResult = true }
        let client = try Self.client(server)
        let job = try client.job("once")
        let stream = AsyncStream<[UInt8]> { [1, 2, 3] }
        let error = await #expect(throws: WorkerError.self) {
            try await job.sendResult(chunks: stream, mediaType: "application/octet-stream")
        }
        guard case .resultInterrupted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try await job.fail("interrupted")
        #expect(await client.close())
        try await server.stop()
    }

    @Test("that are not what they are declared as are refused, and the job goes on")
    func refused() async throws {
        let server = try await FakeServer.start()
        let client = try Self.client(server)
        let job = try client.job("json")
        await #expect(throws: WorkerError.refused(.malformedResult, state: nil, detail: "not JSON")) {
            try await job.sendResult(Array("oops".utf8), mediaType: "application/json")
        }
        try await job.fail("no JSON")
        #expect(await client.close())
        try await server.stop()
    }

    @Test("of a source that fails are abandoned, with the source's own error")
    func failingSource() async throws {
        struct Broken: Error, Equatable {}
        struct Source: ResultSource {
            func bytes(at offset: UInt64, atMost maximum: Int) async throws -> [UInt8] {
                if offset > 0 { throw Broken() }
                return [1]
            }
        }
        let server = try await FakeServer.start()
        let client = try Self.client(server)
        let job = try client.job("source")
        await #expect(throws: Broken.self) { try await job.sendResult(Source(), mediaType: "text/plain") }
        await server.state.until { $0.openStreams == 1 }
        #expect(server.state.job("source")?.result == nil)
        try await job.release()
        #expect(await client.close())
        try await server.stop()
    }
}
