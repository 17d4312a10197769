import Bytes
import HTTP2
import NIOCore
import NIOEmbedded
import Testing
import UpdateProtocol

@testable import StatusServer

/// What an HTTP/2 connection costs the server's memory and time, whatever its client does.
@Suite("HTTP/2 clients that are slow or do not read")
struct UnreadTests {
    /// A connection that sent its preface with the given SETTINGS.
    private static func open(_ settings: [(UInt16, UInt32)] = []) throws -> (EmbeddedConnection, HTTP2Handler) {
        let connection = try EmbeddedConnection()
        try connection.send(bytes: RawHTTP2.opening(settings)[...])
        let handler = try connection.channel.pipeline.syncOperations.handler(type: HTTP2Handler.self)
        return (connection, handler)
    }

    private static func frames(_ build: (inout OutputBuffer) -> Void) -> [UInt8] {
        var output = OutputBuffer()
        build(&output)
        return output.copy()
    }

    /// Bytes of bodies that the connection keeps, both ways.
    private static func kept(_ handler: HTTP2Handler) -> (up: Int, down: Int) {
        var (up, down) = (0, handler.session.queuedBytes)
        for id in handler.session.openStreams {
            guard let stream = handler.session.attachment(of: id) as? HTTP2Stream,
                case .updates(let worker) = stream.phase
            else { continue }
            up += worker.held.readableBytes
            for transfer in worker.transfers.values { up += transfer.receiver.backlog }
            down += worker.output.count
        }
        return (up, down)
    }

    /// Sends `body` again and again on each of the streams, within the windows that the server has opened, until none
    /// is left; returns how much went.
    private static func fill(_ connection: EmbeddedConnection, streams: Int, with body: [UInt8]) throws -> Int {
        var windows = [Int](repeating: HTTP2Handler.settings.streamWindow, count: streams)
        var whole = HTTP2Handler.settings.connectionWindow
        var sent = 0
        var hasSent = true
        while hasSent {
            hasSent = false
            for place in 0..<streams where windows[place] >= body.count && whole >= body.count {
                try connection.send(bytes: RawHTTP2.data(UInt32(2 * place + 1), body)[...])
                windows[place] -= body.count
                whole -= body.count
                sent += body.count
                hasSent = true
            }
            for frame in RawHTTP2.parse(try connection.received()) where frame.kind == 8 {
                let increment = Int(frame.payload.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
                if frame.stream == 0 { whole += increment } else { windows[Int(frame.stream) / 2] += increment }
            }
        }
        return sent
    }

    @Test("A worker with all streams, which opens no window and earns refusals on each, is kept to megabytes")
    func unreadRefusals() throws {
        let (connection, handler) = try Self.open([(4, 0)])
        let streams = HTTP2Limits.concurrentStreams
        for place in 0..<streams { try connection.send(bytes: RawHTTP2.updates(UInt32(2 * place + 1))[...]) }
        let opening = Self.frames { $0.appendHello() }
        for place in 0..<streams { try connection.send(bytes: RawHTTP2.data(UInt32(2 * place + 1), opening)[...]) }
        // Three bytes an update, about ten times as many for its refusal.
        let updates = Self.frames { output in
            for _ in 0..<1_000 { output.appendProgress(handle: 5, basisPoints: 1) }
        }
        let sent = try Self.fill(connection, streams: streams, with: updates)
        let kept = Self.kept(handler)
        #expect(kept.up <= Limits.connectionWindow)
        #expect(kept.down <= 3 * Limits.connectionBacklog, "\(kept.down) bytes of answers after \(sent) bytes")
        #expect(connection.isOpen)
        connection.wait(Limits.workerSilence + .seconds(1))
        #expect(try RawHTTP2.goAwayCode(connection.received()) == HTTP2ErrorCode.noError.rawValue)
        connection.wait(Limits.lingerLimit + .seconds(1))
        #expect(!connection.isOpen)
    }

    @Test("Streams whose bytes are kept, all of them at once, keep no more than the connection's window")
    func heldBytes() throws {
        let (connection, handler) = try Self.open([(4, 1 << 20)])
        let streams = HTTP2Limits.concurrentStreams
        for place in 0..<streams {
            try connection.send(bytes: RawHTTP2.updates(UInt32(2 * place + 1))[...])
            let opening = Self.frames { $0.appendHello() }
            try connection.send(bytes: RawHTTP2.data(UInt32(2 * place + 1), opening)[...])
        }
        let updates = Self.frames { output in
            for _ in 0..<1_000 { output.appendProgress(handle: 5, basisPoints: 1) }
        }
        // Busy at first, so that windows grow; then each stream waits, as it does for a result.
        for id in handler.session.openStreams {
            let stream = try #require(handler.session.attachment(of: id) as? HTTP2Stream)
            for _ in 0..<100 { stream.giveBack(Limits.firstStreamWindow) }
            guard case .updates(let worker) = stream.phase else { continue }
            worker.awaited = 1
        }
        let sent = try Self.fillGrown(connection, handler, with: updates)
        let kept = Self.kept(handler).up
        #expect(kept == sent)
        #expect(kept > Limits.grownWindows && kept <= Limits.connectionWindow, "\(kept) bytes are kept")
    }

    /// As ``fill(_:streams:with:)``, with windows as the server's streams have them.
    private static func fillGrown(_ connection: EmbeddedConnection, _ handler: HTTP2Handler, with body: [UInt8]) throws
        -> Int
    {
        var sent = 0
        for id in handler.session.openStreams {
            let stream = try #require(handler.session.attachment(of: id) as? HTTP2Stream)
            for _ in 0..<stream.window / body.count {
                try connection.send(bytes: RawHTTP2.data(UInt32(id.rawValue), body)[...])
                sent += body.count
            }
        }
        return sent
    }

    @Test("The window of a busy stream grows to its full size, and is free again when the stream is over")
    func growth() throws {
        let (connection, handler) = try Self.open()
        for number in [UInt32(1), 3] {
            try connection.send(bytes: RawHTTP2.updates(number)[...])
            let id = try #require(handler.session.openStreams.first)
            let stream = try #require(handler.session.attachment(of: id) as? HTTP2Stream)
            #expect(stream.window == Limits.firstStreamWindow)
            for _ in 0..<100 { stream.giveBack(Limits.firstStreamWindow) }
            #expect(stream.window == Limits.streamWindow)
            try connection.send(bytes: RawHTTP2.reset(number)[...])
            #expect(handler.session.openStreamCount == 0)
        }
        #expect(handler.grownWindows == 0)
    }

    @Test("A reader that takes a byte now and then is closed as one that takes none")
    func slowReader() throws {
        let (connection, _) = try Self.open([(4, 0)])
        try connection.send(bytes: RawHTTP2.request(1)[...])
        var seconds = 0
        while connection.isOpen, seconds < 300 {
            try connection.send(bytes: RawHTTP2.windowUpdate(1, 1)[...])
            connection.wait(.seconds(5))
            seconds += 5
        }
        #expect(!connection.isOpen && seconds <= 80)
    }

    @Test("A head that comes a byte at a time is cut off")
    func slowHead() throws {
        let (connection, _) = try Self.open()
        try connection.send(bytes: RawHTTP2.frame(1, stream: 1, RawHTTP2.block())[...])
        var seconds: Int64 = 0
        var received: [UInt8] = []
        for byte in RawHTTP2.frame(9, stream: 1, [UInt8](repeating: 0, count: 200)) {
            try connection.send(bytes: [byte])
            connection.wait(.seconds(1))
            seconds += 1
            received += try connection.received()
            if RawHTTP2.goAwayCode(received) != nil { break }
        }
        #expect(seconds <= Limits.headTimeout.nanoseconds / 1_000_000_000)
        connection.wait(Limits.lingerTimeout + .seconds(1))
        #expect(!connection.isOpen)
    }

    @Test("What a client sends behind the end of its connection is read and dropped, up to a limit")
    func linger() throws {
        let (connection, _) = try Self.open()
        // A frame of an unknown kind on stream 0 is nothing; DATA there breaks the protocol.
        try connection.send(bytes: RawHTTP2.data(0, [1])[...])
        #expect(try RawHTTP2.goAwayCode(connection.received()) == HTTP2ErrorCode.protocolError.rawValue)
        let late = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<Limits.connectionWindow / late.count { try connection.send(bytes: late[...]) }
        #expect(connection.isOpen)
        try connection.send(bytes: [0])
        #expect(!connection.isOpen)
    }

    @Test("After its end a connection waits a moment for its client to close, and no longer")
    func lingerTime() throws {
        let (connection, _) = try Self.open()
        try connection.send(bytes: RawHTTP2.data(0, [1])[...])
        connection.wait(Limits.lingerTimeout - .milliseconds(1))
        #expect(connection.isOpen)
        connection.wait(.milliseconds(2))
        #expect(!connection.isOpen)
    }
}
