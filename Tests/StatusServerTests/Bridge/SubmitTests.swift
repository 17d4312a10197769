import StatusCore
import Testing

@testable import StatusServer

/// `POST /api/jobs`.
@Suite("Submitting")
struct SubmitTests {
    let server: Harness

    init() throws {
        server = try Harness()
    }

    @Test("A job is created under the id that the client chose")
    func created() throws {
        let reply = try server.send("POST /api/jobs", json: #"{"taskId":"job-1","type":"t"}"#)

        #expect(reply.status == 202)
        #expect(
            reply.fields == [
                "Content-Type: application/json; charset=utf-8", "Location: /api/jobs/job-1/status",
                "X-Content-Type-Options: nosniff", "Cache-Control: no-store",
            ]
        )
        #expect(
            reply.body == """
                {"taskId":"job-1","status":"queued","progress":0,"message":"Queued for processing...",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:50.123Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","version":1,"done":false,"attempt":1,"type":"t",\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status","retryAfterMs":500,\
                "serverTime":"2026-11-23T13:34:50.123Z"}
                """
        )
    }

    @Test("Where jobs are kept, nobody finds a job that might be gone after a crash")
    func unwritten() throws {
        let kept = try Harness(publication: .byCommitter)
        #expect(try kept.send("POST /api/jobs", json: #"{"taskId":"a"}"#).status == 202)
        let asking = [
            "GET /api/jobs/a", "GET /api/jobs/a/status", "GET /api/jobs/a/result", "GET /api/jobs/a/history",
            "GET /api/jobs/a/events", "GET /api/jobs/a?wait=1", "POST /api/jobs/a/cancel", "DELETE /api/jobs/a",
        ]
        for line in asking { #expect(try kept.send(line).status == 404, "\(line)") }
        #expect(try kept.send("GET /api/jobs").body.contains(#""jobs":[]"#))
        #expect(try kept.send("GET /api/jobs?ids=a").body.contains("unknownJob"))
        // Whoever made it may say so once more.
        #expect(try kept.send("POST /api/jobs", json: #"{"taskId":"a"}"#).status == 202)
        kept.publish("a")
        #expect(try kept.send("GET /api/jobs/a/status").status == 200)
        #expect(try kept.send("GET /api/jobs").body.contains(#""taskId":"a""#))
    }

    @Test(
        "Without an id the server makes one of 26 letters and digits; no body is an empty object",
        arguments: [nil, "", "{}"]
    )
    func generated(body: String?) throws {
        let reply = try server.send("POST /api/jobs", ["Content-Type: application/json"], body: body)

        #expect(reply.status == 202)
        let location = try #require(reply["Location"])
        let id = try #require(location.split(separator: "/").dropFirst(2).first)
        #expect(id.count == 26)
        #expect(id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        #expect(reply.body.hasPrefix("{\"taskId\":\"\(id)\""))
    }

    @Test("The same submission again gets the job as it is, in any state")
    func repeated() throws {
        let body = #"{"taskId":"job-1","labels":{"a":"1","b":"2"},"metadata":{"x": 1}}"#
        try server.send("POST /api/jobs", json: body)
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"completed"}"#)

        // Defaults spelled out, another order, other white space: the same fields.
        let reply = try server.send(
            "POST /api/jobs",
            json: #"{"metadata":{"x":1},"ttlSeconds":86400,"labels":{"b":"2","a":"1"},"taskId":"job-1"}"#
        )

        #expect(reply.status == 202)
        #expect(reply.body.contains(#""status":"completed""#))
    }

    @Test("Other fields under the same id are 409")
    func conflict() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)

        let reply = try server.send("POST /api/jobs", json: #"{"taskId":"job-1","type":"other"}"#)

        #expect(reply.status == 409)
        #expect(
            reply.body == """
                {"error":"Job exists with other fields","taskId":"job-1","status":"queued","code":"conflict",\
                "detail":"Submit it with the same fields as the first time, or under another taskId"}
                """
        )
    }

    @Test("An Idempotency-Key does for a job without a name what its id does for the others")
    func idempotencyKey() throws {
        let fields = ["Content-Type: application/json", "Idempotency-Key: abc"]
        let first = try server.send("POST /api/jobs", fields, body: #"{"type":"t"}"#)
        let second = try server.send("POST /api/jobs", fields, body: #"{"type":"t"}"#)
        let other = try server.send("POST /api/jobs", fields, body: #"{"type":"u"}"#)
        let named = try server.send("POST /api/jobs", fields, body: #"{"type":"u","taskId":"job-1"}"#)

        #expect(first.status == 202)
        #expect(second.status == 202)
        #expect(first["Location"] == second["Location"])
        #expect(other.status == 409)
        #expect(named.status == 202)
    }

    @Test(
        "An Idempotency-Key has 1 to 64 bytes",
        arguments: [("", 400), (String(repeating: "k", count: 64), 202), (String(repeating: "k", count: 65), 400)]
    )
    func keyLength(key: String, status: Int) throws {
        #expect(try server.send("POST /api/jobs", ["Idempotency-Key: \(key)"]).status == status)
    }

    @Test("The id of an expired job is 410")
    func expired() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1","ttlSeconds":1}"#)
        server.wait(milliseconds: 1_000)

        let reply = try server.send("POST /api/jobs", json: #"{"taskId":"job-1","ttlSeconds":1}"#)

        #expect(reply.status == 410)
        #expect(
            reply.body == """
                {"error":"Job has expired","taskId":"job-1","expiredAt":"2026-11-23T13:34:51.123Z","code":"expired"}
                """
        )
    }

    @Test("A full table is 503 with Retry-After")
    func full() throws {
        let small = try Harness(maximumJobs: 1)
        try small.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)

        let reply = try small.send("POST /api/jobs", json: #"{"taskId":"job-2"}"#)

        #expect(reply.status == 503)
        #expect(reply.fields == Fields.json + ["Retry-After: 5"])
        #expect(reply.body == #"{"error":"The server holds as many jobs as it can","code":"overQuota"}"#)
    }

    @Test(
        "What is wrong with a body is 400 and is named",
        arguments: [
            (#"{"taskId":"a b"}"#, "taskId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"),
            (#"{"taskId":7}"#, "taskId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"),
            (#"{"parentId":""}"#, "parentId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"),
            (#"{"name":1,"Type":2}"#, "Unknown keys: name, Type"),
            (#"{"type":""}"#, "type must be text of 1 to 64 bytes"),
            (#"{"type":null}"#, "type must be text of 1 to 64 bytes"),
            (#"{"ttlSeconds":0}"#, "ttlSeconds must be a whole number from 1 to 31536000"),
            (#"{"ttlSeconds":31536001}"#, "ttlSeconds must be a whole number from 1 to 31536000"),
            (#"{"ttlSeconds":"60"}"#, "ttlSeconds must be a whole number from 1 to 31536000"),
            (#"{"resultTtlSeconds":1.5}"#, "resultTtlSeconds must be a whole number from 1 to 31536000"),
            (#"{"stallSeconds":0}"#, "stallSeconds must be a whole number from 1 to 2000000"),
            (#"{"onStall":"die"}"#, "onStall must be report or fail"),
            (#"{"labels":[]}"#, "labels must be an object"),
            (#"{"labels":{"a":1}}"#, "labels.a must be text of 0 to 256 bytes"),
            (#"{"labels":{"":"1"}}"#, "labels must be pairs with keys of 1 to 64 bytes"),
            (#"{"metadata":[1]}"#, "metadata must be an object"),
            (#"[]"#, "The body must be a JSON object"),
        ]
    )
    func malformed(body: String, detail: String) throws {
        let reply = try server.send("POST /api/jobs", json: body)

        #expect(reply.status == 400)
        #expect(reply.body == "{\"error\":\"Malformed request\",\"code\":\"malformed\",\"detail\":\"\(detail)\"}")
    }

    @Test("What is not JSON is 400", arguments: ["{", "{}{}", "{'a':1}", #"{"type":"a","type":"b"}"#, "\u{feff}{}"])
    func notJSON(body: String) throws {
        let reply = try server.send("POST /api/jobs", json: body)

        #expect(reply.status == 400)
        #expect(
            reply.body.hasPrefix(
                #"{"error":"Malformed request","code":"malformed","detail":"The body is not valid JSON: "#
            )
        )
    }

    @Test("Labels and metadata at their limits are taken, one more is not")
    func limits() throws {
        func labels(_ count: Int, key: Int, value: Int) -> String {
            let pairs = (0..<count).map { index in
                let name = "\(index)" + String(repeating: "k", count: key - "\(index)".count)
                return "\"\(name)\":\"\(String(repeating: "v", count: value))\""
            }
            return "{\"labels\":{\(pairs.joined(separator: ","))}}"
        }
        #expect(try server.send("POST /api/jobs", json: labels(16, key: 64, value: 256)).status == 202)
        #expect(try server.send("POST /api/jobs", json: labels(17, key: 64, value: 256)).status == 400)
        #expect(try server.send("POST /api/jobs", json: labels(1, key: 65, value: 1)).status == 400)
        #expect(try server.send("POST /api/jobs", json: labels(1, key: 1, value: 257)).status == 400)

        // `{"a":"…"}` without the space that was sent.
        func metadata(_ length: Int) -> String {
            "{\"metadata\":{\"a\": \"\(String(repeating: "m", count: length - 8))\"}}"
        }
        #expect(try server.send("POST /api/jobs", json: metadata(16_384)).status == 202)
        #expect(try server.send("POST /api/jobs", json: metadata(16_385)).status == 400)
    }

    @Test("A body beyond the limit is 413 and ends the connection")
    func tooLarge() throws {
        let reply = try server.send("POST /api/jobs", json: String(repeating: " ", count: 200_000))

        #expect(reply.status == 413)
        #expect(reply.closes)
        #expect(reply.body == #"{"error":"The body is too large","code":"bodyTooLarge"}"#)
    }
}
