import Bytes
import HTTP2
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("Workers' streams over HTTP/2")
struct UpdateStreamTests {
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

    private static func open(_ client: HTTP2Client, ends: Bool = false, _ build: (inout OutputBuffer) -> Void)
        async throws -> StreamID
    {
        let type = "application/vnd.telltale.updates"
        return try await client.request("POST", "/v1/updates", type: type, body: frames(build), ends: ends)
    }

    /// Everything that came down on a stream, once it ends in `last`.
    private static func until(_ client: HTTP2Client, _ id: StreamID, _ last: DownFrame) async throws -> [DownFrame] {
        try await client.until { end in
            let frames = decode(end.answers[id]?.body ?? [])
            return frames.last == last ? frames : nil
        }
    }

    @Test("A unary batch is answered in full and ends")
    func batch() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client, ends: true) { output in
                output.appendHello()
                output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
                output.appendProgress(handle: 0, basisPoints: 4_200)
                output.appendText("done", as: 1, of: "a")
                output.appendComplete(handle: 0)
            }
            let answer = try await client.answer(id)
            #expect(answer.errorCode == .noError)
            #expect(Self.decode(answer.body).last == .acknowledgement(6))
            #expect(try await client.answer(client.request("GET", "/api/jobs/a/result")).text == "done")
            try await client.close()
        }
    }

    @Test("A stream stays open, and news comes down on it without being asked for")
    func news() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client) { output in
                output.appendHello()
                output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            }
            _ = try await Self.until(client, id, .acknowledgement(1))
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            _ = try await Self.until(client, id, .cancel(0, ""))
            try await client.close()
        }
    }

    @Test("A worker that is displaced hears it at once, although it says nothing")
    func displaced() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let older = try await Self.open(client) { $0.appendHello(producer: "p") }
            _ = try await client.until { $0.answers[older]?.body.isEmpty == false ? true : nil }
            let newer = try await Self.open(client) { output in
                output.appendHello(producer: "p")
                output.appendFlush()
            }
            let answer = try await client.answer(older)
            #expect(Self.decode(answer.body).last == .error(.displaced))
            _ = try await Self.until(client, newer, .acknowledgement(1))
            try await client.close()
        }
    }

    @Test("A result known to be malformed takes no more bytes, and updates of the same stream go on")
    func malformed() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client) { output in
                output.appendHello()
                output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
                output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "application/json")
            }
            let junk = Self.frames { output in
                [UInt8](repeating: 125, count: 20_000).withUnsafeBytes { output.appendResultBytes(transfer: 1, $0) }
            }
            // Many times the window: bytes that were not given back would stop the stream.
            for _ in 0..<200 { try await client.write(id, junk) }
            try await client.write(id, Self.frames { $0.appendComplete(handle: 0) })
            let down = try await Self.until(client, id, .acknowledgement(203))
            #expect(down.contains(.result(1, held: 0, .gone)))
            #expect(try await server.ask("GET /api/jobs/a").text.contains("completed"))
            try await client.close()
        }
    }

    @Test("A worker is asked to leave at a shutdown, and nothing that it still says is lost")
    func shutdown() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await Self.open(client) { output in
                output.appendHello()
                output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            }
            _ = try await Self.until(client, id, .acknowledgement(1))
            async let shutdown: Void = server.shutDown()
            _ = try await Self.until(client, id, .goodbye(.shuttingDown))
            #expect(try await client.run { !$0.hasGoneAway })
            let late = try await client.answer(Self.open(client) { $0.appendHello() })
            #expect(Self.decode(late.body) == [.goodbye(.shuttingDown)])
            let last = Self.frames { output in
                output.appendComplete(handle: 0)
                output.appendGoodbye()
            }
            try await client.write(id, last, ends: true)
            #expect(Self.decode(try await client.answer(id).body).last == .acknowledgement(3))
            try await client.closed()
            await shutdown
        }
    }
}
