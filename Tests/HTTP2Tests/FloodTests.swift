import HTTP2
import Testing

/// Peers that cause more work than they may, and honest ones that come close.
@Suite struct FloodTests {
    /// A server that answers every request at once, and does not care who asks.
    final class Target {
        let session: HTTP2Session
        let delegate = RecordingDelegate()

        init(_ settings: HTTP2Settings = HTTP2Settings()) {
            session = HTTP2Session(role: .server, settings: settings)
            session.delegate = delegate
            delegate.onEnd = { session, stream in session.answer(stream, [1, 2, 3]) }
            session.receive(Raw.opening)
            _ = session.takeOutput()
        }

        /// Feeds the frames in reads of 64 KiB, with or without taking the answers in between, until the session
        /// gives up. Returns what it sent and how many bytes it put up with.
        func feed(_ frames: [UInt8], takesOutput: Bool = true) -> (output: [UInt8], fed: Int) {
            var output: [UInt8] = []
            var start = 0
            while start < frames.count, session.failure == nil {
                let end = min(start + 65_536, frames.count)
                session.receive(Array(frames[start..<end]))
                if takesOutput { output += session.takeOutput() }
                start = end
            }
            return (output + session.takeOutput(), start)
        }
    }

    private static func many(_ count: Int, _ frame: (UInt32) -> [UInt8]) -> [UInt8] {
        (0..<UInt32(count)).flatMap(frame)
    }

    /// Floods by their names, each a few hundred kilobytes.
    private static let floods: [(name: String, frames: [UInt8])] = [
        ("PING", many(20_000) { _ in Raw.ping() }),
        ("SETTINGS", many(20_000) { Raw.settings([(4, 65_535 + $0 % 2)]) }),
        ("empty SETTINGS", many(20_000) { _ in Raw.settings([]) }),
        ("rapid reset", many(10_000) { Raw.request(2 * $0 + 1, end: false) + Raw.reset(2 * $0 + 1) }),
        ("empty DATA", Raw.request(1, end: false, post: true) + many(20_000) { _ in Raw.data(1, []) }),
        ("WINDOW_UPDATE", many(20_000) { _ in Raw.windowUpdate(0, 1) }),
        ("stream WINDOW_UPDATE", Raw.request(1, end: false, post: true) + many(20_000) { _ in Raw.windowUpdate(1, 1) }),
        ("refused streams", many(20_000) { Raw.request(2 * $0 + 1, end: false, post: true) }),
        ("malformed heads", many(10_000) { Raw.request(2 * $0 + 1, more: Raw.literal("Upper", "x")) }),
        (
            "made resets",
            many(10_000) { Raw.request(2 * $0 + 1, end: false, post: true) + Raw.windowUpdate(2 * $0 + 1, 0x7FFF_FFFF) }
        ),
        (
            "wrong lengths",
            many(5_000) {
                Raw.request(2 * $0 + 1, end: false, post: true, more: Raw.literal("content-length", "9"))
                    + Raw.data(2 * $0 + 1, [1], end: true)
            }
        ),
        (
            "CONTINUATION",
            Raw.frame(Raw.Kind.headers, flags: 0, stream: 1, Raw.requestBlock())
                + many(20_000) { _ in Raw.frame(Raw.Kind.continuation, stream: 1, Raw.literal("a", "b")) }
        ),
        (
            "empty CONTINUATION",
            Raw.frame(Raw.Kind.headers, flags: 0, stream: 1, Raw.requestBlock())
                + many(20_000) { _ in Raw.frame(Raw.Kind.continuation, stream: 1) }
        ),
    ]

    @Test("A flood ends its connection with ENHANCE_YOUR_CALM, read or unread", arguments: floods.map(\.name))
    func flood(name: String) throws {
        let frames = try #require(Self.floods.first { $0.name == name }).frames
        for takesOutput in [true, false] {
            let target = Target()
            let (output, fed) = target.feed(frames, takesOutput: takesOutput)
            #expect(target.session.failure == HTTP2Failure(.peerFlooded, .enhanceYourCalm), "\(takesOutput)")
            #expect(Raw.goAwayCode(output) == HTTP2ErrorCode.enhanceYourCalm.rawValue)
            #expect(target.session.isFinished)
            #expect(fed <= 131_072, "\(fed) bytes were worked through")
            #expect(target.session.openStreamCount <= HTTP2Limits.concurrentStreams)
        }
    }

    @Test("Resets that come one in a read are counted too")
    func spreadResets() {
        let target = Target()
        var output: [UInt8] = []
        var count: UInt32 = 0
        while target.session.failure == nil, count < 5_000 {
            target.session.receive(Raw.request(2 * count + 1, end: false) + Raw.reset(2 * count + 1))
            output += target.session.takeOutput()
            count += 1
        }
        #expect(target.session.failure?.cause == .peerFlooded)
        #expect(Raw.goAwayCode(output) != nil)
        #expect(count > HTTP2Limits.concurrentStreams && count <= 2 * HTTP2Limits.resetBurst)
    }

    @Test("A SETTINGS frame with too many entries ends the connection")
    func settingsEntries() {
        let target = Target()
        let entries = (0..<UInt32(HTTP2Limits.settingsEntries + 1)).map { (UInt16(4), $0) }
        let (output, _) = target.feed(Raw.settings(entries))
        #expect(Raw.goAwayCode(output) != nil)
        #expect(target.session.isFinished)
    }

    @Test("A head above its limit is answered 431, and its connection goes on")
    func oversizedHead() throws {
        let pair = SessionPair()
        pair.atServer.onEnd = { session, stream in session.answer(stream, []) }
        var head = HeaderBlock(request: "POST", authority: "a", path: "/")
        head.append("cookie", String(repeating: "x", count: HTTP2Limits.headerListSize))
        let large = try #require(pair.client.request(head, endStream: false))
        pair.client.write(large, pattern(100_000))
        let small = try #require(pair.client.request("/"))
        pair.pump()
        #expect(pair.atClient[large].head?.status == 431)
        #expect(pair.atClient[large].hasEnded)
        #expect(pair.atClient[large].closed == .noError)
        #expect(pair.atServer.arrivals == [small])
        #expect(pair.atServer[large].closed == nil)
        #expect(pair.atClient[small].head?.status == 200)
        #expect(pair.server.openStreamCount == 0)
        #expect(pair.client.connectionSendWindow > HTTP2Limits.connectionWindow / 2)
    }

    @Test("A head at its limit arrives whole")
    func largestHead() throws {
        let pair = SessionPair()
        var head = HeaderBlock(request: "GET", authority: "a", path: "/")
        let pseudo = [(7, 3), (7, 4), (10, 1), (5, 1)].reduce(0) { $0 + $1.0 + $1.1 + 32 }
        let room = HTTP2Limits.headerListSize - pseudo - 32 - 1
        head.append("x", String(repeating: "y", count: room))
        let stream = try #require(pair.client.request(head, endStream: true))
        pair.pump()
        #expect(pair.atServer[stream].head?.value(of: "x")?.count == room)
        head.append(name: "z", value: "")
        let larger = try #require(pair.client.request(head, endStream: true))
        pair.pump()
        #expect(pair.atServer[larger].head == nil)
        #expect(pair.atClient[larger].head?.status == 431)
    }

    @Test("A head that unpacks to megabytes ends the connection before it is unpacked")
    func headerBomb() {
        // One large field enters the dynamic table; each further byte names it again (RFC 7541 §6.1, index 62).
        let large =
            [0x40, 1, UInt8(ascii: "a"), 0x7F, 0x81, 0x1E] + [UInt8](repeating: UInt8(ascii: "b"), count: 4_000)
        let block = Raw.requestBlock() + large + [UInt8](repeating: 0xBE, count: 10_000)
        let target = Target()
        let bomb = Raw.frame(Raw.Kind.headers, flags: Raw.Flag.endHeaders, stream: 1, block)
        let (output, _) = target.feed(bomb)
        #expect(target.session.failure == HTTP2Failure(.peerFlooded, .enhanceYourCalm))
        #expect(Raw.goAwayCode(output) == HTTP2ErrorCode.enhanceYourCalm.rawValue)
        #expect(target.delegate.arrivals.isEmpty)
    }

    @Test("A response head above its limit resets its stream at the client")
    func oversizedResponse() throws {
        var settings = HTTP2Settings()
        settings.maximumHeaderListSize = 1_000
        let pair = SessionPair(client: settings)
        pair.atServer.onHead = { session, stream in
            var head = HeaderBlock(status: 200)
            head.append("x", String(repeating: "y", count: 2_000))
            session.respond(stream, head, endStream: false)
        }
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        #expect(pair.atClient[stream].head == nil)
        #expect(pair.atClient[stream].closed == .enhanceYourCalm)
        #expect(pair.atServer[stream].closed == .enhanceYourCalm)
    }

    @Test("Streams above the limit are refused, and may be tried again when others have ended")
    func concurrentStreams() {
        var settings = HTTP2Settings()
        settings.maximumConcurrentStreams = 3
        let target = Target(settings)
        let open = Self.many(5) { Raw.request(2 * $0 + 1, end: false, post: true) }
        let (output, _) = target.feed(open)
        #expect(target.delegate.arrivals == [1, 3, 5].map { StreamID($0) })
        #expect(Raw.resets(output).map(\.stream) == [7, 9])
        #expect(Raw.resets(output).allSatisfy { $0.code == HTTP2ErrorCode.refusedStream.rawValue })
        _ = target.feed(Raw.data(1, [], end: true))
        _ = target.feed(Raw.request(11))
        #expect(target.delegate.arrivals.last == StreamID(11))
        #expect(target.session.failure == nil)
    }

    @Test("A connection that is kept alive by PING for days is not a flood")
    func keepAlive() {
        let target = Target()
        for _ in 0..<50_000 {
            target.session.receive(Raw.ping())
            _ = target.session.takeOutput()
        }
        #expect(target.session.failure == nil)
    }

    @Test("A download whose reader updates its windows for every frame is not a flood")
    func eagerReader() throws {
        let pair = SessionPair()
        pair.atServer.onHead = { session, stream in session.answer(stream, pattern(8_000_000)) }
        var settings = HTTP2Settings()
        settings.streamWindow = 40_000
        settings.connectionWindow = 65_535
        let eager = HTTP2Session(role: .client, settings: settings)
        let delegate = RecordingDelegate()
        eager.delegate = delegate
        let stream = try #require(eager.request("/"))
        while pair.carry(from: eager, to: pair.server) || pair.carry(from: pair.server, to: eager) {}
        #expect(delegate[stream].body.count == 8_000_000)
        #expect(pair.server.failure == nil)
    }

    @Test("A peer that reads nothing and provokes frames is cut off before they pile up")
    func unreadFrames() {
        var settings = HTTP2Settings()
        settings.floodLimits.creditBurst = .max / 2
        settings.floodLimits.queuedAcknowledgements = 1_000_000
        let target = Target(settings)
        let (_, fed) = target.feed(
            Self.many(100_000) { Raw.request(2 * $0 + 1, end: false, post: true) },
            takesOutput: false
        )
        #expect(target.session.failure == HTTP2Failure(.peerFlooded, .enhanceYourCalm))
        #expect(fed <= 131_072)
    }

    @Test("A flood on one connection leaves another as it is")
    func otherConnection() throws {
        let pair = SessionPair()
        pair.atServer.onHead = { session, stream in session.answer(stream, [7]) }
        let target = Target()
        _ = target.feed(Self.floods[0].frames)
        let stream = try #require(pair.client.request("/"))
        pair.pump()
        #expect(target.session.isFinished)
        #expect(pair.atClient[stream].body == [7])
    }
}
