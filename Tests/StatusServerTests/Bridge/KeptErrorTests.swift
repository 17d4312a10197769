import Bytes
import Testing

@testable import StatusServer

/// The errors of the four kept routes, and the form of errors in general.
@Suite("Errors", .tags(.unit005))
struct KeptErrorTests {
    static let kept = [
        "GET /api/jobs/ID/status", "GET /api/jobs/ID", "GET /api/jobs/ID/result", "DELETE /api/jobs/ID",
    ]

    let server: Harness

    init() throws {
        server = try Harness()
    }

    @Test("An id that no job can have is 400", arguments: kept)
    func badID(line: String) throws {
        let tooLong = String(repeating: "x", count: 65)
        for id in ["a.b", "a%2Fb", "a%20b", "%zz", "%", "..", "caf%C3%A9", "a%00", tooLong, "a%252Db"] {
            let reply = try server.send(line.replacing("ID", with: id))
            #expect(reply.status == 400, "\(id)")
            #expect(reply.fields == Fields.json)
            #expect(reply.body == #"{"error":"Invalid taskId format","code":"invalidTaskId"}"#)
        }
    }

    @Test("An id that no job has is 404", arguments: kept)
    func unknown(line: String) throws {
        let reply = try server.send(line.replacing("ID", with: "job-1"))

        #expect(reply.status == 404)
        #expect(reply.fields == Fields.json)
        #expect(reply.body == #"{"error":"Job not found","taskId":"job-1","code":"unknownJob"}"#)
    }

    @Test("A job whose time is over is 410", arguments: kept)
    func expired(line: String) throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1","ttlSeconds":60}"#)
        server.wait(milliseconds: 60_000)

        let reply = try server.send(line.replacing("ID", with: "job-1"))

        #expect(reply.status == 410)
        #expect(reply.fields == Fields.json)
        #expect(
            reply.body == """
                {"error":"Job has expired","taskId":"job-1","expiredAt":"2026-11-23T13:35:50.123Z","code":"expired"}
                """
        )
    }

    @Test(
        "A path that leads nowhere is 404",
        arguments: ["/", "/api", "/api/jobs/a/b", "/api/jobs/a/status/x", "//", "/apis"]
    )
    func unknownRoute(path: String) throws {
        let reply = try server.send("GET \(path)")

        #expect(reply.status == 404)
        #expect(reply.body == #"{"error":"There is nothing at this path","code":"unknownRoute"}"#)
    }

    @Test(
        "A method that the route does not know is 405 and names those that it does",
        arguments: [
            ("DELETE /api/jobs", "GET, HEAD, POST"), ("POST /api/jobs/a", "GET, HEAD, PATCH, DELETE"),
            ("DELETE /api/jobs/a/status", "GET, HEAD"), ("POST /api/jobs/a/result", "GET, HEAD, PUT"),
            ("GET /api/jobs/a/cancel", "POST"), ("GET /v1/updates", "POST"), ("POST /health", "GET, HEAD"),
            ("OPTIONS /api/jobs", "GET, HEAD, POST"), ("BREW /livez", "GET, HEAD"),
        ]
    )
    func method(line: String, allow: String) throws {
        let reply = try server.send(line)

        #expect(reply.status == 405)
        #expect(reply.fields == Fields.json + ["Allow: \(allow)"])
        #expect(reply.body == #"{"error":"Method not allowed","code":"methodNotAllowed"}"#)
    }

    @Test("A client that names application/problem+json gets RFC 9457, with the job's state as jobStatus")
    func problem() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)

        let reply = try server.send(
            "GET /api/jobs/job-1/result",
            ["Accept: application/problem+json, application/json;q=0.9"]
        )

        #expect(reply.status == 409)
        #expect(
            reply.fields == [
                "Content-Type: application/problem+json", "X-Content-Type-Options: nosniff", "Cache-Control: no-store",
            ]
        )
        #expect(
            reply.body == """
                {"type":"about:blank","title":"Conflict","status":409,"detail":"Job not completed",\
                "error":"Job not completed","taskId":"job-1","jobStatus":"queued","progress":0,"code":"notCompleted"}
                """
        )
    }

    @Test("A problem's detail is the particular one where there is one")
    func problemDetail() throws {
        let reply = try server.send(
            "POST /api/jobs",
            ["Accept: application/problem+json", "Content-Type: application/json"],
            body: #"{"taskid":"x"}"#
        )

        #expect(
            reply.body == """
                {"type":"about:blank","title":"Bad Request","status":400,"detail":"Unknown keys: taskid",\
                "error":"Malformed request","code":"malformed"}
                """
        )
    }

    @Test(
        "Everyone else gets plain JSON",
        arguments: ["*/*", "application/*", "application/json", "application/problem+json;q=0", ""]
    )
    func plain(accept: String) throws {
        let reply = try server.send("GET /api/jobs/job-1", ["Accept: \(accept)"])

        #expect(reply["Content-Type"] == "application/json; charset=utf-8")
    }

    @Test("What a transport finds out by itself has the same form, and ends the connection")
    func transport() {
        var output = OutputBuffer()
        let fields = server.bridge.failure(
            status: 431,
            code: "headTooLarge",
            text: "The request headers are too large",
            into: &output
        )
        let reply = Reply(fields, output.copy())

        #expect(reply.status == 431)
        #expect(reply.closes)
        #expect(reply.fields == Fields.json)
        #expect(reply.body == #"{"error":"The request headers are too large","code":"headTooLarge"}"#)
    }
}
