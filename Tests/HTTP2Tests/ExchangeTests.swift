import HTTP2
import Testing

@Suite struct ExchangeTests {
    @Test("A request without a body is answered with a body")
    func simpleExchange() throws {
        let pair = SessionPair()
        pair.atServer.onHead = { session, stream in session.answer(stream, Array("hello".utf8)) }
        let stream = try #require(pair.client.request("/api/jobs?status=queued"))
        pair.pump()

        let request = try #require(pair.atServer[stream].head)
        #expect(request.method.map(request.text) == "GET")
        #expect(request.scheme.map(request.text) == "http")
        #expect(request.authority.map(request.text) == "telltale.test")
        #expect(request.path.map(request.text) == "/api/jobs?status=queued")
        #expect(request.fields.isEmpty)
        #expect(pair.atServer[stream].hasEnded)

        #expect(pair.atClient[stream].head?.status == 200)
        #expect(pair.atClient[stream].body == Array("hello".utf8))
        #expect(pair.atClient[stream].closed == .noError)
        #expect(pair.atServer[stream].closed == .noError)
        #expect(pair.client.openStreamCount == 0 && pair.server.openStreamCount == 0)
        #expect(pair.atClient.disorder.isEmpty && pair.atServer.disorder.isEmpty)
    }

    @Test("Fields arrive in order, repeated ones too, with their values whole")
    func fields() throws {
        let pair = SessionPair()
        var head = HeaderBlock(request: "PUT", authority: "a", path: "/x")
        head.append("content-type", "application/json")
        head.append("x-note", "naïve ✓")
        head.append("content-length", 0)
        head.append(name: "x-note", value: "")
        let stream = try #require(pair.client.request(head, endStream: true))
        pair.pump()
        let got = try #require(pair.atServer[stream].head)
        let all = got.fields.map { "\(got.text($0.name))=\(got.text($0.value))" }
        #expect(all == ["content-type=application/json", "x-note=naïve ✓", "content-length=0", "x-note="])
        #expect(got.value(of: "x-note").map(got.text) == "naïve ✓")
        #expect(got.value(of: "x-not") == nil)
    }

    @Test("Bodies of some megabytes cross in both directions at once", arguments: [Int.max, 16_384, 1_000])
    func largeBodies(pieceSize: Int) throws {
        let pair = SessionPair()
        pair.pieceSize = pieceSize
        let up = pattern(3_000_000)
        let down = Array(up.reversed())
        pair.atServer.onHead = { session, stream in session.answer(stream, down) }
        let stream = try #require(pair.client.request("/", hasBody: true))
        pair.client.write(stream, up)
        pair.client.finish(stream)
        pair.pump()
        #expect(pair.atServer[stream].body == up)
        #expect(pair.atClient[stream].body == down)
        #expect(pair.atServer[stream].closed == .noError)
        #expect(pair.client.queuedBytes == 0 && pair.server.queuedBytes == 0)
    }

    @Test("Fed byte by byte, everything arrives the same")
    func byteByByte() throws {
        let pair = SessionPair()
        pair.pieceSize = 1
        pair.atServer.onEnd = { session, stream in session.answer(stream, pattern(40_000)) }
        let streams = try (0..<5).map { try #require(pair.client.request("/\($0)", hasBody: true)) }
        for stream in streams {
            pair.client.write(stream, pattern(20_000))
            pair.client.finish(stream)
        }
        pair.pump()
        for stream in streams {
            #expect(pair.atServer[stream].body == pattern(20_000))
            #expect(pair.atClient[stream].body == pattern(40_000))
            #expect(pair.atClient[stream].closed == .noError)
        }
        #expect(pair.client.failure == nil && pair.server.failure == nil)
    }

    @Test("A thousand requests made at once wait for the peer's limit and are all answered")
    func manyStreams() throws {
        let pair = SessionPair()
        pair.atServer.onHead = { [unowned pair] session, stream in
            let path = pair.atServer[stream].head.flatMap { head in head.path.map(head.text) } ?? ""
            session.answer(stream, Array(path.utf8))
        }
        pair.pump()
        var mostOpen = 0
        pair.atServer.onClose = { session, _ in mostOpen = max(mostOpen, session.openStreamCount) }
        let streams = try (0..<1_000).map { try #require(pair.client.request("/\($0)")) }
        pair.pump()
        for (number, stream) in streams.enumerated() {
            #expect(pair.atClient[stream].body == Array("/\(number)".utf8))
        }
        #expect(mostOpen <= HTTP2Limits.concurrentStreams)
        #expect(pair.server.failure == nil)
    }

    @Test("A response without a body ends with its head")
    func headOnly() throws {
        let pair = SessionPair()
        pair.atServer.onHead = { session, stream in
            session.respond(stream, HeaderBlock(status: 204), endStream: true)
        }
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        #expect(pair.atClient[stream].head?.status == 204)
        #expect(pair.atClient[stream].hasEnded)
        #expect(pair.atClient[stream].closed == .noError)
    }

    @Test("A body may be empty, and its end may come later")
    func lateEnd() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        pair.server.respond(stream, HeaderBlock(status: 200), endStream: false)
        pair.pump()
        #expect(pair.atClient[stream].head?.status == 200)
        #expect(!pair.atClient[stream].hasEnded)
        pair.server.finish(stream)
        pair.server.finish(stream)
        pair.pump()
        #expect(pair.atClient[stream].hasEnded)
        #expect(pair.atClient[stream].body.isEmpty)
    }

    @Test("Bytes trickle down an open stream as they are written")
    func trickle() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/v1/updates", hasBody: true))
        pair.pump()
        pair.server.respond(stream, HeaderBlock(status: 200), endStream: false)
        for byte in UInt8(0)..<50 {
            pair.server.write(stream, [byte])
            pair.client.write(stream, [byte, byte])
            pair.pump()
            #expect(pair.atClient[stream].body.last == byte)
            #expect(pair.atServer[stream].body.count == 2 * (Int(byte) + 1))
        }
    }

    @Test("Bytes written before the response are sent behind it")
    func writeBeforeResponse() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        pair.server.write(stream, [1, 2, 3])
        pair.server.finish(stream)
        pair.pump()
        #expect(pair.atClient[stream].head == nil)
        pair.server.respond(stream, HeaderBlock(status: 200), endStream: false)
        pair.pump()
        #expect(pair.atClient[stream].body == [1, 2, 3])
        #expect(pair.atClient[stream].closed == .noError)
    }

    @Test("Trailers of a request end it and are passed over")
    func requestTrailers() {
        let server = HTTP2Session(role: .server)
        let delegate = RecordingDelegate()
        server.delegate = delegate
        let trailers = Raw.frame(
            Raw.Kind.headers,
            flags: Raw.Flag.endHeaders | Raw.Flag.endStream,
            stream: 1,
            Raw.literal("x-checksum", "7")
        )
        server.receive(Raw.opening + Raw.request(1, end: false, post: true) + Raw.data(1, [9]) + trailers)
        #expect(delegate[StreamID(1)].body == [9])
        #expect(delegate[StreamID(1)].hasEnded)
        #expect(delegate.arrivals == [StreamID(1)])
    }

    @Test("Interim responses are passed over, trailers of a response end it")
    func interimAndTrailers() throws {
        let client = HTTP2Session(role: .client)
        let delegate = RecordingDelegate()
        client.delegate = delegate
        let stream = try #require(client.request("/"))
        _ = client.takeOutput()
        let headers = { (flags: UInt8, block: [UInt8]) in
            Raw.frame(Raw.Kind.headers, flags: Raw.Flag.endHeaders | flags, stream: 1, block)
        }
        client.receive(Raw.settings([]) + headers(0, Raw.literal(":status", "103")))
        #expect(delegate[stream].head == nil)
        client.receive(headers(0, [0x88]) + Raw.data(1, [1, 2]))
        #expect(delegate[stream].head?.status == 200)
        client.receive(headers(Raw.Flag.endStream, Raw.literal("x-checksum", "3")))
        #expect(delegate[stream].hasEnded)
        #expect(delegate[stream].closed == .noError)
        #expect(delegate.disorder.isEmpty)
    }

    @Test("An object attached to a stream is there until its close has been told")
    func attachments() throws {
        final class Token {}
        let pair = SessionPair()
        weak var token: Token?
        var seenAtClose = false
        pair.atServer.onHead = { session, stream in
            let fresh = Token()
            token = fresh
            session.attach(fresh, to: stream)
        }
        pair.atServer.onClose = { session, stream in seenAtClose = session.attachment(of: stream) is Token }
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        #expect(token != nil && pair.server.attachment(of: stream) === token)
        pair.server.answer(stream, [])
        pair.pump()
        #expect(seenAtClose)
        #expect(token == nil)
        #expect(pair.server.attachment(of: stream) == nil)
    }

    @Test("PING is answered by itself, and the answer is told")
    func ping() {
        let pair = SessionPair()
        pair.client.ping(0x0102_0304_0506_0708)
        pair.server.ping(7)
        pair.pump()
        #expect(pair.atClient.pings == [0x0102_0304_0506_0708])
        #expect(pair.atServer.pings == [7])
    }

    @Test("A head split over CONTINUATION frames arrives, byte by byte too", arguments: [Int.max, 1])
    func continuation(pieceSize: Int) {
        let server = HTTP2Session(role: .server)
        let delegate = RecordingDelegate()
        server.delegate = delegate
        let block = Raw.requestBlock() + Raw.literal("accept", "application/json")
        var input = Raw.opening + Raw.frame(Raw.Kind.headers, flags: Raw.Flag.endStream, stream: 1, [])
        for part in 0..<HTTP2Limits.continuations {
            let isLast = part == HTTP2Limits.continuations - 1
            let bytes = isLast ? Array(block[(part * 3)...]) : Array(block[(part * 3)..<(part * 3 + 3)])
            input += Raw.frame(Raw.Kind.continuation, flags: isLast ? Raw.Flag.endHeaders : 0, stream: 1, bytes)
        }
        let step = min(pieceSize, input.count)
        for start in stride(from: 0, to: input.count, by: step) {
            server.receive(Array(input[start..<min(start + step, input.count)]))
        }
        let head = delegate[StreamID(1)].head
        #expect(head.flatMap { head in head.value(of: "accept").map(head.text) } == "application/json")
        #expect(delegate[StreamID(1)].hasEnded)
        #expect(server.failure == nil)
    }

    @Test("Data arrives in the bytes that were handed in, not in a copy")
    func noCopy() {
        let server = HTTP2Session(role: .server)
        let delegate = RecordingDelegate()
        server.delegate = delegate
        server.receive(Raw.opening + Raw.request(1, end: false, post: true))
        let input = Raw.data(1, pattern(1_000))
        input.withUnsafeBytes { bytes in
            var isInside = false
            delegate.onData = { _, _, data in
                isInside = data.baseAddress == bytes.baseAddress?.advanced(by: 9) && data.count == 1_000
            }
            server.receive(bytes)
            #expect(isInside)
        }
    }
}
