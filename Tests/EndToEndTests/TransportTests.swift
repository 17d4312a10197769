import Foundation
import Testing

/// One port, two protocols, and peers that do not behave.
@Suite("Transports")
struct TransportTests {
    @Test("HTTP/1.1 and HTTP/2 on the same port give the same answers", .tags(.int001))
    func sameAnswers() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"both"}"#)
            let first = try await server.curl("/api/jobs/both/status", "--http1.1")
            let second = try await server.curl("/api/jobs/both/status", "--http2-prior-knowledge")
            #expect(first.version == "HTTP/1.1")
            #expect(second.version == "HTTP/2")
            #expect(first.keys() == second.keys())
            for name in ["content-type", "cache-control", "x-api-version", "x-content-type-options"] {
                #expect(first.header(name) == second.header(name))
            }
            #expect(try await server.curl("/api/jobs/nobody/status", "--http2-prior-knowledge").status == 404)
        }
    }

    @Test("nghttp reads a status over HTTP/2")
    func nghttp() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"ng"}"#)
            let outcome = try await Command("nghttp", ["\(server.url)/api/jobs/ng/status"]).run()
            #expect(outcome.code == 0)
            #expect(outcome.text.hasPrefix(#"{"taskId":"ng","status":"queued""#))
        }
    }

    @Test("Pipelined requests are answered in their order")
    func pipelining() async throws {
        try await Server.with { server in
            let socket = try Socket(port: server.port)
            let count = 200
            socket.send(
                (0..<count).map { "GET /api/jobs/p\($0)/status HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined()
                    + "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            let text = await socket.receiveText()
            let ids = text.components(separatedBy: #""taskId":""#).dropFirst().map { $0.prefix { $0 != "\"" } }
            #expect(ids.map(String.init) == (0..<count).map { "p\($0)" })
        }
    }

    @Test("A request may come a byte at a time")
    func slowRequest() async throws {
        try await Server.with { server in
            let socket = try Socket(port: server.port)
            for byte in Array("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8) {
                socket.send([byte])
            }
            #expect(await socket.receiveText().hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(
        "What is no HTTP gets a JSON error and is closed, and others go on",
        arguments: [
            ("\u{16}\u{3}\u{1}\u{2}\u{0}TLS?\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505"),
            ("POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
            ("GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\nHost: a\r\n\r\n", "414"),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 70_000))\r\n\r\n", "431"),
        ]
    )
    func noHTTP(_ request: String, _ status: String) async throws {
        try await Server.with { server in
            let other = try Socket(port: server.port)
            other.send("GET /livez HT")

            let socket = try Socket(port: server.port)
            socket.send(request)
            let text = await socket.receiveText()
            #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(text.prefix(200))")
            #expect(text.contains("application/json"))
            #expect(text.contains(#"{"error":""#))
            #expect(text.contains("Connection: close\r\n"))

            other.send("TP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(await other.receiveText().hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("A connection that begins as HTTP/2 and goes on as noise is closed, and others go on")
    func noiseInHTTP2() async throws {
        try await Server.with { server in
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<20 {
                let socket = try Socket(port: server.port)
                socket.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                socket.send((0..<4_096).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
                socket.finish()
                _ = await socket.receive()
            }
            #expect(try await server.curl("/livez").status == 200)
        }
    }

    @Test("An upload that is cut off leaves no trace")
    func cutUpload() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"cut"}"#)
            do {
                let socket = try Socket(port: server.port)
                socket.send(
                    """
                    PUT /api/jobs/cut/result?complete=1 HTTP/1.1\r\nHost: localhost\r\n\
                    Content-Type: text/plain\r\nContent-Length: 1000000\r\n\r\nonly this
                    """
                )
            }
            #expect(try await server.status("cut")["status"] as? String == "queued")
            #expect(try await server.curl("/api/jobs/cut/result").status == 409)
        }
    }

    @Test("A client that waits for 100 Continue is told to go on, or refused before it sends")
    func expectation() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"expect"}"#)
            let socket = try Socket(port: server.port)
            socket.send(
                "PUT /api/jobs/expect/result HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
            )
            let interim = await socket.receiveText { $0.contains("\r\n\r\n") }
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send("hello")
            #expect(await socket.receiveText().hasPrefix("HTTP/1.1 201 "))

            let refused = try Socket(port: server.port)
            refused.send(
                "PUT /api/jobs/nobody/result HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(await refused.receiveText().hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test("A client that closes its side behind the request still gets the answer")
    func halfClosed() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"half"}"#)
            let socket = try Socket(port: server.port)
            socket.send(
                "PUT /api/jobs/half/result?complete=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: 5\r\n\r\nhello"
            )
            socket.finish()
            #expect(await socket.receiveText().hasPrefix("HTTP/1.1 201 "))
            let body = try await server.status("half")
            #expect(body["status"] as? String == "completed")
        }
    }
}
