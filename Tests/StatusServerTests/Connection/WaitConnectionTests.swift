import HTTP2
import NIOCore
import NIOEmbedded
import StatusCore
import Testing

@testable import StatusServer

/// Waits on connections without sockets, whose time the test turns.
@Suite("Waits on a connection")
struct EmbeddedWaitTests {
    private static let submission = #"{"taskId":"a"}"#

    private func connection() throws -> EmbeddedConnection {
        let connection = try EmbeddedConnection()
        try connection.send(
            "POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(Self.submission.utf8.count)\r\n\r\n\(Self.submission)"
        )
        _ = try connection.received()
        return connection
    }

    private func wait(_ connection: EmbeddedConnection, _ query: String = "wait=10", more: String = "") throws {
        try connection.send("GET /api/jobs/a?\(query) HTTP/1.1\r\nHost: a\r\n\r\n\(more)")
    }

    private func watches(_ connection: EmbeddedConnection) -> Int {
        connection.services.watches(of: connection.channel.embeddedEventLoop).count
    }

    private func cancel(_ connection: EmbeddedConnection) throws {
        let id = try #require(TaskID("a"))
        _ = connection.services.table.cancel(id, reason: nil, at: connection.services.clock.now())
    }

    @Test("A change of the job wakes the answer, and what was asked behind it is answered after it")
    func change() throws {
        let connection = try connection()
        try wait(connection, more: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try connection.received().isEmpty)
        try cancel(connection)
        connection.channel.embeddedEventLoop.run()
        let (answers, _) = HTTP1Answer.parse(try connection.received())
        #expect(answers.map(\.status) == [200, 200])
        #expect(answers[0].text.contains(#""status":"cancelled""#))
        #expect(answers[1].text == #"{"status":"alive"}"#)
        #expect(watches(connection) == 0)
    }

    @Test("The time of a wait is what was asked for, less a little, and what comes meanwhile does not extend it")
    func time() throws {
        let connection = try connection()
        try wait(connection)
        connection.wait(.milliseconds(5_000))
        try connection.send("GET /livez HTTP/1.1\r\n")
        connection.wait(.milliseconds(4_400))
        #expect(try connection.received().isEmpty)
        connection.wait(.milliseconds(600))
        let (answers, _) = HTTP1Answer.parse(try connection.received())
        #expect(answers.map(\.status) == [200])
        #expect(answers.first?.text.contains(#""status":"queued""#) == true)
        #expect(watches(connection) == 0)
    }

    @Test("A client that is gone leaves nothing behind")
    func gone() throws {
        weak var handler: HTTP1Handler?
        let connection = try connection()
        try wait(connection)
        handler = try connection.channel.pipeline.syncOperations.handler(type: HTTP1Handler.self)
        #expect(watches(connection) == 1)
        _ = try connection.channel.finish(acceptAlreadyClosed: true)
        #expect(watches(connection) == 0)
        #expect(handler == nil)
        try cancel(connection)
        connection.channel.embeddedEventLoop.run()
    }

    @Test("A client that has closed its side gets its answer at once")
    func halfClosed() throws {
        let connection = try connection()
        try wait(connection)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try connection.receivedText().hasPrefix("HTTP/1.1 200 "))
        #expect(watches(connection) == 0)
    }

    @Test("A 304 has neither body nor length")
    func unchanged() throws {
        let connection = try connection()
        try connection.send("GET /api/jobs/a HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"1\"\r\n\r\n")
        let text = try connection.receivedText()
        #expect(text.hasPrefix("HTTP/1.1 304 Not Modified\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(!text.contains("Content-Length"))
    }
}

/// Waits over sockets, on both transports.
@Suite("Waits over sockets", .timeLimit(.minutes(2)))
struct SocketWaitTests {
    private static let wait = "GET /api/jobs/a/status?wait=300&version=1 HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("A hundred clients of one job, on both transports and several loops, hear of its change")
    func crowd() async throws {
        try await TestServer.run(threads: 3) { server in
            try await server.submit("a")
            var clients: [SocketClient] = []
            for _ in 0..<50 {
                let client = try await server.connect()
                try await client.send(Self.wait)
                clients.append(client)
            }
            let other = try await HTTP2Client.connect(to: server.port)
            var streams: [StreamID] = []
            for _ in 0..<50 {
                streams.append(try await other.request("GET", "/api/jobs/a/status?wait=300&version=1"))
            }
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            for client in clients {
                #expect(try await client.answers(1)[0].text.contains(#""status":"cancelled""#))
            }
            for stream in streams {
                #expect(try await other.answer(stream).text.contains(#""status":"cancelled""#))
            }
        }
    }

    @Test("Waits on a thousand jobs each hear of their own")
    func manyJobs() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            for round in 0..<10 {
                var streams: [StreamID] = []
                for number in 0..<100 {
                    let id = "job-\(round * 100 + number)"
                    let body = Array(#"{"taskId":"\#(id)"}"#.utf8)
                    let made = try await client.request("POST", "/api/jobs", type: "application/json", body: body)
                    #expect(try await client.answer(made).status == 202)
                    streams.append(try await client.request("GET", "/api/jobs/\(id)?wait=300"))
                }
                for number in 0..<100 {
                    let made = try await client.request("DELETE", "/api/jobs/job-\(round * 100 + number)")
                    #expect(try await client.answer(made).status == 200)
                }
                for (number, stream) in streams.enumerated() {
                    let answer = try await client.answer(stream)
                    #expect(answer.text.contains(#""taskId":"job-\#(round * 100 + number)","status":"cancelled""#))
                }
            }
        }
    }

    @Test("At shutdown every wait answers at once")
    func shutdown() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let first = try await server.connect()
            try await first.send(Self.wait)
            let second = try await HTTP2Client.connect(to: server.port)
            let stream = try await second.request("GET", "/api/jobs/a/result?wait=300")
            // Behind the wait on the same connection, so that both are known to have arrived.
            let probe = try await second.request("GET", "/livez")
            #expect(try await second.answer(probe).status == 200)
            #expect(try await server.ask("GET /livez").status == 200)
            async let shutdown: Void = server.shutDown()
            let answers = try await first.answers(1, untilClosed: true)
            #expect(answers[0].status == 200)
            #expect(answers[0].field("Connection") == "close")
            #expect(try await second.answer(stream).status == 409)
            await shutdown
        }
    }

    @Test("A client that goes while it waits, on either transport, costs the others nothing")
    func gone() async throws {
        try await TestServer.run(threads: 1) { server in
            try await server.submit("a")
            let first = try await server.connect()
            try await first.send(Self.wait)
            try await first.reset()
            let second = try await HTTP2Client.connect(to: server.port)
            let stream = try await second.request("GET", "/api/jobs/a/status?wait=300&version=1")
            try await second.run { $0.session.reset(stream, .cancel) }
            let stays = try await server.connect()
            try await stays.send(Self.wait)
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            #expect(try await stays.answers(1)[0].status == 200)
            try await second.close()
        }
    }
}
