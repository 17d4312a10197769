import Bytes
import HTTP2
import NIOConcurrencyHelpers
import Testing
import UpdateProtocol

@testable import StatusServer

/// One way to keep a server busy at little cost: what is sent first, and then again and again with another stream.
struct Flood: Sendable, CustomTestStringConvertible {
    let name: String
    /// What GOAWAY says.
    var code = HTTP2ErrorCode.enhanceYourCalm
    var opening: [UInt8] = []
    let frames: @Sendable (_ stream: UInt32) -> [UInt8]

    var testDescription: String { name }

    /// At least `size` bytes of it.
    func bytes(_ size: Int) -> [UInt8] {
        var bytes = RawHTTP2.opening() + opening
        var stream: UInt32 = 3
        while bytes.count < size {
            bytes += frames(stream)
            stream += 2
        }
        return bytes
    }

    static let all: [Flood] = [
        Flood(name: "rapid reset (CVE-2023-44487)") { RawHTTP2.request($0) + RawHTTP2.reset($0) },
        Flood(name: "rapid reset of open requests") { RawHTTP2.updates($0) + RawHTTP2.reset($0) },
        Flood(name: "MadeYouReset by a window (CVE-2025-8671)") {
            RawHTTP2.updates($0) + RawHTTP2.windowUpdate($0, 0x7FFF_FFFF)
        },
        Flood(name: "MadeYouReset by a length") {
            RawHTTP2.request($0, isPost: true, more: RawHTTP2.literal("content-length", "9"))
                + RawHTTP2.data($0, [1], ends: true)
        },
        Flood(name: "malformed heads") { RawHTTP2.request($0, more: RawHTTP2.literal("Upper", "x")) },
        Flood(
            name: "CONTINUATION (CVE-2024-28182)",
            opening: RawHTTP2.frame(1, stream: 1, RawHTTP2.block())
        ) { _ in RawHTTP2.frame(9, stream: 1, RawHTTP2.literal("a", "b")) },
        Flood(
            name: "empty CONTINUATION",
            opening: RawHTTP2.frame(1, stream: 1, RawHTTP2.block())
        ) { _ in RawHTTP2.frame(9, stream: 1) },
        Flood(name: "SETTINGS (CVE-2019-9515)") { RawHTTP2.settings([(4, 65_535 + $0 % 4)]) },
        Flood(name: "PING (CVE-2019-9512)") { _ in RawHTTP2.ping() },
        Flood(name: "PRIORITY (CVE-2019-9513)") { RawHTTP2.frame(2, stream: $0, [0, 0, 0, 0, 16]) },
        Flood(name: "empty DATA (CVE-2019-9518)", opening: RawHTTP2.updates(1)) { _ in RawHTTP2.data(1, []) },
        Flood(name: "empty HEADERS") { RawHTTP2.frame(1, flags: 5, stream: $0) },
        Flood(name: "WINDOW_UPDATE of the connection") { _ in RawHTTP2.windowUpdate(0, 1) },
        Flood(name: "tiny windows", opening: RawHTTP2.settings([(4, 0)]) + RawHTTP2.request(1)) { _ in
            RawHTTP2.windowUpdate(1, 1)
        },
        Flood(name: "window overflow", code: .flowControlError) { _ in RawHTTP2.windowUpdate(0, 0x7FFF_FFFF) },
        Flood(name: "header bomb") { stream in
            // One large field enters the dynamic table; each further byte names it again (RFC 7541 §6.1, index 62).
            let large = [0x40, 1, UInt8(ascii: "a"), 0x7F, 0x81, 0x1E] + [UInt8](repeating: 98, count: 4_000)
            return RawHTTP2.request(stream, more: large + [UInt8](repeating: 0xBE, count: 10_000))
        },
    ]
}

@Suite("HTTP/2 floods, over sockets", .serialized, .timeLimit(.minutes(5)))
struct FloodTests {
    @Test("A flood ends its connection and is told why; the others of its loop go on", arguments: Flood.all)
    func flood(_ flood: Flood) async throws {
        try await TestServer.run(threads: 1) { server in
            let bystanders = Bystanders(server)
            try await bystanders.open()
            // The server may close before all of it is sent; the answer to the PING would mean that it is put up with.
            let bytes = flood.bytes(150_000) + RawHTTP2.ping(9)
            async let attacks: Void = {
                for _ in 0..<3 { try await Self.attack(flood, bytes, server) }
            }()
            try await bystanders.go(rounds: 5)
            try await attacks
            try await bystanders.close()
        }
    }

    @Test("A worker that sends as fast as it may leaves the others of its loop their turn")
    func busy() async throws {
        try await TestServer.run(threads: 1) { server in
            let bystanders = Bystanders(server)
            try await bystanders.open()
            let isOver = NIOLockedValueBox(false)
            async let updates = {
                let client = try await HTTP2Client.connect(to: server.port)
                var output = OutputBuffer()
                output.appendHello()
                output.appendBind(handle: 0, taskID: "busy", creating: JobDescription())
                let type = "application/vnd.telltale.updates"
                let id = try await client.request("POST", "/v1/updates", type: type, body: output.copy(), ends: false)
                output.removeAll()
                for _ in 0..<100_000 { output.appendProgress(handle: 0, basisPoints: 7) }
                let many = output.copy()
                var count: UInt64 = 0
                repeat {
                    try await client.write(id, many)
                    count += 100_000
                    // So much waits to be sent at all times that the server never runs dry.
                    _ = try await client.until { $0.session.queuedBytes(id) < 2 * many.count ? true : nil }
                } while !isOver.withLockedValue { $0 }
                try await client.close()
                return count
            }()
            try await bystanders.go(rounds: 5)
            isOver.withLockedValue { $0 = true }
            #expect(try await updates >= 100_000)
            try await bystanders.close()
        }
    }

    private static func attack(_ flood: Flood, _ bytes: [UInt8], _ server: TestServer) async throws {
        let client = try await server.connect()
        try? await client.send(bytes: bytes)
        let received = await client.until { $0.isEnded || RawHTTP2.answersPing($0.bytes, 9) }
        #expect(received.isEnded, "\(flood.name) is put up with")
        #expect(RawHTTP2.goAwayCode(received.bytes) == flood.code.rawValue, "\(flood.name)")
        try await client.close()
    }
}

/// A worker that reports and a client that asks, as they should be, each on a connection of its own.
struct Bystanders {
    private let server: TestServer
    private let worker = NIOLockedValueBox<(client: HTTP2Client, stream: StreamID)?>(nil)

    init(_ server: TestServer) {
        self.server = server
    }

    func open() async throws {
        let client = try await HTTP2Client.connect(to: server.port)
        var output = OutputBuffer()
        output.appendHello()
        output.appendBind(handle: 0, taskID: "bystander", creating: JobDescription())
        let type = "application/vnd.telltale.updates"
        let id = try await client.request("POST", "/v1/updates", type: type, body: output.copy(), ends: false)
        worker.withLockedValue { $0 = (client, id) }
        try await acknowledged(1)
    }

    /// So many updates, each acknowledged, and so many status checks; every check sees the last update.
    func go(rounds: Int) async throws {
        for round in 1...rounds {
            let (client, id) = try #require(worker.withLockedValue { $0 })
            var output = OutputBuffer()
            output.appendProgress(handle: 0, basisPoints: UInt16(round * 100))
            try await client.write(id, output.copy())
            try await acknowledged(UInt64(round) + 1)
            let answer = try await server.ask("GET /api/jobs/bystander")
            #expect(answer.status == 200 && answer.text.contains("\"progress\":\(round)"))
        }
    }

    func close() async throws {
        try await worker.withLockedValue { $0 }?.client.close()
    }

    private func acknowledged(_ sequence: UInt64) async throws {
        let (client, id) = try #require(worker.withLockedValue { $0 })
        _ = try await client.until { end in
            var decoder = DownFrameDecoder()
            var recorder = DownFrameRecorder()
            _ = (end.answers[id]?.body ?? []).withUnsafeBytes { decoder.decode($0, into: &recorder) }
            return recorder.frames.contains(.acknowledgement(sequence)) ? true : nil
        }
    }
}
