import Deflate
import HTTP2
import NIOCore
import Testing

@testable import StatusServer

/// The ways to read many jobs, over sockets, on both transports.
@Suite("Reading over sockets", .timeLimit(.minutes(2)))
struct ReadingConnectionTests {
    private static let json = "Content-Type: application/json\r\n"
    private static let many = #"{"ids":["# + Array(repeating: #""a""#, count: 100).joined(separator: ",") + "]}"

    private func gunzip(_ bytes: [UInt8]) -> String {
        let inflater = Inflater(format: .gzip)
        var output = [UInt8](repeating: 0, count: 1_000_000)
        let step = bytes.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { inflater.inflate(input, into: $0) }
        }
        #expect(step.consumed == bytes.count)
        return String(decoding: output[..<step.produced], as: UTF8.self)
    }

    /// The jobs in a batch.
    private func count(_ text: String) -> Int {
        text.components(separatedBy: #"{"taskId":"a","status":"queued""#).count - 1
    }

    @Test("batchGet, plain and compressed, on HTTP/1.1", .tags(.int011))
    func http1() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let plain = try await server.ask("POST /api/jobs:batchGet", Self.json, body: Self.many)
            #expect(plain.status == 200)
            #expect(plain.field("Content-Encoding") == nil)
            #expect(count(plain.text) == 100)
            let asked = Self.json + "Accept-Encoding: gzip\r\n"
            let packed = try await server.ask("POST /api/jobs:batchGet", asked, body: Self.many)
            #expect(packed.field("Content-Encoding") == "gzip")
            #expect(packed.field("Vary") == "Accept-Encoding")
            #expect(count(gunzip(packed.body)) == 100)
        }
    }

    @Test("batchGet, plain and compressed, on HTTP/2")
    func http2() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await HTTP2Client.connect(to: server.port)
            let body = Array(Self.many.utf8)
            let plain = try await client.answer(
                client.request("POST", "/api/jobs:batchGet", type: "application/json", body: body)
            )
            #expect(plain.status == 200)
            #expect(count(plain.text) == 100)
            let id = try await client.run { end in
                var head = HeaderBlock(request: "GET", authority: "a", path: "/api/jobs?ids=" + Self.query)
                head.append(name: "accept-encoding", value: "gzip")
                return end.session.request(head, endStream: true)
            }
            let packed = try await client.answer(try #require(id))
            #expect(count(gunzip(packed.body)) == 100)
        }
    }

    private static let query = Array(repeating: "a", count: 100).joined(separator: ",")

    @Test("A page of a named origin is let read on both transports, and other pages on neither")
    func origins() async throws {
        try await TestServer.run(origins: ["https://app.example.com"]) { server in
            try await server.submit("a")
            for (origin, granted) in [("https://app.example.com", true), ("https://evil.example", false)] {
                let field = "Origin: \(origin)\r\n"
                let first = try await server.ask("GET /api/jobs/a/status", field)
                #expect(first.status == 200)
                #expect(first.field("Access-Control-Allow-Origin") == (granted ? origin : nil))
                let client = try await HTTP2Client.connect(to: server.port)
                let id = try await client.run { end in
                    var head = HeaderBlock(request: "GET", authority: "a", path: "/api/jobs/a/status")
                    head.append(name: "origin", value: origin)
                    return end.session.request(head, endStream: true)
                }
                let second = try await client.answer(try #require(id))
                #expect(second.status == 200)
                #expect(second.fields["access-control-allow-origin"] == (granted ? origin : nil))
                try await client.close()
            }
        }
    }

    @Test("A job's history on both transports, and none once the job is over", .tags(.int006))
    func history() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            let first = try await server.ask("GET /api/jobs/a/history")
            #expect(first.status == 200)
            #expect(first.text.contains(#""status":"cancelled","attempt":1,"progress":0,"cause":"cancellation"}]}"#))
            let client = try await HTTP2Client.connect(to: server.port)
            let second = try await client.answer(client.request("GET", "/api/jobs/a/history"))
            #expect(second.text == first.text)
            try await client.close()
            let body = #"{"taskId":"b","ttlSeconds":1}"#
            #expect(try await server.ask("POST /api/jobs", Self.json, body: body).status == 202)
            var status = 200
            while status == 200 { status = try await server.ask("GET /api/jobs/b/history").status }
            #expect(status == 410)
        }
    }
}
