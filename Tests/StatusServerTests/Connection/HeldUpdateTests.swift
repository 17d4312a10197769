import Bytes
import HTTP2
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("What a worker's stream holds", .tags(.int002, .e2e006), .timeLimit(.minutes(2)))
struct HeldUpdateTests {
    private static let type = "application/vnd.telltale.updates"

    private static func frames(_ build: (inout OutputBuffer) -> Void) -> [UInt8] {
        var output = OutputBuffer()
        build(&output)
        return output.copy()
    }

    private static func decode(_ bytes: [UInt8]) -> [DownFrame] {
        var decoder = DownFrameDecoder()
        var recorder = DownFrameRecorder()
        let result = bytes.withUnsafeBytes { decoder.decode($0, into: &recorder) }
        return recorder.frames + (result == .ok ? [] : [.undecodable])
    }

    private static func until(_ client: HTTP2Client, _ id: StreamID, _ last: DownFrame) async throws {
        _ = try await client.until { end in
            decode(end.answers[id]?.body ?? []).last == last ? true : nil
        }
    }

    /// Bytes that the stream holds unread.
    private static func held(_ owner: UInt32, of server: TestServer) async -> Int {
        await withCheckedContinuation { continuation in
            server.services.streams.reach(OwnerID(owner)) { continuation.resume(returning: $0.held.readableBytes) }
        }
    }

    @Test("Behind a result that is being checked, one window of bytes waits, and the connection's other streams go on")
    func window() async throws {
        try await TestServer.run(threads: 1) { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let slow = try await client.request(
                "POST",
                "/v1/updates",
                type: Self.type,
                body: Self.frames { output in
                    output.appendHello()
                    output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
                },
                ends: false
            )
            try await Self.until(client, slow, .acknowledgement(1))
            // Both threads of the pool stand still.
            let gate = ConditionLock(value: 0)
            for _ in 0..<2 {
                server.services.transferPool.submit { _ in
                    gate.lock(whenValue: 1)
                    gate.unlock()
                }
            }
            try await client.write(slow, Self.frames { $0.appendText("x", as: 1, of: "a") })
            // Three windows of heartbeats: 12 bytes each, so that the last one tells that all are there.
            let beats = Self.frames { output in
                for _ in 0..<65_536 { output.appendUpdate(handle: 0, note: "12345678") }
            }
            for _ in 0..<4 { try await client.write(slow, beats) }

            let other = try await client.request(
                "POST",
                "/v1/updates",
                type: Self.type,
                body: Self.frames { output in
                    output.appendHello()
                    for _ in 0..<1_000 { output.appendFlush() }
                },
                ends: false
            )
            try await Self.until(client, other, .acknowledgement(1_000))
            var held = 0
            // At least the window that every stream begins with is filled; a busy stream's is larger.
            while held < Limits.firstStreamWindow - 16_384 {
                try await Task.sleep(for: .milliseconds(5))
                held = await Self.held(1, of: server)
            }
            for number: UInt64 in 1...20 {
                try await client.write(other, Self.frames { $0.appendFlush() })
                try await Self.until(client, other, .acknowledgement(1_000 + number))
                #expect(await Self.held(1, of: server) <= Limits.streamWindow)
            }
            gate.lock()
            gate.unlock(withValue: 1)
            try await Self.until(client, slow, .acknowledgement(4 + 4 * 65_536))
            #expect(await Self.held(1, of: server) == 0)
            try await client.close()
        }
    }

    @Test("A drain loses no update: what a worker has in flight is applied and acknowledged to the last")
    func drain() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let count: UInt32 = 200
            let id = try await client.request(
                "POST",
                "/v1/updates",
                type: Self.type,
                body: Self.frames { output in
                    output.appendHello(producer: "p")
                    for handle in 0..<count {
                        output.appendBind(handle: handle, taskID: "job-\(handle)", creating: JobDescription())
                    }
                },
                ends: false
            )
            try await Self.until(client, id, .acknowledgement(UInt64(count)))
            async let shutdown: Void = server.shutDown()
            // In flight while the server begins to drain.
            for round: UInt16 in 1...20 {
                try await client.write(
                    id,
                    Self.frames { output in
                        output.appendDenseRun(
                            first: 0,
                            basisPoints: [UInt16](repeating: round * 100, count: Int(count))
                        )
                    }
                )
            }
            _ = try await client.until { end in
                Self.decode(end.answers[id]?.body ?? []).contains(.goodbye(.shuttingDown)) ? true : nil
            }
            try await client.write(
                id,
                Self.frames { output in
                    for handle in 0..<count { output.appendComplete(handle: handle) }
                    output.appendGoodbye()
                },
                ends: true
            )
            let down = Self.decode(try await client.answer(id).body)
            #expect(down.last == .acknowledgement(UInt64(count) * 22 + 1))
            #expect(!down.contains { if case .refusal = $0 { true } else { false } })
            for handle in 0..<count {
                #expect(server.services.snapshot("job-\(handle)")?.state == .completed)
            }
            await shutdown
        }
    }
}
