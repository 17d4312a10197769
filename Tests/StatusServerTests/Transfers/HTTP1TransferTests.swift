import NIOCore
import StatusCore
import Testing

@testable import StatusServer

@Suite("Results over HTTP/1.1")
struct HTTP1TransferTests {
    private static func put(_ id: String, _ fields: String) -> String {
        "PUT /api/jobs/\(id)/result HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test(
        "A client that is still sending can read why its result is too large",
        arguments: ["Content-Length: 1000000000000\r\n", "Transfer-Encoding: chunked\r\n"]
    )
    func tooLarge(_ framing: String) async throws {
        try await TestServer.run(resultLimit: 1_000_000) { server in
            try await server.submit("a")
            let client = try await server.connect()
            try await client.send(Self.put("a", "Content-Type: text/plain\r\n\(framing)"))
            let piece = Array("10000\r\n".utf8) + [UInt8](repeating: 97, count: 65_536) + Array("\r\n".utf8)
            async let sending: Void = client.sendUntilClosed(piece)
            let answer = try await client.answers(1, untilClosed: true)[0]
            #expect(answer.status == 413)
            #expect(answer.field("Connection") == "close")
            try await client.close()
            await sending
        }
    }

    @Test("A result that is found malformed is answered without waiting for its end")
    func malformed() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            try await client.send(Self.put("a", "Content-Type: application/json\r\nContent-Length: 1000000000\r\n"))
            async let sending: Void = client.sendUntilClosed([UInt8](repeating: 125, count: 65_536))
            #expect(try await client.answers(1, untilClosed: true)[0].status == 400)
            try await client.close()
            await sending
        }
    }

    @Test("A result in chunks of one byte arrives whole")
    func smallChunks() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            let text = String(repeating: "1\r\nx\r\n", count: 100_000) + "0\r\n\r\n"
            try await client.send(Self.put("a", "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n") + text)
            #expect(try await client.answers(1)[0].status == 201)
            try await client.send("PATCH /api/jobs/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n")
            try await client.send("Content-Length: 22\r\n\r\n{\"status\":\"completed\"}")
            try await client.send("GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.answers(3)[2].body == [UInt8](repeating: 120, count: 100_000))
            try await client.close()
        }
    }

    @Test("An upload that is cut, cleanly or by a reset, leaves nothing behind", arguments: [true, false])
    func cut(_ isReset: Bool) async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            try await client.send(
                Self.put("a", "Expect: 100-continue\r\nContent-Type: text/plain\r\nContent-Length: 500000\r\n")
            )
            _ = try await client.answers(1)
            try await client.send(bytes: [UInt8](repeating: 97, count: 400_000))
            if isReset { try await client.reset() } else { try await client.close() }
            #expect(
                try await server.ask(
                    "PATCH /api/jobs/a",
                    "Content-Type: application/json\r\n",
                    body: #"{"status":"completed"}"#
                ).status == 200
            )
            #expect(try await server.ask("GET /api/jobs/a/result").status == 404)
        }
    }

    @Test("A reader who is slow gets a large result whole, and the server keeps it waiting on the disk")
    func slowReader() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("a", length: 20_000_000)
            let client = try await server.connect(readsAtOnce: false)
            try await client.send("GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            // Others are served meanwhile, on both loops.
            for _ in 0..<20 { #expect(try await server.ask("GET /health").status == 200) }
            try await client.read()
            #expect(try await client.answers(1, untilClosed: true)[0].body == content)
        }
    }

    @Test("A reader who leaves in the middle costs nobody else anything")
    func leaver() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("a", length: 3_000_000)
            let leaver = try await server.connect()
            try await leaver.send("GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await leaver.until { $0.bytes.count > 100_000 }
            try await leaver.reset()
            #expect(try await server.ask("GET /api/jobs/a/result").body == content)
        }
    }

    @Test("A body that came with a request for a result is dropped, and the answer arrives whole")
    func bodyOfGET() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("a", length: 3_000_000)
            let client = try await server.connect()
            try await client.send("GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            async let sending: Void = client.sendUntilClosed([UInt8](repeating: 97, count: 65_536))
            let answer = try await client.answers(1, untilClosed: true)[0]
            #expect(answer.body == content)
            #expect(answer.field("Connection") == "close")
            try await client.close()
            await sending
        }
    }

    @Test("A body that nobody wants is dropped up to a limit, and the connection goes on or ends")
    func unwanted() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send("DELETE /api/jobs/absent HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            try await client.send(bytes: [UInt8](repeating: 97, count: 1_000_000))
            try await client.send("DELETE /api/jobs/absent HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n")
            #expect(try await client.answers(2).map(\.status) == [404, 404])
            async let sending: Void = client.sendUntilClosed([UInt8](repeating: 97, count: 65_536))
            await client.ended()
            try await client.close()
            await sending
        }
    }
}
