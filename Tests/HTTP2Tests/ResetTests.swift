import HTTP2
import Testing

@Suite struct ResetTests {
    @Test("A client's reset closes the stream at both ends with its code")
    func clientResets() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/", hasBody: true))
        pair.client.write(stream, pattern(10))
        pair.pump()
        pair.client.reset(stream, .cancel)
        pair.pump()
        #expect(pair.atServer[stream].closed == .cancel)
        #expect(pair.atClient[stream].closed == .cancel)
        #expect(!pair.atServer[stream].hasEnded)
    }

    @Test("After a reset what was queued is dropped, and no call but the close comes")
    func nothingAfterReset() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/", hasBody: true))
        pair.pump()
        pair.client.write(stream, pattern(100_000))
        pair.client.reset(stream, .cancel)
        #expect(pair.client.queuedBytes == 0)
        pair.server.answer(stream, [1])
        pair.pump()
        #expect(pair.atServer[stream].body.isEmpty)
        #expect(pair.atClient[stream].head == nil)
        #expect(pair.atClient[stream].closed == .cancel)
    }

    @Test("A request can be taken back before its head has left")
    func resetBeforeSending() throws {
        let pair = SessionPair()
        let kept = try #require(pair.client.request("/kept"))
        let dropped = try #require(pair.client.request("/dropped", hasBody: true))
        pair.client.write(dropped, [1])
        pair.client.reset(dropped, .cancel)
        pair.pump()
        #expect(pair.atServer.arrivals == [kept])
        #expect(pair.atClient[dropped].closed == .cancel)
    }

    @Test("Calls about a stream that is over, or that never was, do nothing", arguments: [1, 99, 2, 0, -1])
    func callsAboutDeadStreams(number: Int32) throws {
        let pair = SessionPair()
        let first = try #require(pair.client.request("/"))
        pair.pump()
        pair.server.answer(first, [])
        pair.pump()
        let stream = StreamID(number)
        for session in [pair.client, pair.server] {
            session.write(stream, [1])
            session.finish(stream)
            session.reset(stream, .cancel)
            session.consume(stream, 1)
            session.setStreamWindow(stream, 1_000)
            session.attach(pair, to: stream)
            #expect(session.queuedBytes(stream) == 0)
            #expect(session.sendWindow(of: stream) == 0)
            #expect(session.attachment(of: stream) == nil)
        }
        #expect(!pair.server.respond(stream, HeaderBlock(status: 200), endStream: true))
        #expect(pair.client.takeOutput().isEmpty && pair.server.takeOutput().isEmpty)
    }

    @Test("A second answer, and bytes behind the end, are left out")
    func secondAnswer() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        #expect(pair.server.respond(stream, HeaderBlock(status: 200), endStream: false))
        #expect(!pair.server.respond(stream, HeaderBlock(status: 408), endStream: true))
        pair.server.write(stream, [1])
        pair.server.finish(stream)
        pair.server.write(stream, [2])
        pair.pump()
        #expect(pair.atClient[stream].head?.status == 200)
        #expect(pair.atClient[stream].body == [1])
    }

    @Test("An early answer stops the rest of the request without an error")
    func earlyAnswer() throws {
        let pair = SessionPair()
        pair.atServer.consumes = false
        pair.atServer.onHead = { session, stream in
            session.respond(stream, HeaderBlock(status: 413), endStream: false)
            session.write(stream, Array("too large".utf8))
            session.finish(stream)
            session.stopPeerAfterResponse(stream)
        }
        let stream = try #require(pair.client.request("/", hasBody: true))
        pair.client.write(stream, pattern(5_000_000))
        pair.pump()
        #expect(pair.atClient[stream].head?.status == 413)
        #expect(pair.atClient[stream].body == Array("too large".utf8))
        #expect(pair.atClient[stream].closed == .noError)
        #expect(pair.atServer[stream].closed == .noError)
        #expect(pair.client.queuedBytes == 0)
    }

    @Test("The peer can be stopped after the response has left, too, and a request that has ended is left alone")
    func lateStop() throws {
        let pair = SessionPair()
        let open = try #require(pair.client.request("/", hasBody: true))
        let ended = try #require(pair.client.request("/"))
        pair.pump()
        pair.server.respond(open, HeaderBlock(status: 200), endStream: true)
        pair.pump()
        #expect(pair.atClient[open].closed == nil)
        pair.server.stopPeerAfterResponse(open)
        pair.server.stopPeerAfterResponse(ended)
        pair.server.answer(ended, [])
        #expect(Raw.resets(pair.server.takeOutput()).map(\.stream) == [UInt32(open.rawValue)])
    }

    @Test("A response whose field holds a line break is not sent, and the stream is reset")
    func headerInjection() throws {
        let pair = SessionPair()
        var refused = false
        pair.atServer.onHead = { session, stream in
            var head = HeaderBlock(status: 200)
            head.append("x-name", "a\r\nset-cookie: b=c")
            refused = !session.respond(stream, head, endStream: true)
        }
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        #expect(refused)
        #expect(pair.atClient[stream].closed == .internalError)
        #expect(pair.client.request(HeaderBlock(request: "GET", authority: "a", path: "/\n"), endStream: true) == nil)
    }

    @Test("A head beyond what can be sent is refused at once")
    func headTooLargeToSend() throws {
        let pair = SessionPair()
        var head = HeaderBlock(request: "GET", authority: "a", path: "/")
        head.append("x-large", String(repeating: "x", count: HTTP2Limits.sentHeaderListSize))
        #expect(pair.client.request(head, endStream: true) == nil)
        #expect(pair.client.openStreamCount == 0)
    }
}
