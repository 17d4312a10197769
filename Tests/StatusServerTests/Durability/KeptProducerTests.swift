import Bytes
import Foundation
import HTTP2
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

/// A worker that comes back after a crash of the server resumes; section 9 of the specification.
@Suite("Producers on disk", .tags(.int002), .timeLimit(.minutes(1)))
struct KeptProducerTests {
    private final class Folder: Sendable {
        let path = NSTemporaryDirectory() + "telltale-producers-\(UUID().uuidString)"

        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// What a loss of power at this moment would leave.
        func crash() throws -> Folder {
            let copy = Folder()
            try FileManager.default.copyItem(atPath: path, toPath: copy.path)
            return copy
        }
    }

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

    private static func open(_ client: HTTP2Client, _ build: (inout OutputBuffer) -> Void) async throws -> StreamID {
        let type = "application/vnd.telltale.updates"
        return try await client.request("POST", "/v1/updates", type: type, body: frames(build), ends: false)
    }

    /// The frames of a stream once one of them is `wanted`.
    private static func until(_ client: HTTP2Client, _ id: StreamID, _ wanted: DownFrame) async throws -> [DownFrame] {
        try await client.until { end in
            let frames = decode(end.answers[id]?.body ?? [])
            return frames.contains(wanted) ? frames : nil
        }
    }

    private static func epoch(_ frames: [DownFrame]) throws -> UInt64 {
        guard case .welcome(let epoch, _) = frames.first else { throw Unexpected() }
        return epoch
    }

    private struct Unexpected: Error {}

    /// What a worker reports before the crash: `update` is its third item.
    private func crashed(after update: @escaping (inout OutputBuffer) -> Void) async throws -> (Folder, UInt64) {
        let folder = Folder()
        var epoch: UInt64 = 0
        var copy = folder
        try await TestServer.run(dataFolder: folder.path) { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client) { output in
                output.appendHello(producer: "p")
                output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
                output.appendStart(handle: 0)
                update(&output)
                output.appendFlush()
            }
            epoch = try Self.epoch(try await Self.until(client, id, .watermarks(applied: 4, durable: 4)))
            copy = try folder.crash()
            try await client.close()
        }
        return (copy, epoch)
    }

    @Test("It resumes where the disk says that it was, and the job is as it was told")
    func resumes() async throws {
        let (folder, epoch) = try await crashed { $0.appendProgress(handle: 0, basisPoints: 4_200) }
        try await TestServer.run(dataFolder: folder.path) { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client) { output in
                output.appendHello(producer: "p", epoch: epoch, firstSequence: 5)
                output.appendBind(handle: 0, taskID: "a")
                output.appendProgress(handle: 0, basisPoints: 5_000)
                output.appendFlush()
            }
            let down = try await Self.until(client, id, .watermarks(applied: 7, durable: 7))
            guard case .welcome(let next, resumed: true) = down.first else { throw Unexpected() }
            #expect(next > epoch)
            #expect(down.dropFirst().first == .acknowledgement(4))
            #expect(!down.contains { if case .refusal = $0 { true } else { false } })
            #expect(server.services.snapshot("a")?.progress.value == 5_000)
            try await client.close()
        }
    }

    @Test("A worker of before the crash that was displaced stays displaced")
    func zombie() async throws {
        let (first, old) = try await crashed { $0.appendProgress(handle: 0, basisPoints: 1) }
        var second = first
        try await TestServer.run(dataFolder: first.path) { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client) { output in
                output.appendHello(producer: "p")
                output.appendFlush()
            }
            _ = try await Self.until(client, id, .watermarks(applied: 1, durable: 1))
            second = try first.crash()
            try await client.close()
        }
        try await TestServer.run(dataFolder: second.path) { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client) { $0.appendHello(producer: "p", epoch: old, firstSequence: 5) }
            #expect(Self.decode(try await client.answer(id).body) == [.error(.displaced)])
            try await client.close()
        }
    }
}
