import NIOCore
import StatusCore
import Testing

@testable import StatusServer

@Suite("HTTP/1.1 connections")
struct HTTP1ConnectionTests {
    @Test("Pipelined requests are answered in their order on one connection")
    func pipelining() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            let paths = (0..<200).map {
                $0 % 3 == 0 ? "/health" : $0 % 3 == 1 ? "/api/jobs/a/status" : "/nowhere/\($0)"
            }
            try await client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            let answers = try await client.answers(200)
            for (index, answer) in answers.enumerated() {
                #expect(answer.status == (index % 3 == 2 ? 404 : 200))
                #expect(answer.text.contains(index % 3 == 0 ? "healthy" : index % 3 == 1 ? "\"a\"" : "error"))
            }
            try await client.close()
        }
    }

    @Test("Pipelined requests with bodies and streamed answers keep their order too")
    func pipelinedBodies() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("big", length: 300_000)
            let client = try await server.connect()
            try await client.send(
                "GET /api/jobs/big/result HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"ta\r\nb\r\nskId\":\"new\"\r\n1\r\n}\r\n0\r\n\r\n"
                    + "PUT /api/jobs/new/result HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                    + "HEAD /api/jobs/big/result HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /api/jobs/new HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            let answers = try await client.answers(6, headOnly: [3], untilClosed: true)
            #expect(answers.map(\.status) == [200, 202, 201, 200, 200, 200])
            #expect(answers[0].body == content)
            #expect(answers[3].field("Content-Length") == "300000")
            #expect(answers[4].text.contains("\"new\""))
            #expect(answers[5].field("Connection") == "close")
        }
    }

    @Test("Hundreds of pipelined results are answered without ever deeper calls")
    func pipelinedResults() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("r", length: 10)
            let client = try await server.connect()
            let request = "GET /api/jobs/r/result HTTP/1.1\r\nHost: a\r\n\r\n"
            try await client.send(String(repeating: request, count: 1_300))
            let answers = try await client.answers(1_300)
            #expect(answers.allSatisfy { $0.body == content })
            try await client.close()
        }
    }

    @Test("A connection is kept in 1.1 and closed on request; in 1.0 it is the other way round")
    func keepAlive() async throws {
        try await TestServer.run { server in
            let kept = try await server.connect()
            for _ in 1...3 { try await kept.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n") }
            #expect(try await kept.answers(3).allSatisfy { $0.field("Connection") == nil })
            try await kept.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /health HTTP/1.1\r\n")
            #expect(try await kept.answers(4, untilClosed: true).last?.field("Connection") == "close")

            let old = try await server.connect()
            try await old.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await old.answers(1)[0].field("Connection") == "keep-alive")
            try await old.send("GET /health HTTP/1.0\r\n\r\n")
            #expect(try await old.answers(2, untilClosed: true).last?.field("Connection") == "close")
        }
    }

    @Test("HEAD has the head of a GET and no body")
    func head() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            try await client.send(
                "HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\nHEAD /api/jobs/a/status HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            let answers = try await client.answers(3, headOnly: [0, 1], untilClosed: true)
            #expect(answers.map(\.status) == [404, 200, 404])
            #expect(answers[0].field("Content-Length") == answers[2].field("Content-Length"))
            #expect(answers[0].field("Date") != nil)
        }
    }

    @Test("A client that waits for 100 gets it before its body, and a final answer where the body is not wanted")
    func expectation() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await server.connect()
            let fields = "Host: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\n"
            try await client.send("PUT /api/jobs/a/result HTTP/1.1\r\n\(fields)")
            #expect(try await client.answers(1)[0].status == 100)
            try await client.send("hello")
            #expect(try await client.answers(2)[1].status == 201)
            try await client.send("PUT /api/jobs/absent/result HTTP/1.1\r\n\(fields)")
            let last = try await client.answers(3, untilClosed: true)[2]
            #expect(last.status == 404)
            #expect(last.field("Connection") == "close")
        }
    }

    @Test("What is no HTTP is answered and closed")
    func garbage() async throws {
        try await TestServer.run { server in
            for (text, status) in [
                ("GET /\u{1} HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
                ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
                ("POST /api/jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz", 400),
            ] {
                let client = try await server.connect()
                try await client.send(text)
                let answer = try await client.answers(1, untilClosed: true)[0]
                #expect(answer.status == status, "\(text)")
                #expect(answer.field("Connection") == "close")
                try await client.close()
            }
        }
    }
}
