import HTTP2
import Testing

/// The delegate acts on the session, or lets go of it, from inside a call.
@Suite struct ReentrancyTests {
    enum Moment: CaseIterable, Sendable {
        case head, data, end, close, drain
    }

    enum Act: CaseIterable, Sendable {
        case reset, resetOther, finish, answer, terminate, shutDown, connectionClosed, takeOutput, ping, dropDelegate
    }

    /// Holds the only references to a session and its delegate, so that a test can let go of them at any moment.
    final class Owner {
        var session: HTTP2Session?
        var delegate: RecordingDelegate? = RecordingDelegate()

        init() {
            session = HTTP2Session(role: .server)
            session?.delegate = delegate
        }

        func on(_ moment: Moment, _ act: @escaping (HTTP2Session, StreamID) -> Void) {
            switch moment {
            case .head: delegate?.onHead = act
            case .data: delegate?.onData = { session, stream, _ in act(session, stream) }
            case .end: delegate?.onEnd = act
            case .close: delegate?.onClose = act
            case .drain: delegate?.onDrain = act
            }
        }

        /// Three requests with bodies, of which the first is answered at length and the second reset by the client:
        /// every moment occurs on the way. Goes as far as there is a session.
        func drive() {
            session?.receive(
                Raw.opening + Raw.settings([(4, 200_000)]) + Raw.windowUpdate(0, 1_000_000)
                    + Raw.request(1, end: false, post: true) + Raw.data(1, pattern(300))
            )
            session?.respond(StreamID(1), HeaderBlock(status: 200), endStream: false)
            session?.write(StreamID(1), pattern(150_000))
            flush()
            session?.receive(
                Raw.request(3, end: false, post: true) + Raw.data(3, pattern(300)) + Raw.reset(3)
                    + Raw.data(1, pattern(300), end: true)
                    + Raw.request(5, end: false, post: true) + Raw.data(5, pattern(300), end: true)
            )
            session?.finish(StreamID(1))
            flush()
        }

        func flush() {
            while session?.nextOutput({ _ in }) == true {}
        }
    }

    @Test("Whatever the delegate does inside a call, the session goes on or ends in order", arguments: Moment.allCases)
    func actsInside(moment: Moment) {
        for act in Act.allCases {
            let owner = Owner()
            var acted = 0
            owner.on(moment) { [unowned owner] session, stream in
                acted += 1
                switch act {
                case .reset: session.reset(stream, .cancel)
                case .resetOther: for other in session.openStreams { session.reset(other, .refusedStream) }
                case .finish: session.finish(stream)
                case .answer: if acted == 1 { session.answer(StreamID(5), [1, 2, 3]) }
                case .terminate: session.terminate(.internalError)
                case .shutDown: session.shutDown()
                case .connectionClosed: session.connectionClosed()
                case .takeOutput:
                    let taken = session.takeOutput().count
                    #expect(taken == 0)
                    let isConnected = session.wantsRead
                    session.terminate(.cancel)
                    #expect(!(isConnected && session.isFinished))
                case .ping: session.ping(1)
                case .dropDelegate: owner.delegate = nil
                }
            }
            owner.drive()
            owner.session?.connectionClosed()
            #expect(acted > 0, "\(moment), \(act)")
            if let delegate = owner.delegate {
                #expect(delegate.disorder.isEmpty, "\(moment), \(act): \(delegate.disorder)")
                let unclosed = delegate.streams.filter { $0.value.closed == nil }
                #expect(unclosed.isEmpty, "\(moment), \(act): \(unclosed.keys)")
            }
            #expect(owner.session?.openStreamCount == 0, "\(moment), \(act)")
        }
    }

    @Test("The last reference to the session may go inside any call", arguments: Moment.allCases)
    func dropsSession(moment: Moment) {
        let owner = Owner()
        weak let watched = owner.session
        owner.on(moment) { [unowned owner] _, _ in owner.session = nil }
        owner.drive()
        #expect(owner.session == nil)
        #expect(watched == nil)
    }

    @Test("The last reference to the session may go while its output is taken")
    func dropsSessionInOutput() {
        let owner = Owner()
        weak let watched = owner.session
        owner.session?.receive(Raw.opening)
        var taken = 0
        _ = owner.session?.nextOutput { bytes in
            owner.session = nil
            taken = bytes.reduce(0) { $0 + Int($1) }
        }
        #expect(taken > 0)
        #expect(watched == nil)
    }

    @Test("A session can be let go in any state", arguments: 0..<40)
    func letGo(step: Int) throws {
        weak var watched: HTTP2Session?
        try {
            let pair = SessionPair()
            watched = pair.server
            let first = try #require(pair.client.request("/", hasBody: true))
            pair.client.write(first, pattern(200_000))
            _ = pair.client.request("/second")
            let bytes = pair.client.takeOutput()
            pair.server.receive(Array(bytes.prefix(step * bytes.count / 40)))
            for stream in pair.server.openStreams {
                pair.server.respond(stream, HeaderBlock(status: 200), endStream: false)
                pair.server.write(stream, pattern(step * 1_000))
            }
            for _ in 0..<step % 7 { _ = pair.server.nextOutput { _ in } }
            if step % 3 == 0 { pair.server.shutDown() }
            if step % 5 == 0 { pair.server.terminate(.cancel) }
        }()
        #expect(watched == nil)
    }

    @Test("A request that comes when nobody listens any more is refused")
    func nobodyListens() {
        let server = HTTP2Session(role: .server)
        server.receive(Raw.opening + Raw.request(1))
        #expect(Raw.resets(server.takeOutput()).map(\.code) == [HTTP2ErrorCode.refusedStream.rawValue])
        #expect(server.openStreamCount == 0)
    }

    @Test("Calling receive from inside a call traps")
    func nestedReceive() async {
        await #expect(processExitsWith: .failure) {
            let server = HTTP2Session(role: .server)
            let delegate = RecordingDelegate()
            server.delegate = delegate
            delegate.onHead = { session, _ in session.receive(Raw.ping()) }
            server.receive(Raw.opening + Raw.request(1))
        }
    }

    @Test("A client's session does not respond: that traps")
    func wrongRole() async {
        await #expect(processExitsWith: .failure) {
            HTTP2Session(role: .client).respond(StreamID(1), HeaderBlock(status: 200), endStream: true)
        }
    }
}
