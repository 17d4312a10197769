import HTTP2
import NIOCore
import NIOEmbedded
import StatusCore
import Testing

@testable import StatusServer

/// Streams of events over sockets, on both transports.
@Suite("Events over sockets", .timeLimit(.minutes(2)))
struct EventConnectionTests {
    private static let request = "GET /api/jobs/a/events HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("On HTTP/1.1 events come in chunks, the stream ends whole, and the connection goes on")
    func http1() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            try await client.send(Self.request)
            let first = await client.until { $0.text.contains("\"version\":1") }
            #expect(first.text.contains("Transfer-Encoding: chunked\r\n"))
            #expect(!first.text.contains("Content-Length"))
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            let all = await client.until { $0.text.hasSuffix("\r\n0\r\n\r\n") }
            #expect(all.text.contains(#""status":"cancelled""#))
            try await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await client.until { $0.text.hasSuffix(#"{"status":"alive"}"#) }
        }
    }

    @Test("To HTTP/1.0 they come without chunks, and the end of the connection is theirs")
    func http10() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            try await client.send("GET /api/jobs/a/events HTTP/1.0\r\n\r\n")
            _ = await client.until { $0.text.contains("\"version\":1") }
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            let all = await client.ended()
            #expect(all.text.hasSuffix("}\n\n"))
            #expect(!all.text.contains("chunked"))
        }
    }

    @Test("On HTTP/2 the same comes as data")
    func http2() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await HTTP2Client.connect(to: server.port)
            let stream = try await client.request("GET", "/api/jobs/a/events")
            _ = try await client.until { end -> Bool? in
                end.answers[stream]?.text.contains("\"version\":1") == true ? true : nil
            }
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            let answer = try await client.answer(stream)
            #expect(answer.errorCode == .noError)
            #expect(answer.length == nil)
            #expect(answer.text.hasSuffix("}\n\n"))
            #expect(answer.text.contains(#""status":"cancelled""#))
        }
    }

    @Test("A stream by type hears of jobs that are made later, on both transports")
    func byType() async throws {
        try await TestServer.run { server in
            let first = try await server.connect()
            try await first.send("GET /api/events?type=ocr HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await first.until { $0.text.contains("\r\n\r\n") }
            let second = try await HTTP2Client.connect(to: server.port)
            let stream = try await second.request("GET", "/api/events?type=ocr")
            _ = try await second.until { end -> Bool? in end.answers[stream]?.status == 200 ? true : nil }
            for id in ["a", "b"] {
                let body = #"{"taskId":"\#(id)","type":"ocr"}"#
                let answer = try await server.ask("POST /api/jobs", "Content-Type: application/json\r\n", body: body)
                #expect(answer.status == 202)
            }
            #expect(try await server.ask("DELETE /api/jobs/b").status == 200)
            let isWhole: @Sendable (String) -> Bool = { text in
                text.contains(#"{"taskId":"a","status":"queued""#)
                    && text.contains(#"{"taskId":"b","status":"cancelled""#)
            }
            _ = await first.until { isWhole($0.text) }
            _ = try await second.until { end -> Bool? in
                isWhole(end.answers[stream]?.text ?? "") ? true : nil
            }
        }
    }

    @Test("At shutdown streams end whole, on both transports")
    func shutdown() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let first = try await server.connect()
            try await first.send(Self.request)
            _ = await first.until { $0.text.contains("\"version\":1") }
            let second = try await HTTP2Client.connect(to: server.port)
            let stream = try await second.request("GET", "/api/events?ids=a")
            _ = try await second.until { end -> Bool? in
                end.answers[stream]?.text.contains("\"version\":1") == true ? true : nil
            }
            async let shutdown: Void = server.shutDown()
            #expect(await first.ended().text.hasSuffix("\r\n0\r\n\r\n"))
            #expect(try await second.answer(stream).errorCode == .noError)
            await shutdown
        }
    }

    @Test("A reader who takes nothing is dropped, with nothing kept for him")
    func slowReader() throws {
        let connection = try EmbeddedConnection()
        let body = #"{"taskId":"a"}"#
        try connection.send(
            "POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)GET /api/jobs/a/events HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        _ = try connection.received()
        let watches = connection.services.watches(of: connection.channel.embeddedEventLoop)
        #expect(watches.count == 1)
        connection.channel.isWritable = false
        connection.channel.pipeline.fireChannelWritabilityChanged()
        let id = try #require(TaskID("a"))
        let now = connection.services.clock.now()
        for progress in 1...100 {
            let update = JobUpdate(progress: BasisPoints(progress))
            _ = connection.services.table.apply(.update(update), to: id, at: now)
            connection.channel.embeddedEventLoop.run()
        }
        #expect(try connection.received().isEmpty)
        connection.wait(Limits.bodyTimeout)
        #expect(!connection.isOpen)
        #expect(watches.count == 0)
    }

    @Test("On HTTP/2 too a reader who takes nothing is dropped, with little kept for him, and no other stream is")
    func slowStream() throws {
        let connection = try EmbeddedConnection()
        let table = connection.services.table
        let count = 600
        for index in 0..<count {
            let submission = Submission(id: try #require(TaskID("job-\(index)")), type: "ocr")
            _ = table.submit(submission, at: connection.services.clock.now())
        }
        // Windows of 1,000 bytes, and none is opened.
        try connection.send(bytes: RawHTTP2.opening([(4, 1_000)])[...])
        let path = "/api/events?type=ocr"
        let block = [0x82, 0x86, 0x04, UInt8(path.utf8.count)] + Array(path.utf8) + [0x41, 1, UInt8(ascii: "a")]
        try connection.send(bytes: RawHTTP2.frame(1, flags: 5, stream: 1, block)[...])
        let data = RawHTTP2.parse(try connection.received()).filter { $0.kind == 0 }
        #expect(data.reduce(0) { $0 + $1.payload.count } == 1_000)
        let handler = try connection.channel.pipeline.syncOperations.handler(type: HTTP2Handler.self)
        let kept = handler.session.queuedBytes(StreamID(1))
        #expect(kept > 0)
        #expect(kept < HTTP2Handler.settings.lowWaterMark + Limits.eventPiece + BridgeLimits.feedPage * 600)

        for progress in 1...20 {
            for index in 0..<count {
                let update = JobUpdate(progress: BasisPoints(progress))
                let id = try #require(TaskID("job-\(index)"))
                _ = table.apply(.update(update), to: id, at: connection.services.clock.now())
            }
            connection.wait(.milliseconds(200))
        }
        #expect(handler.session.queuedBytes(StreamID(1)) == kept)
        #expect(RawHTTP2.parse(try connection.received()).allSatisfy { $0.kind != 0 })

        connection.wait(Limits.bodyTimeout)
        let resets = RawHTTP2.parse(try connection.received()).filter { $0.kind == 3 }
        #expect(resets.map(\.payload) == [RawHTTP2.number(8)])
        #expect(connection.services.watches(of: connection.channel.embeddedEventLoop).count == 0)
        try connection.send(bytes: RawHTTP2.ping(7)[...])
        #expect(RawHTTP2.answersPing(try connection.received(), 7))
    }

    @Test("A client that goes leaves no watch behind", arguments: ["/api/jobs/a/events", "/api/events?ids=a"])
    func gone(path: String) throws {
        weak var handler: HTTP1Handler?
        let connection = try EmbeddedConnection()
        let body = #"{"taskId":"a"}"#
        try connection.send(
            "POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        handler = try connection.channel.pipeline.syncOperations.handler(type: HTTP1Handler.self)
        let watches = connection.services.watches(of: connection.channel.embeddedEventLoop)
        #expect(watches.count == 1)
        _ = try connection.channel.finish(acceptAlreadyClosed: true)
        #expect(watches.count == 0)
        #expect(handler == nil)
    }
}
