import Crypto
import Testing

@testable import StatusServer

/// Whole results and parts of them, through sockets: each question is asked over HTTP/1.1 and over HTTP/2.
@Suite("A stored result as it is")
struct RangeTests {
    /// One answer, whichever way it came.
    private struct Answer {
        var status: Int
        var body: [UInt8]
        var fields: [String: String]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Asks for `/api/jobs/a/result` with `query` both ways, and gives `check` both answers.
    private func ask(
        _ server: TestServer,
        _ query: String = "?raw=1",
        _ fields: [String: String] = [:],
        _ check: (Answer) -> Void
    ) async throws {
        let lines = fields.map { "\($0.key): \($0.value)\r\n" }.joined()
        let first = try await server.ask("GET /api/jobs/a/result\(query)", lines)
        var named: [String: String] = [:]
        for line in first.lines {
            let parts = line.components(separatedBy: ": ")
            named[parts[0].lowercased()] = parts[1...].joined(separator: ": ")
        }
        check(Answer(status: first.status, body: first.body, fields: named))
        let client = try await HTTP2Client.connect(to: server.port)
        let stream = try await client.request("GET", "/api/jobs/a/result\(query)", fields: fields)
        let second = try await client.answer(stream)
        check(Answer(status: second.status, body: second.body, fields: second.fields))
        try await client.close()
    }

    @Test("Each form has its own strong tag and its digest", .tags(.int003))
    func tags() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("a", length: 600_000)
            let digest = "sha-256=:\(Base64.text(Array(SHA256.hash(data: content)))):"
            var tags: Set<String> = []
            try await ask(server) { answer in
                #expect(answer.status == 200)
                #expect(answer.body == content)
                #expect(answer.fields["repr-digest"] == digest)
                #expect(answer.fields["accept-ranges"] == "bytes")
                #expect(answer.fields["content-encoding"] == nil)
                #expect(answer.fields["etag"]?.hasPrefix("\"") == true)
                tags.insert(answer.fields["etag"] ?? "")
            }
            try await ask(server, "", ["accept-encoding": "gzip"]) { answer in
                #expect(answer.fields["content-encoding"] == "gzip")
                let digest = "sha-256=:\(Base64.text(Array(SHA256.hash(data: answer.body)))):"
                #expect(answer.fields["repr-digest"] == digest)
                tags.insert(answer.fields["etag"] ?? "")
            }
            #expect(tags.count == 2)
            for tag in tags {
                let isGzip = try await server.ask(
                    "GET /api/jobs/a/result",
                    "Accept-Encoding: gzip\r\nIf-None-Match: \"x\", W/\(tag)\r\n"
                )
                let isPlain = try await server.ask("GET /api/jobs/a/result", "If-None-Match: \(tag)\r\n")
                #expect([isGzip.status, isPlain.status].sorted() == [200, 304])
            }
        }
    }

    @Test("One range is 206 with those bytes, whatever the client takes", .tags(.int003, .unit004))
    func one() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("a", length: 600_000)
            try await ask(server, "?raw=1", ["range": "bytes=262100-262200", "accept-encoding": "gzip"]) { answer in
                #expect(answer.status == 206)
                #expect(answer.fields["content-range"] == "bytes 262100-262200/600000")
                #expect(answer.fields["content-length"] == "101")
                #expect(answer.fields["content-encoding"] == nil)
                #expect(answer.body == Array(content[262_100...262_200]))
            }
            try await ask(server, "?raw=1", ["range": "bytes=-1"]) { answer in
                #expect(answer.status == 206)
                #expect(answer.body == [content[599_999]])
            }
        }
    }

    @Test("Several ranges come as parts, and too many or overlapping ones as the whole", .tags(.int003))
    func several() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("a", length: 600_000)
            try await ask(server, "?raw=1", ["range": "bytes=500000-500001,0-2"]) { answer in
                #expect(answer.status == 206)
                let type = answer.fields["content-type"] ?? ""
                let boundary = String(type.drop { $0 != "=" }.dropFirst())
                #expect(type == "multipart/byteranges; boundary=\(boundary)")
                #expect(boundary.count > 10)
                func head(_ range: String) -> [UInt8] {
                    Array(
                        """
                        --\(boundary)\r\nContent-Type: application/octet-stream\r\n\
                        Content-Range: bytes \(range)/600000\r\n\r\n
                        """.utf8
                    )
                }
                let expected =
                    head("500000-500001") + content[500_000...500_001] + Array("\r\n".utf8) + head("0-2")
                    + content[0...2] + Array("\r\n--\(boundary)--\r\n".utf8)
                #expect(answer.body == expected)
            }
            for range in ["bytes=0-5,5-6", "bytes=" + (0..<9).map { "\($0 * 2)-\($0 * 2)" }.joined(separator: ",")] {
                try await ask(server, "?raw=1", ["range": range]) { answer in
                    #expect(answer.status == 200)
                    #expect(answer.body == content)
                }
            }
        }
    }

    @Test("A range that does not exist is 416 and says how much there is", .tags(.int003))
    func unsatisfiable() async throws {
        try await TestServer.run { server in
            _ = try await server.complete("a", length: 1_000)
            try await ask(server, "?raw=1", ["range": "bytes=1000-"]) { answer in
                #expect(answer.status == 416)
                #expect(answer.fields["content-range"] == "bytes */1000")
                #expect(answer.text.contains(#""code":"rangeNotSatisfiable""#))
            }
        }
    }

    @Test("A range counts only for the bytes that the client began with", .tags(.int003))
    func ifRange() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("a", length: 1_000)
            let tag = try #require(try await server.ask("GET /api/jobs/a/result").field("ETag"))
            for (value, status) in [(tag, 206), ("\"other\"", 200), ("W/" + tag, 200), ("Mon, 23 Nov 2026", 200)] {
                try await ask(server, "?raw=1", ["range": "bytes=10-19", "if-range": value]) { answer in
                    #expect(answer.status == status)
                    #expect(answer.body == (status == 206 ? Array(content[10..<20]) : content))
                }
            }
        }
    }

    @Test("HEAD says what a GET of the whole would bring, and takes no range", .tags(.int003))
    func head() async throws {
        try await TestServer.run { server in
            _ = try await server.complete("a", length: 600_000)
            let client = try await server.connect()
            try await client.send("HEAD /api/jobs/a/result?raw=1 HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n")
            let answer = try await client.answers(1, headOnly: [0])[0]
            #expect(answer.status == 200)
            #expect(answer.field("Content-Length") == "600000")
            #expect(answer.field("ETag") != nil)
            try await client.close()
        }
    }

    @Test("Inside an envelope there are no ranges and no tags")
    func envelope() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let stored = try await server.ask(
                "PUT /api/jobs/a/result?complete=1",
                "Content-Type: application/json\r\n",
                body: "[1,2,3]"
            )
            #expect(stored.status == 201)
            try await ask(server, "", ["range": "bytes=0-1"]) { answer in
                #expect(answer.status == 200)
                #expect(answer.fields["etag"] == nil)
                #expect(answer.text.hasPrefix(#"{"taskId":"a","status":"completed","result":[1,2,3],"#))
            }
            try await ask(server, "?raw=1", ["range": "bytes=0-1"]) { answer in
                #expect(answer.status == 206)
                #expect(answer.text == "[1")
            }
        }
    }
}
