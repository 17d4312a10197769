import Bytes
import HTTP2
import NIOCore
import NIOEmbedded
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

/// Workers whose bytes come slowly, one at a time or not at all, on one event loop whose clock the test turns.
@Suite("Workers' streams that are slow", .tags(.unit010))
struct SlowStreamTests {
    private static func frames(_ build: (inout OutputBuffer) -> Void) -> [UInt8] {
        var output = OutputBuffer()
        build(&output)
        return output.copy()
    }

    /// One HTTP/2 connection and what came down on its streams.
    private final class Client {
        let connection: EmbeddedConnection
        private var bodies: [UInt32: [UInt8]] = [:]

        init(_ connection: EmbeddedConnection) throws {
            self.connection = connection
            try connection.send(bytes: RawHTTP2.opening()[...])
        }

        func open(_ stream: UInt32) throws { try send(RawHTTP2.updates(stream)) }

        func send(_ bytes: [UInt8]) throws {
            try connection.send(bytes: bytes[...])
            try take()
        }

        /// What came down on a stream since it began.
        func frames(_ stream: UInt32) throws -> [DownFrame] {
            try take()
            var decoder = DownFrameDecoder()
            var recorder = DownFrameRecorder()
            _ = (bodies[stream] ?? []).withUnsafeBytes { decoder.decode($0, into: &recorder) }
            return recorder.frames
        }

        private func take() throws {
            for frame in RawHTTP2.parse(try connection.received()) where frame.kind == 0 {
                bodies[frame.stream, default: []] += frame.payload
            }
        }

        /// Bytes that the connection keeps for its streams, both ways.
        func kept() throws -> Int {
            let handler = try connection.channel.pipeline.syncOperations.handler(type: HTTP2Handler.self)
            var bytes = handler.session.queuedBytes
            for id in handler.session.openStreams {
                guard let stream = handler.session.attachment(of: id) as? HTTP2Stream,
                    case .updates(let worker) = stream.phase
                else { continue }
                bytes += worker.held.readableBytes + worker.output.count
            }
            return bytes
        }
    }

    @Test("A thousand streams that send a byte a second are served, keep nothing, and hold nobody up")
    func thousand() throws {
        let honest = try Client(EmbeddedConnection())
        try honest.open(1)
        try honest.send(
            RawHTTP2.data(
                1,
                Self.frames { output in
                    output.appendHello()
                    output.appendBind(handle: 0, taskID: "honest", creating: JobDescription())
                }
            )
        )
        // The first acknowledgement comes so late, and the next so long after it.
        honest.connection.wait(Limits.acknowledgementInterval)
        honest.connection.wait(Limits.acknowledgementInterval)
        let clients = try (0..<8).map { _ in try Client(EmbeddedConnection(beside: honest.connection)) }
        let streams: [(client: Int, stream: UInt32, bytes: [UInt8])] = (0..<1_000).map { number in
            let bytes = Self.frames { output in
                output.appendHello()
                output.appendBind(handle: 0, taskID: "slow-\(number)", creating: JobDescription())
                output.appendProgress(handle: 0, basisPoints: 4_200)
            }
            return (number % 8, UInt32(2 * (number / 8) + 1), bytes)
        }
        for (client, stream, _) in streams { try clients[client].open(stream) }
        let seconds = try #require(streams.map(\.bytes.count).max())
        for second in 0..<seconds {
            for place in clients.indices {
                let bytes = streams.filter { $0.client == place && second < $0.bytes.count }
                    .flatMap { RawHTTP2.data($0.stream, [$0.bytes[second]]) }
                if !bytes.isEmpty { try clients[place].send(bytes) }
                #expect(try clients[place].kept() == 0)
            }
            // The honest worker's acknowledgement comes with what its own bytes bring, not behind the others' turns.
            try honest.send(RawHTTP2.data(1, Self.frames { $0.appendProgress(handle: 0, basisPoints: 1) }))
            #expect(try honest.frames(1).last == .acknowledgement(UInt64(second) + 2))
            honest.connection.wait(.seconds(1))
        }
        for number in 0..<1_000 {
            #expect(honest.connection.services.snapshot("slow-\(number)")?.progress.value == 4_200)
        }
    }

    @Test("A frame that a byte a second does not end in time costs its stream, and no other of the connection")
    func endless() throws {
        let client = try Client(EmbeddedConnection())
        for stream in [UInt32(1), 3] {
            try client.open(stream)
            try client.send(RawHTTP2.data(stream, Self.frames { $0.appendHello() }))
        }
        let note = Self.frames { output in
            output.appendFlush()
            output.append(0x90, 0x00, 100)
        }
        try client.send(RawHTTP2.data(1, note))
        client.connection.wait(Limits.acknowledgementInterval)
        let limit = Limits.frameTimeout.nanoseconds / 1_000_000_000
        for second in 1...limit {
            #expect(try client.frames(1).last == .acknowledgement(1), "after \(second - 1) s")
            try client.send(RawHTTP2.data(1, [UInt8(ascii: "x")]) + RawHTTP2.data(3, Self.frames { $0.appendFlush() }))
            client.connection.wait(.seconds(1))
        }
        #expect(try client.frames(1).last == .error(.tooSlow, 2))
        #expect(try client.frames(3).last == .acknowledgement(UInt64(limit)))
        #expect(client.connection.isOpen)
    }

    @Test("A worker that falls silent inside a frame hears it before its connection ends", arguments: [1, 2])
    func silent(reads: Int) throws {
        let client = try Client(EmbeddedConnection())
        try client.open(1)
        let bytes = Self.frames { output in
            output.appendHello()
            output.append(0x81, 0x00)
        }
        let piece = (bytes.count + reads - 1) / reads
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try client.send(RawHTTP2.data(1, Array(bytes[start..<min(start + piece, bytes.count)])))
        }
        client.connection.wait(Limits.workerSilence)
        #expect(try client.frames(1).last == .error(.tooSlow, 1))
    }

    @Test("A hello that does not end in time is too slow, and is not blamed on an item")
    func hello() throws {
        let client = try Client(EmbeddedConnection())
        try client.open(1)
        let hello = Self.frames { $0.appendHello(producer: "somebody-slow") }
        for byte in hello.prefix(Int(Limits.headTimeout.nanoseconds / 1_000_000_000)) {
            #expect(try client.frames(1).isEmpty)
            try client.send(RawHTTP2.data(1, [byte]))
            client.connection.wait(.seconds(1))
        }
        #expect(try client.frames(1) == [.error(.tooSlow)])
    }
}

extension OutputBuffer {
    fileprivate mutating func append(_ bytes: UInt8...) { append(contentsOf: bytes) }
}
