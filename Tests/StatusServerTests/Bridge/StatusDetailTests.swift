import StatusCore
import Testing

@testable import StatusServer

/// Single keys of the status answer.
@Suite("Keys of the status answer", .tags(.unit001))
struct StatusDetailTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1","metadata":{"a":1}}"#)
    }

    @Test(
        "Progress is a number with at most two decimals",
        .tags(.unit002),
        arguments: [
            ("0", "0"), ("0.01", "0.01"), ("0.1", "0.1"), ("4.2", "4.2"), ("33.333", "33.33"), ("66.666", "66.67"),
            ("50", "50"), ("1e1", "10"), ("99.99", "99.99"), ("100", "100"),
        ]
    )
    func progress(sent: String, shown: String) throws {
        try server.send("PATCH /api/jobs/job-1", json: "{\"progress\":\(sent)}")

        #expect(try server.send("GET /api/jobs/job-1").body.contains("\"progress\":\(shown),"))
    }

    @Test(
        "The percentage of units is rounded down, so that only all of them are 100",
        .tags(.unit002),
        arguments: [
            (0, 3, "0"), (1, 3, "33.33"), (2, 3, "66.66"), (99_999, 100_000, "99.99"), (3, 3, "100"), (5, 3, "100"),
        ]
    )
    func units(done: Int, total: Int, shown: String) throws {
        try server.send("PATCH /api/jobs/job-1", json: "{\"units\":{\"done\":\(done),\"total\":\(total)}}")

        let body = try server.send("GET /api/jobs/job-1").body
        #expect(body.contains("\"progress\":\(shown),"))
        #expect(body.contains("\"units\":{\"done\":\(done),\"total\":\(total)}"))
    }

    @Test("A percentage never goes back, while units show what was said", .tags(.unit002))
    func maximum() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"units":{"done":3,"total":4}}"#)
        try server.send("PATCH /api/jobs/job-1", json: #"{"units":{"done":1,"total":4}}"#)

        let body = try server.send("GET /api/jobs/job-1").body
        #expect(body.contains(#""progress":75,"#))
        #expect(body.contains(#""units":{"done":1,"total":4}"#))
    }

    @Test("What is not known of a step or of units is left out")
    func parts() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"step":"reading","units":{"done":7}}"#)
        var body = try server.send("GET /api/jobs/job-1").body
        #expect(body.contains(#""step":{"name":"reading"},"units":{"done":7}"#))
        #expect(body.contains(#""message":"Processing: reading...""#))

        try server.send("PATCH /api/jobs/job-1", json: #"{"step":{"index":3}}"#)
        body = try server.send("GET /api/jobs/job-1").body
        #expect(body.contains(#""step":{"index":3}"#))
        #expect(body.contains(#""message":"Processing...""#))
    }

    @Test("Metadata stands in reads of a single job only")
    func metadata() throws {
        let shown = #""metadata":{"a":1}"#
        #expect(try server.send("GET /api/jobs/job-1").body.contains(shown))
        #expect(try server.send("GET /api/jobs/job-1/status").body.contains(shown))
        #expect(try !server.send("GET /api/jobs").body.contains("metadata"))
        #expect(try !server.send("PATCH /api/jobs/job-1", json: "{}").body.contains("metadata"))
    }

    @Test("URLs begin with the host that the client used, or with the public URL")
    func urls() throws {
        #expect(
            try server.send("GET /api/jobs/job-1", host: "mcp-security:3000").body
                .contains(#""statusUrl":"http://mcp-security:3000/api/jobs/job-1/status""#)
        )
        #expect(
            try server.send("GET /api/jobs/job-1", host: "[::1]:8080").body
                .contains(#""statusUrl":"http://[::1]:8080/api/jobs/job-1/status""#)
        )
        let proxied = try Harness(BridgeConfiguration(publicURL: "https://jobs.example.com/telltale/"))
        try proxied.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        #expect(
            try proxied.send("GET /api/jobs/job-1").body
                .contains(#""statusUrl":"https://jobs.example.com/telltale/api/jobs/job-1/status""#)
        )
    }

    @Test("Without a host, which HTTP/1.0 allows, there are no URLs")
    func noHost() throws {
        let reply = try server.send("GET /api/jobs/job-1", host: nil)

        #expect(reply.status == 200)
        #expect(!reply.body.contains("Url"))
    }

    @Test("A job whose worker has gone silent is stalled until it reports again")
    func stalled() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"slow","stallSeconds":5}"#)
        try server.send("PATCH /api/jobs/slow", json: #"{"progress":1}"#)
        server.wait(milliseconds: 6_000)
        server.table.advance(to: server.now, limit: 1_000) { _ in }
        #expect(try server.send("GET /api/jobs/slow").body.contains(#","stalled":true,"#))

        try server.send("PATCH /api/jobs/slow", json: "{}")
        #expect(try !server.send("GET /api/jobs/slow").body.contains("stalled"))
    }

    @Test("result=0 leaves the result out, and so does its size or its media type")
    func result() throws {
        try server.send("PUT /api/jobs/job-1/result?complete=1", json: "[1,2]")
        #expect(try server.send("GET /api/jobs/job-1").body.contains(#""result":[1,2],"completedAt""#))
        #expect(try !server.send("GET /api/jobs/job-1?result=0").body.contains(#""result":"#))
        #expect(try server.send("GET /api/jobs/job-1?result=0").body.contains(#""completedAt""#))

        let strict = try Harness(BridgeConfiguration(inlineResultLimit: 4))
        try strict.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        try strict.send("PUT /api/jobs/job-1/result?complete=1", json: "[1,2]")
        #expect(try !strict.send("GET /api/jobs/job-1").body.contains(#""result":"#))

        try server.send("POST /api/jobs", json: #"{"taskId":"text"}"#)
        try server.send("PUT /api/jobs/text/result?complete=1", ["Content-Type: text/plain"], body: "[1]")
        let text = try server.send("GET /api/jobs/text").body
        #expect(!text.contains(#""result":"#))
        #expect(text.contains(#""resultUrl":"http://127.0.0.1:8080/api/jobs/text/result""#))
    }

    @Test("A result that is too long for the event loop comes into the same body through the result store")
    func streamed() throws {
        let long = "[" + String(repeating: "1234567,", count: 20_000) + "0]"
        try server.send("PUT /api/jobs/job-1/result?complete=1", json: long)

        let reply = try server.send("GET /api/jobs/job-1", ["Accept-Encoding: gzip"])

        #expect(reply.isStreamed)
        #expect(reply.fields == Fields.kept)
        #expect(reply.body.hasPrefix(#"{"taskId":"job-1","status":"completed","progress":100,"#))
        #expect(reply.body.contains("\"result\":\(long),\"completedAt\":\"2026-11-23T13:34:50.123Z\""))
        #expect(reply.body.hasSuffix(#""serverTime":"2026-11-23T13:34:50.123Z"}"#))
    }

    @Test("A result whose time is over is not shown any more")
    func resultExpiry() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"brief","resultTtlSeconds":10}"#)
        try server.send("PUT /api/jobs/brief/result?complete=1", json: "1")
        #expect(
            try server.send("GET /api/jobs/brief").body.contains(#""resultExpiresAt":"2026-11-23T13:35:00.123Z""#)
        )
        server.wait(milliseconds: 10_000)

        let body = try server.send("GET /api/jobs/brief").body
        #expect(body.contains(#""status":"completed""#))
        #expect(!body.contains(#""result"#))
    }
}
