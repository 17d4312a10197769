import Bytes
import HTTP2
import ResultStore
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

/// What whoever sends a result hears where a quota is used up, on each of the ways in.
@Suite("Results beyond a quota", .timeLimit(.minutes(1)))
struct QuotaAnswerTests {
    /// A result that does not compress.
    private static func noise(_ length: Int) -> [UInt8] {
        var generator = SeededBytes(seed: 9)
        return generator.bytes(length)
    }

    private enum Way: CaseIterable { case http1, http2 }

    /// The status and the code of the answer to a result of the job `id`.
    private func put(_ content: [UInt8], _ id: String, by way: Way, to server: TestServer) async throws -> (Int, String)
    {
        let target = "/api/jobs/\(id)/result?complete=1"
        let status: Int
        let text: String
        switch way {
        case .http1:
            let client = try await server.connect()
            let head = "PUT \(target) HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            let request = Array("\(head)Content-Length: \(content.count)\r\n\r\n".utf8) + content
            // The server may answer and close before it has taken everything.
            async let sending: Void? = try? client.send(bytes: request)
            let answer = try await client.answers(1, untilClosed: true)[0]
            try await client.close()
            await sending
            (status, text) = (answer.status, String(decoding: answer.body, as: UTF8.self))
        case .http2:
            let client = try await HTTP2Client.connect(to: server.port)
            let answer = try await client.answer(client.request("PUT", target, type: "text/plain", body: content))
            try await client.close()
            (status, text) = (answer.status, String(decoding: answer.body, as: UTF8.self))
        }
        let codes = ["resultTooLarge", "overQuota"]
        return (status, codes.first { text.contains(#""code":"\#($0)""#) } ?? "")
    }

    @Test(
        "413 for one that is too large, 507 when all together are, and room again when one goes",
        arguments: Way.allCases
    )
    private func bridge(_ way: Way) async throws {
        try await TestServer.run(resultLimit: 400_000, resultStorage: 700_000) { server in
            for id in ["large", "first", "second"] { try await server.submit(id) }
            #expect(try await put(Self.noise(400_001), "large", by: way, to: server) == (413, "resultTooLarge"))
            #expect(try await put(Self.noise(400_000), "first", by: way, to: server) == (201, ""))
            #expect(try await put(Self.noise(400_000), "second", by: way, to: server) == (507, "overQuota"))
            // The job goes on, and nothing of what was refused takes room.
            #expect(server.services.snapshot("second")?.state == .queued)
            #expect(server.services.snapshot("large")?.state == .queued)
            #expect(server.services.results.count == 1)
            #expect(try await server.ask("DELETE /api/jobs/first").status == 200)
            #expect(try await put(Self.noise(400_000), "second", by: way, to: server) == (201, ""))
        }
    }

    @Test("A worker's stream hears of both that it is over quota, and goes on")
    func stream() async throws {
        let worker = try await WorkerHarness(resultLimit: 400_000, resultStorage: 700_000)
        try await worker.open { output in
            for handle in UInt32(0)..<3 {
                output.appendBind(handle: handle, taskID: "job-\(handle)", creating: JobDescription())
            }
        }
        var number: UInt64 = 3
        func send(_ length: Int, as transfer: UInt32) async throws -> [DownFrame] {
            let content = Self.noise(length)
            let starts = stride(from: 0, to: length, by: 50_000)
            number += UInt64(starts.reduce(2) { count, _ in count + 1 })
            try await worker.send { output in
                output.appendResultBegin(transfer: transfer, taskID: "job-\(transfer)", mediaType: "text/plain")
                for start in starts {
                    content[start..<min(start + 50_000, length)].withUnsafeBytes {
                        output.appendResultBytes(transfer: transfer, $0)
                    }
                }
                output.appendResultEnd(transfer: transfer, length: UInt64(length))
            }
            return await worker.until(.acknowledgement(number))
        }
        func isRefused(_ down: [DownFrame], _ transfer: UInt32) -> Bool {
            down.contains { frame in
                if case .refusal(_, .overQuota, .transfer(transfer), _, _) = frame { true } else { false }
            }
        }
        #expect(isRefused(try await send(400_001, as: 0), 0))
        #expect(!isRefused(try await send(400_000, as: 1), 1))
        #expect(isRefused(try await send(400_000, as: 2), 2))
        let down = try await worker.send { $0.appendComplete(handle: 2) }
        #expect(!down.contains { if case .refusal = $0 { true } else { false } })
        #expect(worker.services.results.count == 1)
    }
}
