import HTTP2
import StatusCore
import Testing

@testable import StatusServer

@Suite("HTTP/2 connections")
struct HTTP2ConnectionTests {
    @Test("Requests of every kind are answered on one connection")
    func requests() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let made = try await client.answer(
                client.request("POST", "/api/jobs", type: "application/json", body: Array(#"{"taskId":"a"}"#.utf8))
            )
            #expect(made.status == 202)
            let put = try await client.request(
                "PUT",
                "/api/jobs/a/result?complete=1",
                type: "text/plain",
                body: Array("hi".utf8)
            )
            #expect(try await client.answer(put).status == 201)
            #expect(try await client.answer(client.request("GET", "/api/jobs/a/result")).text == "hi")
            #expect(try await client.answer(client.request("GET", "/nowhere")).status == 404)
            let head = try await client.answer(client.request("HEAD", "/api/jobs/a/result"))
            #expect(head.length == "2")
            #expect(head.body.isEmpty && head.hasEnded && head.errorCode == .noError)
            try await client.close()
        }
    }

    @Test("A JSON body that is too large is answered while it is sent, and the rest is called off")
    func tooLarge() async throws {
        try await TestServer.run { server in
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await client.request("POST", "/api/jobs", type: "application/json", ends: false)
            try await client.write(id, [UInt8](repeating: 32, count: 300_000))
            let answer = try await client.answer(id)
            #expect(answer.status == 413)
            #expect(answer.hasEnded && answer.errorCode == .noError)
            #expect(try await client.answer(client.request("GET", "/health")).status == 200)
            try await client.close()
        }
    }

    @Test("The connection's window is whole again after streams that ended in every way")
    func connectionWindow() async throws {
        try await TestServer.run(resultLimit: 400_000) { server in
            let client = try await HTTP2Client.connect(to: server.port)
            try await server.submit("a")
            let window = try await client.until {
                $0.session.connectionSendWindow > 1 << 20 ? $0.session.connectionSendWindow : nil
            }
            let bytes = [UInt8](repeating: 97, count: 700_000)
            // More in all than the window: were a byte of any of them forgotten, the last would wait for ever.
            for round in 0..<Limits.connectionWindow / 700_000 + 2 {
                switch round % 4 {
                case 0:
                    _ = try await client.answer(
                        client.request("PUT", "/api/jobs/a/result", type: "text/plain", body: bytes)
                    )
                case 1: _ = try await client.answer(client.request("DELETE", "/api/jobs/absent", body: bytes))
                case 2:
                    let id = try await client.request(
                        "PUT",
                        "/api/jobs/a/result",
                        type: "text/plain",
                        body: bytes,
                        ends: false
                    )
                    try await client.run { $0.session.reset(id, .cancel) }
                default:
                    let id = try await client.request(
                        "POST",
                        "/v1/updates",
                        type: "application/vnd.telltale.updates",
                        body: bytes
                    )
                    _ = try await client.answer(id)
                }
            }
            #expect(try await client.answer(client.request("GET", "/health")).status == 200)
            #expect(try await client.run { $0.session.connectionSendWindow } >= window / 2 - 1)
            try await client.close()
        }
    }

    @Test("A reader who opens no window holds back his own download and nothing else")
    func heldBack() async throws {
        try await TestServer.run { server in
            let content = try await server.complete("big", length: 8_000_000)
            let client = try await HTTP2Client.connect(to: server.port)
            let big = try await client.run { end in
                end.reads = false
                return end.session.request(
                    HeaderBlock(request: "GET", authority: "a", path: "/api/jobs/big/result"),
                    endStream: true
                )
            }
            let id = try #require(big)
            let window = HTTP2Settings().streamWindow
            let held = try await client.until { end in
                (end.answers[id]?.body.count ?? 0) >= window ? end.answers[id]?.body.count : nil
            }
            #expect(held == window)
            #expect(try await client.answer(client.request("GET", "/health")).status == 200)
            try await client.run { end in
                end.reads = true
                let count = end.answers.values.reduce(0) { $0 + $1.body.count }
                end.session.consume(id, held)
                end.session.consumeConnection(count)
            }
            #expect(try await client.answer(id).body == content)
            try await client.close()
        }
    }

    @Test("An upload that is reset leaves nothing behind")
    func cutUpload() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            let client = try await HTTP2Client.connect(to: server.port)
            let id = try await client.request(
                "PUT",
                "/api/jobs/a/result",
                type: "text/plain",
                body: [1, 2, 3],
                ends: false
            )
            try await client.run { $0.session.reset(id, .cancel) }
            let patch = try await client.request(
                "PATCH",
                "/api/jobs/a",
                type: "application/json",
                body: Array(#"{"status":"completed"}"#.utf8)
            )
            #expect(try await client.answer(patch).status == 200)
            #expect(try await client.answer(client.request("GET", "/api/jobs/a/result")).status == 404)
            try await client.close()
        }
    }

    @Test("A peer that breaks the protocol is told so and closed")
    func broken() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(bytes: ProtocolDetector.preface + [0, 0, 1, 0, 0, 0, 0, 0, 1, 0])
            let received = await client.ended()
            // SETTINGS and, last, GOAWAY (type 7).
            #expect(received.bytes.count > 26)
            #expect(received.bytes.suffix(17).dropFirst(3).first == 7 || received.bytes.contains(7))
            try await client.close()
        }
    }
}
