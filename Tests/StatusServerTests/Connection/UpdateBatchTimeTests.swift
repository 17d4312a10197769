import Bytes
import NIOCore
import NIOEmbedded
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("Time in batches of updates over HTTP/1.1", .tags(.unit010))
struct UpdateBatchTimeTests {
    private static func frames(_ build: (inout OutputBuffer) -> Void) -> [UInt8] {
        var output = OutputBuffer()
        build(&output)
        return output.copy()
    }

    /// A connection that has begun a batch of 1,000 bytes, of which `body` are sent.
    private static func begin(_ body: [UInt8]) throws -> EmbeddedConnection {
        let connection = try EmbeddedConnection()
        let head =
            "POST /v1/updates HTTP/1.1\r\nHost: a\r\nContent-Type: application/vnd.telltale.updates\r\n"
            + "Content-Length: 1000\r\n\r\n"
        try connection.send(bytes: (Array(head.utf8) + body)[...])
        return connection
    }

    /// The frames of the one answer that is there; nil while there is none.
    private static func answer(_ connection: EmbeddedConnection) throws -> (head: String, frames: [DownFrame])? {
        let bytes = try connection.received()
        guard !bytes.isEmpty else { return nil }
        let end = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) })
        var decoder = DownFrameDecoder()
        var recorder = DownFrameRecorder()
        _ = bytes[(end + 4)...].withUnsafeBytes { decoder.decode($0, into: &recorder) }
        return (String(decoding: bytes[..<end], as: UTF8.self), recorder.frames)
    }

    private static let opening = frames { output in
        output.appendHello()
        output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
    }

    @Test("A hello that does not arrive in time is answered with the error, whatever trickles in")
    func hello() throws {
        let connection = try Self.begin([])
        let hello = Self.frames { $0.appendHello(producer: "somebody-slow") }
        for byte in hello.prefix(Int(Limits.headTimeout.nanoseconds / 1_000_000_000)) {
            #expect(try Self.answer(connection) == nil)
            try connection.send(bytes: [byte])
            connection.wait(.seconds(1))
        }
        let answer = try #require(try Self.answer(connection))
        #expect(answer.head.hasPrefix("HTTP/1.1 200 ") && answer.head.contains("Connection: close"))
        #expect(answer.frames == [.error(.tooSlow)])
    }

    @Test("A frame that does not end in time ends its batch; what stood before it is applied and acknowledged")
    func frame() throws {
        let connection = try Self.begin(Self.opening + [0x90, 0x00, 100])
        let seconds = Limits.frameTimeout.nanoseconds / 1_000_000_000
        for _ in 0..<seconds {
            #expect(try Self.answer(connection) == nil)
            try connection.send(bytes: [UInt8(ascii: "x")])
            connection.wait(.seconds(1))
        }
        let answer = try #require(try Self.answer(connection))
        #expect(answer.head.contains("Connection: close"))
        #expect(answer.frames.dropFirst() == [.acknowledgement(1), .error(.tooSlow, 2)])
        #expect(connection.services.snapshot("a") != nil)
    }

    @Test("A batch that stands still between two frames is ended, and each frame gives it new time")
    func pause() throws {
        let connection = try Self.begin(Self.opening)
        for _ in 0..<4 {
            connection.wait(Limits.bodyTimeout - .seconds(1))
            #expect(try Self.answer(connection) == nil)
            try connection.send(bytes: Self.frames { $0.appendProgress(handle: 0, basisPoints: 1) }[...])
        }
        connection.wait(Limits.bodyTimeout)
        let answer = try #require(try Self.answer(connection))
        #expect(answer.head.contains("Connection: close"))
        #expect(answer.frames.dropFirst() == [.acknowledgement(5), .error(.tooSlow, 6)])
    }

    @Test("The connection of a batch that was too slow is closed, also when its client goes on talking")
    func closed() throws {
        let connection = try Self.begin(Self.opening)
        connection.wait(Limits.bodyTimeout)
        var seconds = 0
        while connection.isOpen, seconds < 100 {
            try connection.send(bytes: [0])
            connection.wait(.seconds(1))
            seconds += 1
        }
        #expect(TimeAmount.seconds(Int64(seconds)) <= Limits.lingerLimit)
    }

    @Test("A client that stops reading is closed, with a batch that it has not ended")
    func unread() throws {
        let connection = try Self.begin(Self.opening)
        connection.channel.isWritable = false
        for _ in 0..<3 {
            connection.wait(.seconds(5))
            try connection.send(bytes: Self.frames { $0.appendComplete(handle: 7) }[...])
            #expect(connection.isOpen)
        }
        connection.wait(Limits.bodyTimeout)
        connection.wait(Limits.lingerLimit)
        #expect(!connection.isOpen)
    }
}
