import Testing

@testable import StatusServer

/// `GET /api/jobs`.
@Suite("Listing")
struct ListTests {
    let server: Harness

    init() throws {
        server = try Harness()
        for number in 1...5 {
            let type = number % 2 == 0 ? "even" : "odd"
            try server.send(
                "POST /api/jobs",
                json:
                    "{\"taskId\":\"job-\(number)\",\"type\":\"\(type)\",\"labels\":{\"n\":\"\(number)\",\"a b\":\"ö\"}}"
            )
            server.wait(milliseconds: 10)
        }
    }

    /// The ids on a page, and its cursor.
    private func page(_ query: String) throws -> (ids: [String], next: String?) {
        let reply = try server.send("GET /api/jobs\(query)")
        #expect(reply.status == 200, "\(reply.body)")
        #expect(reply.fields == Fields.json)
        let ids = reply.body.matches(of: /"taskId":"([^"]*)"/).map { String($0.1) }
        return (ids, reply.body.firstMatch(of: /"nextCursor":"([^"]*)"/).map { String($0.1) })
    }

    @Test("No jobs")
    func empty() throws {
        #expect(try Harness().send("GET /api/jobs").body == #"{"jobs":[]}"#)
    }

    @Test("Each job is its status body, without result and metadata")
    func body() throws {
        let alone = try Harness()
        try alone.send("POST /api/jobs", json: #"{"taskId":"job-1","metadata":{"a":1}}"#)
        try alone.send("PUT /api/jobs/job-1/result?complete=1", json: "[1]")

        let reply = try alone.send("GET /api/jobs")

        #expect(
            reply.body == """
                {"jobs":[{"taskId":"job-1","status":"completed","progress":100,"message":"Completed successfully",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:50.123Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","completedAt":"2026-11-23T13:34:50.123Z","version":2,\
                "done":true,"attempt":1,"statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status",\
                "resultUrl":"http://127.0.0.1:8080/api/jobs/job-1/result",\
                "resultExpiresAt":"2026-11-24T13:34:50.123Z","retryAfterMs":0,\
                "serverTime":"2026-11-23T13:34:50.123Z"}]}
                """
        )
    }

    @Test("Newest first, page by page")
    func pages() throws {
        #expect(try page("").ids == ["job-5", "job-4", "job-3", "job-2", "job-1"])

        let first = try page("?limit=2")
        #expect(first.ids == ["job-5", "job-4"])
        try server.send("POST /api/jobs", json: #"{"taskId":"newer"}"#)
        let second = try page("?limit=2&cursor=\(try #require(first.next))")
        #expect(second.ids == ["job-3", "job-2"])
        let third = try page("?limit=2&cursor=\(try #require(second.next))")
        #expect(third.ids == ["job-1"])
    }

    @Test("Filters by status, type and labels; all must match")
    func filters() throws {
        try server.send("PATCH /api/jobs/job-2", json: #"{"status":"completed"}"#)
        try server.send("PATCH /api/jobs/job-3", json: #"{"status":"completed"}"#)
        try server.send("DELETE /api/jobs/job-3")

        #expect(try page("?status=completed").ids == ["job-2"])
        #expect(try page("?status=cancelled").ids == ["job-3"])
        #expect(try page("?type=even").ids == ["job-4", "job-2"])
        #expect(try page("?type=even&status=queued").ids == ["job-4"])
        #expect(try page("?label.n=4").ids == ["job-4"])
        #expect(try page("?label.n=4&label.a+b=%C3%B6").ids == ["job-4"])
        #expect(try page("?label.n=4&label.n=5").ids == [])
        #expect(try page("?status=&type=&limit=&cursor=&other=x").ids.count == 5)
    }

    @Test(
        "What is wrong with the query is 400 and is named",
        arguments: [
            ("status=done", "status must be queued, processing, completed, failed or cancelled"),
            ("limit=0", "limit must be a whole number from 1 to 1000"),
            ("limit=1001", "limit must be a whole number from 1 to 1000"),
            ("cursor=x", "cursor must be the nextCursor of the page before"),
            ("type=%zz", "The query is not percent-encoded UTF-8"),
        ]
    )
    func malformed(query: String, detail: String) throws {
        let reply = try server.send("GET /api/jobs?\(query)")

        #expect(reply.status == 400)
        #expect(reply.body == "{\"error\":\"Malformed request\",\"code\":\"malformed\",\"detail\":\"\(detail)\"}")
    }
}
