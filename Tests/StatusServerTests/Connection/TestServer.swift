import Logging
import NIOConcurrencyHelpers
import NIOCore
import StatusCore
import Testing

@testable import StatusServer

/// A whole server in this process, on a port that the system chose.
struct TestServer: Sendable {
    let port: Int
    private let server: TelltaleServer
    private let isShutDown = NIOLockedValueBox(false)

    /// Runs `body` with a server, and shuts it down afterwards.
    static func run(
        threads: Int = 2,
        dataFolder: String? = nil,
        progressInterval: Int = 1_000,
        resultLimit: Int = 1 << 30,
        resultStorage: Int = 1 << 30,
        drainSeconds: Int64 = 600,
        origins: [String] = [],
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let configuration = ServerConfiguration(
            listen: [ListenAddress(host: "127.0.0.1", port: 0)],
            eventLoopThreads: threads,
            dataFolder: dataFolder,
            progressInterval: progressInterval,
            corsOrigins: origins,
            resultLimit: resultLimit,
            resultStorageLimit: resultStorage,
            drainSeconds: drainSeconds
        )
        let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        let server = try TelltaleServer(configuration: configuration, logger: logger)
        let test = TestServer(port: try #require(try await server.start().first).port, server: server)
        do {
            try await server.recovered()
            try await body(test)
        } catch {
            await test.shutDown()
            throw error
        }
        await test.shutDown()
    }

    /// Shuts the server down, unless that was done before.
    func shutDown() async {
        let isFirst = isShutDown.withLockedValue { isShutDown in
            defer { isShutDown = true }
            return !isShutDown
        }
        if isFirst { await server.shutdown() }
    }

    private init(port: Int, server: TelltaleServer) {
        self.port = port
        self.server = server
    }

    var services: ServerServices { server.services }

    func connect(readsAtOnce: Bool = true) async throws -> SocketClient {
        try await SocketClient.connect(to: port, readsAtOnce: readsAtOnce)
    }

    /// One request on a connection of its own; the answer, once the server has closed it.
    func ask(_ line: String, _ fields: String = "", body: String = "") async throws -> HTTP1Answer {
        let client = try await connect()
        try await client.send(
            "\(line) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        return try await client.answers(1, untilClosed: true)[0]
    }

    /// Makes a job by way of the bridge.
    func submit(_ id: String) async throws {
        let answer = try await ask(
            "POST /api/jobs",
            "Content-Type: application/json\r\n",
            body: #"{"taskId":"\#(id)"}"#
        )
        #expect(answer.status == 202)
    }

    /// Makes a completed job with a result of `length` bytes that do not compress.
    func complete(_ id: String, length: Int) async throws -> [UInt8] {
        try await submit(id)
        var generator = SeededBytes(seed: 5)
        let content = generator.bytes(length)
        let client = try await connect()
        try await client.send(
            "PUT /api/jobs/\(id)/result?complete=1 HTTP/1.1\r\nHost: a\r\n"
                + "Content-Type: application/octet-stream\r\nContent-Length: \(length)\r\n\r\n"
        )
        try await client.send(bytes: content)
        #expect(try await client.answers(1)[0].status == 201)
        try await client.close()
        return content
    }
}

/// Bytes that look random and are the same each time (xorshift).
struct SeededBytes {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }
}
