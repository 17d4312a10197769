import Bytes
import HTTP2
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A result while it arrives")
struct PartialResultTests {
    private static let first = Array("the first half\n".utf8)
    private static let second = Array("and the second\n".utf8)

    private static func frames(_ build: (inout OutputBuffer) -> Void) -> [UInt8] {
        var output = OutputBuffer()
        build(&output)
        return output.copy()
    }

    /// A worker who has sent the first half of the result of the job `a`, and the stream that it does so on.
    private struct Worker {
        let client: HTTP2Client
        let stream: StreamID

        init(_ server: TestServer) async throws {
            client = try await HTTP2Client.connect(to: server.port)
            let opening = PartialResultTests.frames { output in
                output.appendHello()
                output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
                output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
                PartialResultTests.first.withUnsafeBytes { output.appendResultBytes(transfer: 1, $0) }
            }
            let type = "application/vnd.telltale.updates"
            stream = try await client.request("POST", "/v1/updates", type: type, body: opening, ends: false)
            // Until the pool has the bytes there is nothing to show.
            while try await server.ask("GET /api/jobs/a/result?partial=1").status != 200 { await Task.yield() }
        }

        func send(_ build: (inout OutputBuffer) -> Void) async throws {
            try await client.write(stream, PartialResultTests.frames(build))
        }

        func sendRest() async throws {
            try await send { output in
                PartialResultTests.second.withUnsafeBytes { output.appendResultBytes(transfer: 1, $0) }
                output.appendResultEnd(transfer: 1, length: 30)
            }
        }
    }

    @Test("What there is comes at once, and says that it is not all", .tags(.int003))
    func partial() async throws {
        try await TestServer.run { server in
            let worker = try await Worker(server)
            let reader = try await HTTP2Client.connect(to: server.port)
            var answer = HTTP2ClientEnd.Answer()
            // The first look may have come before the first byte was taken.
            while answer.body.isEmpty {
                answer = try await reader.answer(reader.request("GET", "/api/jobs/a/result?partial=1"))
            }
            #expect(answer.status == 200)
            #expect(answer.body == Self.first)
            #expect(answer.errorCode == .noError)
            #expect(answer.fields["x-result-offset"] == "0")
            #expect(answer.fields["x-result-complete"] == "false")
            #expect(answer.fields["content-type"] == "text/plain")
            #expect(try await server.ask("GET /api/jobs/a/result").status == 409)
            try await worker.sendRest()
            try await worker.send { $0.appendComplete(handle: 0) }
            while try await server.ask("GET /api/jobs/a/result").status != 200 { await Task.yield() }
            let whole = try await server.ask("GET /api/jobs/a/result?partial=1")
            #expect(whole.body == Self.first + Self.second)
            #expect(whole.field("X-Result-Complete") == "true")
            try await worker.client.close()
            try await reader.close()
        }
    }

    @Test("Who follows gets the rest as it comes, and a clean end when the job completes", .tags(.int003))
    func follow() async throws {
        try await TestServer.run { server in
            let worker = try await Worker(server)
            let reader = try await HTTP2Client.connect(to: server.port)
            let stream = try await reader.request("GET", "/api/jobs/a/result?partial=1&follow=1")
            let plain = try await server.connect()
            try await plain.send("GET /api/jobs/a/result?partial=1&follow=1 HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await reader.until { $0.answers[stream]?.body == Self.first ? true : nil }
            _ = await plain.until { $0.text.contains("\r\nf\r\nthe first half\n\r\n") }
            try await worker.sendRest()
            _ = try await reader.until { $0.answers[stream]?.body == Self.first + Self.second ? true : nil }
            // Whole, but the job may still go on and fail.
            #expect(try await reader.run { $0.answers[stream]?.hasEnded } == false)
            try await worker.send { $0.appendComplete(handle: 0) }
            #expect(try await reader.answer(stream).errorCode == .noError)
            let received = await plain.until { $0.text.hasSuffix("0\r\n\r\n") || $0.isEnded }
            #expect(received.text.hasSuffix("\r\nf\r\nand the second\n\r\n0\r\n\r\n"))
            // The connection goes on.
            try await plain.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await plain.until { $0.text.contains("healthy") }
            try await plain.close()
            try await reader.close()
            try await worker.client.close()
        }
    }

    @Test("When the job does not complete, or another attempt begins, the body breaks off", arguments: [0, 1, 2])
    func brokenOff(_ way: Int) async throws {
        try await TestServer.run { server in
            let worker = try await Worker(server)
            let reader = try await HTTP2Client.connect(to: server.port)
            let stream = try await reader.request("GET", "/api/jobs/a/result?partial=1&follow=1")
            let plain = try await server.connect()
            try await plain.send("GET /api/jobs/a/result?partial=1&follow=1 HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await plain.until { $0.text.contains("the first half") }
            _ = try await reader.until { $0.answers[stream]?.body == Self.first ? true : nil }
            let json = "Content-Type: application/json\r\n"
            switch way {
            case 0: _ = try await server.ask("PATCH /api/jobs/a", json, body: #"{"status":"failed"}"#)
            case 1: _ = try await server.ask("DELETE /api/jobs/a")
            default:
                _ = try await server.ask("PATCH /api/jobs/a", json, body: #"{"progress":1}"#)
                _ = try await server.ask("PATCH /api/jobs/a", json, body: #"{"status":"queued"}"#)
            }
            #expect(try await reader.answer(stream).errorCode == .internalError)
            #expect(await !plain.ended().text.contains("\r\n0\r\n"))
            try await reader.close()
            try await worker.client.close()
        }
    }

    @Test("Without anything to show there is no result, and a job that does not exist stays unknown")
    func nothing() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            #expect(try await server.ask("GET /api/jobs/a/result?partial=1").status == 404)
            #expect(try await server.ask("GET /api/jobs/b/result?partial=1").status == 404)
        }
    }
}
