import HTTP2
import Testing

@Suite struct FlowControlTests {
    /// Small windows, so that they fill soon.
    private static let narrow: HTTP2Settings = {
        var settings = HTTP2Settings()
        settings.streamWindow = 10_000
        settings.connectionWindow = 65_535
        return settings
    }()

    @Test("A stream whose bytes are not consumed blocks, and reopens as they are")
    func streamWindow() throws {
        let pair = SessionPair(server: Self.narrow)
        pair.atServer.consumes = false
        pair.pump()
        let stream = try #require(pair.client.request("/", hasBody: true))
        pair.client.write(stream, pattern(25_000))
        pair.client.finish(stream)
        pair.pump()
        #expect(pair.atServer[stream].body.count == 10_000)
        #expect(pair.client.queuedBytes(stream) == 15_000)
        #expect(pair.client.sendWindow(of: stream) == 0)

        pair.server.consume(stream, 10_000)
        pair.pump()
        #expect(pair.atServer[stream].body.count == 20_000)
        pair.server.consume(stream, 10_000)
        pair.pump()
        #expect(pair.atServer[stream].body == pattern(25_000))
        #expect(pair.atServer[stream].hasEnded)
    }

    @Test("A blocked stream holds up no other while the connection's window is open")
    func independentStreams() throws {
        let pair = SessionPair(server: Self.narrow)
        pair.atServer.consumes = false
        pair.pump()
        let slow = try #require(pair.client.request("/slow", hasBody: true))
        let quick = try #require(pair.client.request("/quick", hasBody: true))
        pair.atServer.onData = { session, stream, bytes in
            session.consumeConnection(bytes.count)
            if stream == quick { session.consume(stream, bytes.count) }
        }
        pair.client.write(slow, pattern(50_000))
        pair.client.write(quick, pattern(500_000))
        pair.client.finish(quick)
        pair.pump()
        #expect(pair.atServer[slow].body.count == 10_000)
        #expect(pair.atServer[quick].body == pattern(500_000))
    }

    @Test("Without consumption of the connection all streams block; its window alone reopens them")
    func connectionWindow() throws {
        let pair = SessionPair(server: Self.narrow)
        pair.atServer.consumes = false
        pair.atServer.onData = { session, stream, bytes in session.consume(stream, bytes.count) }
        pair.pump()
        let streams = try (0..<2).map { _ in try #require(pair.client.request("/", hasBody: true)) }
        for stream in streams {
            pair.client.write(stream, pattern(60_000))
            pair.client.finish(stream)
        }
        pair.pump()
        let received = { streams.reduce(0) { $0 + pair.atServer[$1].body.count } }
        #expect(received() == 65_535)
        #expect(pair.client.connectionSendWindow == 0)
        pair.server.consumeConnection(65_535)
        pair.pump()
        #expect(received() == 120_000)
    }

    @Test("The windows that were set are the windows that the peer sees")
    func windowSizes() throws {
        var settings = HTTP2Settings()
        settings.streamWindow = 123_456
        settings.connectionWindow = 7_654_321
        let pair = SessionPair(server: settings)
        pair.pump()
        let stream = try #require(pair.client.request("/", hasBody: true))
        pair.pump()
        #expect(pair.client.connectionSendWindow == 7_654_321)
        #expect(pair.client.sendWindow(of: stream) == 123_456)
        pair.server.setStreamWindow(stream, 500_000)
        pair.server.setConnectionWindow(9_000_000)
        pair.pump()
        #expect(pair.client.sendWindow(of: stream) == 500_000)
        #expect(pair.client.connectionSendWindow == 9_000_000)
    }

    @Test("Bytes of a stream that was reset in their midst do not eat up the connection's window")
    func resetReturnsWindow() throws {
        let pair = SessionPair(server: Self.narrow)
        pair.atServer.consumes = false
        pair.atServer.onData = { session, stream, bytes in
            session.consumeConnection(bytes.count)
            session.reset(stream, .cancel)
        }
        pair.pump()
        pair.pieceSize = 700
        for _ in 0..<50 {
            let stream = try #require(pair.client.request("/", hasBody: true))
            pair.client.write(stream, pattern(10_000))
            pair.pump()
            #expect(pair.atServer[stream].body.count <= 700)
        }
        #expect(pair.client.connectionSendWindow > 30_000)
    }

    @Test("A writer that follows the low-water mark keeps the queue bounded and loses nothing")
    func drain() throws {
        let pair = SessionPair()
        let whole = pattern(2_000_000)
        var written = 0
        var mostQueued = 0
        let fill = { (session: HTTP2Session, stream: StreamID) in
            while written < whole.count, session.queuedBytes(stream) < 200_000 {
                let end = min(written + 50_000, whole.count)
                session.write(stream, Array(whole[written..<end]))
                written = end
            }
            mostQueued = max(mostQueued, session.queuedBytes(stream))
            if written == whole.count { session.finish(stream) }
        }
        pair.atServer.onHead = { session, stream in
            session.respond(stream, HeaderBlock(status: 200), endStream: false)
            fill(session, stream)
        }
        pair.atServer.onDrain = fill
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        #expect(pair.atClient[stream].body == whole)
        #expect(mostQueued <= 250_000)
        #expect(pair.atServer[stream].drains >= 10)
    }

    @Test("Small writes that never rise above the low-water mark cause no drain call")
    func noIdleDrain() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        pair.server.respond(stream, HeaderBlock(status: 200), endStream: false)
        for _ in 0..<10 {
            pair.server.write(stream, pattern(100))
            pair.pump()
        }
        #expect(pair.atServer[stream].drains == 0)
    }

    @Test("Streams with much to send take turns")
    func fairness() throws {
        let pair = SessionPair()
        let streams = try (0..<3).map { _ in try #require(pair.client.request("/")) }
        pair.pump()
        for stream in streams { pair.server.answer(stream, pattern(200_000)) }
        var order: [UInt32] = []
        for frame in Raw.parse(pair.server.takeOutput()) where frame.kind == Raw.Kind.data {
            order.append(frame.stream)
        }
        #expect(Set(order.prefix(6)).count == 3)
    }
}
