import Foundation
import Testing

/// What a page in a browser can be made to send.
@Suite("Browsers")
struct BrowserTests {
    @Test("A write from a foreign page is refused")
    func foreignWrites() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"mine"}"#)
            for headers in [["-H", "Sec-Fetch-Site: cross-site"], ["-H", "Origin: https://evil.example"]] {
                let deleted = try await server.curl("/api/jobs/mine", options: ["-X", "DELETE"] + headers)
                #expect(deleted.status == 403)
                let posted = try await server.curl(
                    "/api/jobs",
                    options: ["-H", "Content-Type: application/json", "-d", "{}"] + headers
                )
                #expect(posted.status == 403)
                #expect(try await server.curl("/api/jobs/mine/status", options: headers).status == 200)
            }
            #expect(try await server.status("mine")["status"] as? String == "queued")
        }
    }

    @Test("JSON must be sent as application/json, which a plain form cannot")
    func contentType() async throws {
        try await Server.with { server in
            let form = try await server.curl("/api/jobs", "-d", "{}")
            #expect(form.status == 415)
            let updates = try await server.curl("/v1/updates", "--http2-prior-knowledge", "-d", "x")
            #expect(updates.status == 415)
        }
    }

    @Test("A host with a dot that is not ours is refused: DNS rebinding")
    func rebinding() async throws {
        try await Server.with(["--allow-host", "jobs.example.com"]) { server in
            let hosts = [
                ("evil.example.com", 421), ("jobs.example.com", 200), ("telltale:8080", 200), ("192.168.1.7", 200),
            ]
            for (host, status) in hosts {
                let answer = try await server.curl("/livez", "-H", "Host: \(host)")
                #expect(answer.status == status, "\(host)")
            }
        }
    }

    @Test("No answer allows other origins to read it")
    func noCORS() async throws {
        try await Server.with { server in
            let answer = try await server.curl("/health", "-H", "Origin: https://evil.example")
            #expect(answer.header("access-control-allow-origin") == nil)
        }
    }
}
