import HTTP2
import Testing

@Suite struct ShutdownTests {
    @Test("A server's graceful end takes what is on its way, finishes it, and then is finished")
    func gracefulServer() throws {
        let pair = SessionPair()
        let open = try #require(pair.client.request("/open", hasBody: true))
        pair.pump()
        // The next request crosses the shutdown notice on the wire.
        let crossing = try #require(pair.client.request("/crossing"))
        pair.server.shutDown()
        pair.server.shutDown()
        pair.pump()
        #expect(pair.atServer.arrivals == [open, crossing])
        #expect(pair.atClient.goAways.map(\.last) == [StreamID(Int32.max), crossing])
        #expect(pair.atClient.goAways.allSatisfy { $0.code == .noError })
        #expect(pair.client.request("/late") == nil)
        #expect(!pair.server.isFinished)

        pair.server.answer(crossing, [])
        pair.server.answer(open, [])
        pair.client.finish(open)
        pair.pump()
        #expect(pair.atClient[open].closed == .noError && pair.atClient[crossing].closed == .noError)
        #expect(pair.server.isFinished && pair.client.isFinished)
        #expect(pair.server.failure == nil && pair.client.failure == nil)
    }

    @Test("A peer that does not answer the PING is cut short")
    func impatientServer() {
        let server = HTTP2Session(role: .server)
        let delegate = RecordingDelegate()
        server.delegate = delegate
        server.receive(Raw.opening + Raw.request(1))
        server.shutDown()
        #expect(Raw.parse(server.takeOutput()).filter { $0.kind == Raw.Kind.goAway }.count == 1)
        server.finishShutDown()
        server.finishShutDown()
        let frames = Raw.parse(server.takeOutput()).filter { $0.kind == Raw.Kind.goAway }
        #expect(frames.map { Array($0.payload.prefix(4)) } == [[0, 0, 0, 1]])
        server.receive(Raw.request(3))
        #expect(delegate.arrivals == [StreamID(1)])
        server.answer(StreamID(1), [])
        _ = server.takeOutput()
        #expect(server.isFinished)
    }

    @Test("An idle server's graceful end needs only the answer to its PING")
    func idleServer() {
        let pair = SessionPair()
        pair.pump()
        pair.server.shutDown()
        pair.pump()
        #expect(pair.server.isFinished && pair.client.isFinished)
    }

    @Test("A client's graceful end lets its streams finish")
    func gracefulClient() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        pair.client.shutDown()
        pair.pump()
        #expect(!pair.client.isFinished)
        pair.server.answer(stream, [5])
        pair.pump()
        #expect(pair.atClient[stream].body == [5])
        #expect(pair.client.isFinished)
    }

    @Test("Terminating ends the connection at once, at both ends")
    func terminate() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/", hasBody: true))
        pair.pump()
        pair.server.terminate(.internalError)
        #expect(pair.server.failure == HTTP2Failure(.terminated, .internalError))
        pair.pump()
        #expect(pair.server.isFinished)
        #expect(pair.atClient.goAways.map(\.code) == [.internalError])
        #expect(pair.server.receive(Raw.ping()) == HTTP2Failure(.terminated, .internalError))
        #expect(pair.atServer[stream].closed == nil)
        pair.server.connectionClosed()
        #expect(pair.atServer[stream].closed == .cancel)
    }

    @Test("A lost connection closes every stream once, in order, and leaves the session inert")
    func connectionClosed() throws {
        let pair = SessionPair()
        var closed: [StreamID] = []
        pair.atServer.onClose = { session, stream in
            closed.append(stream)
            session.write(stream, [1])
            session.connectionClosed()
        }
        let streams = try (0..<4).map { _ in try #require(pair.client.request("/", hasBody: true)) }
        pair.pump()
        pair.server.connectionClosed()
        #expect(closed == streams)
        #expect(pair.server.openStreamCount == 0 && pair.server.isFinished)
        #expect(pair.server.receive(Raw.ping()) == nil)
        #expect(pair.server.takeOutput().isEmpty)
        #expect(pair.atServer.disorder.isEmpty)
    }

    @Test("A client's requests that the server will not take are closed as refused")
    func refusedByGoAway() throws {
        var settings = HTTP2Settings()
        settings.maximumConcurrentStreams = 1
        let pair = SessionPair(server: settings)
        pair.pump()
        let taken = try #require(pair.client.request("/", hasBody: true))
        let waiting = try #require(pair.client.request("/waiting"))
        pair.pump()
        pair.server.finishShutDown()
        pair.pump()
        pair.server.answer(taken, [])
        pair.client.finish(taken)
        pair.pump()
        #expect(pair.atClient[taken].closed == .noError)
        #expect(pair.atClient[waiting].closed == .refusedStream)
        #expect(pair.client.isFinished)
    }
}
