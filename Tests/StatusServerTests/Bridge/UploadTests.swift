import Bytes
import ResultStore
import StatusCore
import Testing

@testable import StatusServer

/// `PUT /api/jobs/{taskId}/result`.
@Suite("Uploading a result")
struct UploadTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
    }

    private func put(
        _ query: String,
        _ fields: [String] = ["Content-Type: text/plain"],
        body: String
    ) throws -> Reply {
        try server.send("PUT /api/jobs/job-1/result\(query)", fields, body: body)
    }

    @Test("The first result is 201, one that replaces it 200; neither is seen before the job completes")
    func staged() throws {
        let first = try put("", body: "one")
        #expect(first.status == 201)
        #expect(first.fields == Fields.json)
        #expect(first.body.contains(#""status":"queued""#))
        #expect(!first.body.contains("resultUrl"))
        #expect(try put("", body: "two").status == 200)
        #expect(server.results.count == 1)
        #expect(try server.send("GET /api/jobs/job-1/result").status == 409)

        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"completed"}"#)

        #expect(try server.send("GET /api/jobs/job-1/result").body == "two")
    }

    @Test("complete=1 completes the job with it")
    func completes() throws {
        let reply = try put("?complete=1", body: "one")

        #expect(reply.status == 201)
        #expect(reply.body.contains(#""status":"completed","progress":100"#))
        #expect(try server.send("GET /api/jobs/job-1/result").body == "one")
    }

    @Test("A finished job takes the bytes that it has once more, and no others")
    func finished() throws {
        _ = try put("?complete=1", body: "one")

        #expect(try put("?complete=1", body: "one").status == 200)
        let other = try put("", body: "two")
        #expect(other.status == 409)
        #expect(
            other.body == """
                {"error":"Job already finished","taskId":"job-1","status":"completed","code":"alreadyFinished"}
                """
        )
        #expect(server.results.count == 1)
        #expect(try server.send("GET /api/jobs/job-1/result").body == "one")
    }

    @Test("A finished job without a result is 409 before the body is read")
    func finishedWithout() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"cancelled"}"#)

        let reply = try put("", body: "one")

        #expect(reply.status == 409)
        #expect(
            reply.body == """
                {"error":"Job already finished","taskId":"job-1","status":"cancelled","code":"alreadyFinished"}
                """
        )
        #expect(server.results.count == 0)
    }

    @Test("attempt=N fences: an older one is 409, a newer one acts as a retry")
    func attempts() throws {
        #expect(try put("?attempt=1", body: "one").status == 201)
        #expect(try put("?attempt=2", body: "two").body.contains(#""attempt":2"#))
        #expect(server.results.count == 1)

        let older = try put("?attempt=1", body: "one")
        #expect(older.status == 409)
        #expect(older.body.hasPrefix(#"{"error":"Attempt is over","taskId":"job-1","#))
    }

    @Test("What is declared JSON must be one JSON value", arguments: ["", "{", "1 2", "{\"a\":01}", "\u{feff}1"])
    func malformedJSON(body: String) throws {
        let reply = try put("", ["Content-Type: application/json"], body: body)

        #expect(reply.status == 400)
        #expect(
            reply.body.hasPrefix(
                """
                {"error":"The result is not what it was declared to be","code":"malformedResult",\
                "detail":"not valid JSON: 
                """
            )
        )
        #expect(server.results.count == 0)
    }

    @Test("Other types are not looked into, and without a type it is octets")
    func types() throws {
        #expect(try put("", ["Content-Type: application/vnd.x+json"], body: "{").status == 201)
        #expect(try put("?complete=1", [], body: "{").status == 200)
        #expect(try server.send("GET /api/jobs/job-1/result")["Content-Type"] == "application/octet-stream")
    }

    @Test(
        "What is wrong with the head is 400 or 415 before the body is read",
        arguments: [
            ("", "Content-Type: text", 400), ("", "Content-Type: text/plain; a", 400),
            ("", "Content-Type: text/\(String(repeating: "x", count: 255))", 400),
            ("", "Content-Disposition: attachment; filename=\"\(String(repeating: "n", count: 256))\"", 400),
            ("", "Content-Disposition: attachment; filename*=UTF-8''a%0Ab", 400),
            ("", "Content-Range: bytes 0-0/2", 400), ("", "Content-Encoding: br", 415),
            ("", "Content-Encoding: gzip, gzip", 415),
            ("?attempt=0", "Accept: */*", 400), ("?attempt=-1", "Accept: */*", 400),
            ("?attempt=4294967296", "Accept: */*", 400), ("?complete=yes", "Accept: */*", 400),
        ]
    )
    func head(query: String, field: String, status: Int) throws {
        #expect(try put(query, [field], body: "x").status == status)
        #expect(server.results.count == 0)
    }

    @Test("An upload answers 400, 404 and 410 in that order")
    func order() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"gone","ttlSeconds":1}"#)
        server.wait(milliseconds: 1_000)

        for (id, status) in [("a.b", 400), ("none", 404), ("gone", 410)] {
            #expect(try server.send("PUT /api/jobs/\(id)/result?attempt=x", body: "x").status == status)
        }
    }

    @Test("A job that expires while its result arrives leaves nothing behind")
    func expiresMeanwhile() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"brief","ttlSeconds":1}"#)
        let writer = server.results.begin(.init(mediaType: "text/plain"))
        let upload = ResultUpload(
            taskID: try #require(.init("brief")),
            mediaType: "text/plain",
            name: nil,
            coding: .identity,
            isJSON: false,
            attempt: 0,
            completes: true,
            context: AnswerContext()
        )
        server.wait(milliseconds: 1_000)
        let stored = try writer.finish(at: server.now.wall)
        var output = OutputBuffer()

        let fields = server.bridge.finish(
            upload,
            .stored(stored),
            at: server.now,
            scratch: server.scratch,
            into: &output
        )

        #expect(fields.status == 410)
        #expect(server.results.count == 0)
    }

    @Test(
        "What the store cannot take is said in its own words",
        arguments: [
            (ResultUpload.Outcome.tooLarge, 413, #"{"error":"The result is too large","code":"resultTooLarge"}"#),
            (.full, 507, #"{"error":"There is no room for more results","code":"overQuota"}"#),
            (
                .failed("No space left on device"), 503,
                #"{"error":"The result could not be stored","code":"storeFailed","detail":"No space left on device"}"#
            ),
        ]
    )
    func store(outcome: ResultUpload.Outcome, status: Int, body: String) throws {
        let upload = ResultUpload(
            taskID: try #require(.init("job-1")),
            mediaType: "text/plain",
            name: nil,
            coding: .identity,
            isJSON: false,
            attempt: 0,
            completes: false,
            context: AnswerContext()
        )
        var output = OutputBuffer()
        let fields = server.bridge.finish(upload, outcome, at: server.now, scratch: server.scratch, into: &output)
        let reply = Reply(fields, output.copy())

        #expect(reply.status == status)
        #expect(reply.body == body)
        #expect(reply["Retry-After"] == (status == 503 ? "5" : nil))
    }
}
