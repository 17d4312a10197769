import HTTP2
import Testing

/// Peers that break the protocol, by mistake or on purpose.
@Suite struct BrokenInputTests {
    private func server() -> (HTTP2Session, RecordingDelegate) {
        let session = HTTP2Session(role: .server)
        let delegate = RecordingDelegate()
        session.delegate = delegate
        delegate.onHead = { session, stream in session.answer(stream, pattern(50)) }
        return (session, delegate)
    }

    @Test("Something other than HTTP/2 is told apart at its first byte that differs")
    func notHTTP2() {
        for text in ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX", "\u{16}\u{3}\u{1}"] {
            let (session, _) = server()
            #expect(session.receive(Array(text.utf8)) == HTTP2Failure(.notHTTP2, .protocolError))
            _ = session.takeOutput()
            #expect(session.isFinished)
            #expect(session.receive(Raw.preface) == HTTP2Failure(.notHTTP2, .protocolError))
        }
    }

    /// What ends a connection, with the code of its GOAWAY (RFC 9113).
    private static let violations: [(name: String, frames: [UInt8], code: HTTP2ErrorCode)] = [
        ("DATA on stream 0", Raw.data(0, [1]), .protocolError),
        ("DATA on an idle stream", Raw.data(5, [1]), .protocolError),
        ("HEADERS on stream 0", Raw.request(0), .protocolError),
        ("HEADERS on an even stream", Raw.request(2), .protocolError),
        ("DATA after END_STREAM", Raw.request(1) + Raw.data(1, [1]), .streamClosed),
        ("RST_STREAM of an idle stream", Raw.reset(7), .protocolError),
        ("WINDOW_UPDATE of an idle stream", Raw.windowUpdate(7, 1), .protocolError),
        ("WINDOW_UPDATE by nothing", Raw.windowUpdate(0, 0), .protocolError),
        ("a connection window above 2^31", Raw.windowUpdate(0, 0x7FFF_FFFF), .flowControlError),
        ("a frame above the limit", Raw.data(1, pattern(16_385)), .frameSizeError),
        ("PING of seven bytes", Raw.frame(Raw.Kind.ping, pattern(7)), .frameSizeError),
        ("SETTINGS of five bytes", Raw.frame(Raw.Kind.settings, pattern(5)), .frameSizeError),
        ("SETTINGS on a stream", Raw.frame(Raw.Kind.settings, stream: 1), .protocolError),
        ("an initial window above 2^31", Raw.settings([(4, 0x8000_0000)]), .flowControlError),
        ("a frame size below 16,384", Raw.settings([(5, 100)]), .protocolError),
        ("CONTINUATION without HEADERS", Raw.frame(Raw.Kind.continuation, stream: 1), .protocolError),
        (
            "another frame between HEADERS and CONTINUATION",
            Raw.frame(Raw.Kind.headers, stream: 1, Raw.requestBlock()) + Raw.ping(), .protocolError
        ),
        ("PUSH_PROMISE from a client", Raw.frame(Raw.Kind.pushPromise, stream: 1, pattern(8)), .protocolError),
        (
            "padding longer than its frame",
            Raw.request(1, end: false) + Raw.frame(Raw.Kind.data, flags: Raw.Flag.padded, stream: 1, [200, 1]),
            .protocolError
        ),
        (
            "an index beyond HPACK's tables",
            Raw.frame(Raw.Kind.headers, flags: Raw.Flag.endHeaders, stream: 1, [0xFF, 0xFF, 0x7F]), .compressionError
        ),
    ]

    @Test("A breach of the protocol ends the connection with its code", arguments: violations.map(\.name))
    func violation(name: String) throws {
        let (_, frames, code) = try #require(Self.violations.first { $0.name == name })
        for pieceSize in [Int.max, 1] {
            let (session, delegate) = server()
            let input = Raw.opening + frames
            let step = min(pieceSize, input.count)
            for start in stride(from: 0, to: input.count, by: step) {
                session.receive(Array(input[start..<min(start + step, input.count)]))
            }
            let output = session.takeOutput()
            #expect(Raw.goAwayCode(output) == code.rawValue)
            #expect(delegate.disorder.isEmpty)
            #expect(session.failure == HTTP2Failure(.peerBrokeProtocol, code))
            #expect(session.isFinished)
            #expect(session.receive(Raw.ping()) != nil)
        }
    }

    @Test("More data than the window allows ends the connection")
    func windowOverrun() {
        var settings = HTTP2Settings()
        settings.streamWindow = 1_000
        settings.connectionWindow = 65_535
        let session = HTTP2Session(role: .server, settings: settings)
        let delegate = RecordingDelegate()
        delegate.consumes = false
        session.delegate = delegate
        session.receive(Raw.opening + Raw.frame(Raw.Kind.settings, flags: Raw.Flag.ack))
        session.receive(Raw.request(1, end: false, post: true))
        _ = session.takeOutput()
        session.receive(Raw.frame(Raw.Kind.settings, flags: Raw.Flag.ack))
        for _ in 0..<20 { session.receive(Raw.data(1, pattern(10_000))) }
        let output = session.takeOutput()
        #expect(Raw.goAwayCode(output) != nil || !Raw.resets(output).isEmpty)
        #expect(delegate[StreamID(1)].body.count <= 65_535)
    }

    /// Messages that are malformed (RFC 9113 §8.1.1): what stands behind the pseudo fields or in their place.
    private static let malformed: [(name: String, block: [UInt8])] = [
        ("no path", [0x82, 0x86, 0x41, 1, 97]),
        ("no method", [0x86, 0x84, 0x41, 1, 97]),
        ("two paths", Raw.requestBlock() + [0x84]),
        ("an empty path", [0x82, 0x86, 0x44, 0, 0x41, 1, 97]),
        ("a pseudo field of a response", Raw.requestBlock() + [0x88]),
        ("a pseudo field behind others", Array(Raw.requestBlock().dropFirst()) + Raw.literal("a", "b") + [0x82]),
        ("a name in upper case", Raw.requestBlock() + Raw.literal("Accept", "x")),
        ("a line break in a value", Raw.requestBlock() + Raw.literal("accept", "a\r\nb: c")),
        ("a NUL in a value", Raw.requestBlock() + Raw.literal("accept", "a\0")),
        ("a connection field", Raw.requestBlock() + Raw.literal("connection", "close")),
        ("transfer-encoding", Raw.requestBlock() + Raw.literal("transfer-encoding", "chunked")),
        ("two content lengths", Raw.requestBlock(post: true) + Raw.literal("content-length", "1, 2")),
    ]

    @Test("A malformed request resets its stream and is never seen", arguments: malformed.map(\.name))
    func malformedRequest(name: String) throws {
        let block = try #require(Self.malformed.first { $0.name == name }).block
        let (session, delegate) = server()
        let flags = Raw.Flag.endHeaders | Raw.Flag.endStream
        session.receive(Raw.opening + Raw.frame(Raw.Kind.headers, flags: flags, stream: 1, block))
        session.receive(Raw.request(3))
        let resets = Raw.resets(session.takeOutput())
        #expect(resets.map(\.stream) == [1])
        #expect(resets.first?.code == HTTP2ErrorCode.protocolError.rawValue)
        #expect(delegate.arrivals == [StreamID(3)])
        #expect(session.failure == nil)
    }

    @Test("A body that is not as long as announced resets its stream instead of ending it")
    func wrongLength() {
        for (length, body) in [("5", pattern(4)), ("5", pattern(6)), ("0", pattern(1))] {
            let (session, delegate) = server()
            session.receive(
                Raw.opening
                    + Raw.request(1, end: false, post: true, more: Raw.literal("content-length", length))
                    + Raw.data(1, body, end: true)
            )
            _ = session.takeOutput()
            #expect(!delegate[StreamID(1)].hasEnded)
            #expect(delegate[StreamID(1)].closed == .protocolError)
        }
    }

    @Test("Unknown frames, PRIORITY and padding are passed over")
    func ignored() {
        let (session, delegate) = server()
        session.receive(
            Raw.opening + Raw.frame(0xEE, flags: 0xFF, stream: 9, pattern(100))
                + Raw.frame(Raw.Kind.priority, stream: 1, [0, 0, 0, 0, 5])
                + Raw.request(1, end: false, post: true)
                + Raw.frame(Raw.Kind.data, flags: Raw.Flag.padded | Raw.Flag.endStream, stream: 1, [3, 42, 0, 0, 0])
        )
        #expect(delegate[StreamID(1)].body == [42])
        #expect(delegate[StreamID(1)].hasEnded)
        #expect(session.failure == nil)
    }

    @Test("Frames cut off anywhere leave the session waiting, and it can be let go")
    func truncated() {
        let whole =
            Raw.opening + Raw.settings([(1, 100), (4, 70_000)]) + Raw.request(1, end: false, post: true)
            + Raw.data(1, pattern(40)) + Raw.windowUpdate(1, 5) + Raw.ping() + Raw.reset(1)
        for length in 0..<whole.count {
            let (session, delegate) = server()
            #expect(session.receive(Array(whole.prefix(length))) == nil)
            _ = session.takeOutput()
            session.connectionClosed()
            #expect(delegate.disorder.isEmpty)
            #expect(delegate.streams.values.allSatisfy { $0.closed != nil })
        }
    }

    @Test("Random bytes and damaged conversations never do more than end the connection", arguments: 0..<20)
    func random(batch: Int) {
        for round in 0..<50 {
            let seed = UInt64(batch * 50 + round)
            var generator = SeededGenerator(seed: seed)
            let (session, delegate) = server()
            var input = Raw.opening
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                input += randomFrame(&generator)
            }
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                input[Int.random(in: 24..<input.count, using: &generator)] = UInt8.random(
                    in: 0...255,
                    using: &generator
                )
            }
            var rest = input[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...200, using: &generator))
                rest = rest.dropFirst(piece.count)
                session.receive(Array(piece))
                if Bool.random(using: &generator) { _ = session.takeOutput() }
                let streams = session.openStreams.sorted()
                if let stream = streams.randomElement(using: &generator), Bool.random(using: &generator) {
                    session.reset(stream, .cancel)
                }
            }
            _ = session.takeOutput()
            session.connectionClosed()
            #expect(delegate.disorder.isEmpty, "seed \(seed): \(delegate.disorder)")
            #expect(delegate.streams.values.allSatisfy { $0.closed != nil }, "seed \(seed)")
        }
    }

    private func randomFrame(_ generator: inout SeededGenerator) -> [UInt8] {
        let stream = UInt32.random(in: 0...4, using: &generator) * 2 + 1
        switch Int.random(in: 0..<9, using: &generator) {
        case 0...2: return Raw.request(stream, end: Bool.random(using: &generator), post: true)
        case 3: return Raw.data(stream, pattern(Int.random(in: 0...300, using: &generator)))
        case 4: return Raw.data(stream, [1], end: true)
        case 5: return Raw.windowUpdate(stream, UInt32.random(in: 0...100_000, using: &generator))
        case 6: return Raw.reset(stream)
        case 7:
            return Raw.settings([
                (UInt16.random(in: 1...8, using: &generator), UInt32.random(in: 0...70_000, using: &generator))
            ])
        default:
            let payload = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let kind = UInt8.random(in: 0...12, using: &generator)
            return Raw.frame(kind, flags: UInt8.random(in: 0...255, using: &generator), stream: stream, payload)
        }
    }
}
