import Logging
import NIOCore
import StatusCore
import Testing

@testable import StatusServer

@Suite("The server's end", .timeLimit(.minutes(2)))
struct ShutdownTests {
    @Test("What is in flight is answered in full, then closed; what is idle is closed at once")
    func inFlight() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("big", length: 20_000_000)
            try await server.submit("a")
            let idle = try await server.connect()
            try await idle.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await idle.answers(1)
            let download = try await server.connect(readsAtOnce: false)
            try await download.send("GET /api/jobs/big/result HTTP/1.1\r\nHost: a\r\n\r\n")
            await download.readOnce()
            let upload = try await server.connect()
            try await upload.send(
                "PUT /api/jobs/a/result HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
                    + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            )
            _ = try await upload.answers(1)
            try await upload.send("he")

            async let shutdown: Void = server.shutDown()
            await idle.ended()
            try await upload.send("llo")
            let stored = try await upload.answers(2, untilClosed: true)[1]
            #expect(stored.status == 201)
            #expect(stored.field("Connection") == "close")
            try await download.read()
            #expect(try await download.answers(1, untilClosed: true)[0].body == content)
            await shutdown
        }
    }

    @Test("An answer that a slow reader has not taken yet is not cut off")
    func slowAnswer() async throws {
        try await TestServer.run { server in
            for number in 0..<300 { try await server.submit("job-\(number)") }
            let client = try await server.connect(readsAtOnce: false)
            let request = "GET /api/jobs?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n"
            try await client.send(String(repeating: request, count: 100))
            await client.readOnce()
            async let shutdown: Void = server.shutDown()
            try await client.read()
            let received = await client.ended()
            let (answers, length) = HTTP1Answer.parse(received.bytes)
            #expect(length == received.bytes.count)
            #expect(answers.allSatisfy { $0.status == 200 })
            await shutdown
        }
    }

    @Test("A client that does not finish is not waited for longer than configured")
    func patience() async throws {
        try await TestServer.run(drainSeconds: 1) { server in
            try await server.submit("a")
            let client = try await server.connect()
            try await client.send(
                "PUT /api/jobs/a/result HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n"
            )
            _ = try await server.ask("GET /health")
            await server.shutDown()
            await client.ended()
        }
    }

    @Test("A server does not listen to the outside without being told to, and says so")
    func loopbackOnly() async throws {
        let configuration = ServerConfiguration(listen: [ListenAddress(host: "0.0.0.0", port: 0)], eventLoopThreads: 1)
        let server = try TelltaleServer(configuration: configuration, logger: .init(label: "tests"))
        await #expect(throws: ServerError.notLoopback(ListenAddress(host: "0.0.0.0", port: 0))) {
            _ = try await server.start()
        }
        await server.shutdown()
    }

    @Test("A port in use is named, with the system's reason")
    func portInUse() async throws {
        try await TestServer.run { first in
            let address = ListenAddress(host: "127.0.0.1", port: first.port)
            let second = try TelltaleServer(
                configuration: ServerConfiguration(listen: [address], eventLoopThreads: 1),
                logger: .init(label: "tests")
            )
            await #expect(throws: ServerError.cannotListen(address, reason: "Address already in use")) {
                _ = try await second.start()
            }
            await second.shutdown()
        }
    }
}
