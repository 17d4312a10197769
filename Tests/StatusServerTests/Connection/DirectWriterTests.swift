import Glibc
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import StatusServer

@Suite("Writing straight to the socket")
struct DirectWriterTests {
    /// Differs from place to place, so that bytes in another order show.
    private static let much: [UInt8] = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    @Test("What the kernel does not take goes by way of the channel, and nothing overtakes it")
    func order() async throws {
        let pair = try await Pair()
        let (writer, sent, written) = try await pair.onLoop { channel in
            var writer = try #require(DirectWriter(channel))
            let sent = Self.much.withUnsafeBytes { writer.write($0) }
            let written = channel.writeAndFlush(ByteBuffer(bytes: Self.much[sent...]))
            writer.noteHandOver()
            // The channel waits for the reader, and so must what comes now.
            #expect("later".utf8CString.withUnsafeBytes { writer.write($0) } == 0)
            return (writer, sent, written)
        }
        #expect(sent > 0 && sent < Self.much.count)

        #expect(pair.read(Self.much.count) == Self.much)
        try await written.get()
        let later = try await pair.onLoop { _ in
            var writer = writer
            return "later".utf8CString.withUnsafeBytes { writer.write($0) }
        }
        #expect(later == 6)
        #expect(pair.read(6) == Array("later\0".utf8))
        try await pair.close()
    }

    @Test("Nothing is written once the channel is closed, whoever has its descriptor then")
    func closed() async throws {
        let pair = try await Pair()
        let writer = try await pair.onLoop { try #require(DirectWriter($0)) }
        try await pair.close()
        let sent = try await pair.onLoop { _ in
            var writer = writer
            return Self.much.withUnsafeBytes { writer.write($0) }
        }
        #expect(sent == 0)
    }

    @Test("What cannot be written because the peer is gone is left to the channel")
    func peerGone() async throws {
        let pair = try await Pair()
        let sent = try await pair.onLoop { channel in
            var writer = try #require(DirectWriter(channel))
            pair.leave()
            return Self.much.withUnsafeBytes { writer.write($0) }
        }
        #expect(sent == 0)
        try await pair.close()
    }

    @Test("A channel without a socket is not written around")
    func noSocket() {
        #expect(DirectWriter(EmbeddedChannel()) == nil)
    }
}

/// A channel on one of two connected sockets; the test has the other.
private struct Pair {
    let channel: any Channel
    private let peer: CInt

    init() async throws {
        var ends: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        peer = ends[1]
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .withConnectedSocket(ends[0])
            .get()
    }

    func onLoop<T: Sendable>(_ body: @escaping @Sendable (any Channel) throws -> T) async throws -> T {
        let channel = channel
        return try await channel.eventLoop.submit { try body(channel) }.get()
    }

    /// Waits for so many bytes.
    func read(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { $1 = recv(peer, $0.baseAddress, count, CInt(MSG_WAITALL)) }
    }

    func leave() {
        shutdown(peer, CInt(SHUT_RDWR))
    }

    func close() async throws {
        try? await channel.close()
        Glibc.close(peer)
    }
}
