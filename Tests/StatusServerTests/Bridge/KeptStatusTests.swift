import Testing

/// `GET /api/jobs/{taskId}/status` and its alias: the body of each state, byte by byte.
@Suite("The status answer", .tags(.unit001))
struct KeptStatusTests {
    let server: Harness

    init() throws {
        server = try Harness()
    }

    @Test("A queued job")
    func queued() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        server.wait(milliseconds: 1_000)

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(reply.status == 200)
        #expect(reply.fields == Fields.kept)
        #expect(
            reply.body == """
                {"taskId":"job-1","status":"queued","progress":0,"message":"Queued for processing...",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:50.123Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","version":1,"done":false,"attempt":1,\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status","retryAfterMs":500,\
                "serverTime":"2026-11-23T13:34:51.123Z"}
                """
        )
    }

    @Test("A processing job without a step, and a quarter of it done after ten seconds")
    func processing() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        server.wait(milliseconds: 10_000)
        try server.send("PATCH /api/jobs/job-1", json: #"{"progress":25}"#)

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(
            reply.body == """
                {"taskId":"job-1","status":"processing","progress":25,"message":"Processing...",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:35:00.123Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","estimatedCompletion":"2026-11-23T13:35:30.123Z",\
                "version":2,"done":false,"attempt":1,"startedAt":"2026-11-23T13:35:00.123Z",\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status","retryAfterMs":3000,\
                "serverTime":"2026-11-23T13:35:00.123Z"}
                """
        )
    }

    @Test("A processing job without progress has no estimate")
    func noEstimate() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"processing"}"#)

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(!reply.body.contains("estimatedCompletion"))
    }

    @Test("Everything that a submitter and a worker can say")
    func everything() throws {
        try server.send(
            "POST /api/jobs",
            json: """
                {"taskId":"job-1","type":"sanitize","labels":{"team":"öl","area":"a\\"b"},"parentId":"job-0",
                 "metadata":{"file": "a b.txt", "n": [1, 2]},"ttlSeconds":60}
                """
        )
        try server.send(
            "PATCH /api/jobs/job-1",
            json: """
                {"units":{"done":1,"total":3,"unit":"files"},"step":{"index":2,"total":5,"name":"chunk \\"2\\""},
                 "note":"line 1\\nline 2"}
                """
        )

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(
            reply.body == """
                {"taskId":"job-1","status":"processing","progress":33.33,"message":"Processing: chunk \\"2\\"...",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:50.123Z",\
                "expiresAt":"2026-11-23T13:35:50.123Z","estimatedCompletion":"2026-11-23T13:34:50.123Z",\
                "version":2,"done":false,"attempt":1,"startedAt":"2026-11-23T13:34:50.123Z","type":"sanitize",\
                "step":{"index":2,"total":5,"name":"chunk \\"2\\""},"units":{"done":1,"total":3,"unit":"files"},\
                "note":"line 1\\nline 2","labels":{"area":"a\\"b","team":"öl"},\
                "metadata":{"file":"a b.txt","n":[1,2]},"parentId":"job-0",\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status","retryAfterMs":500,\
                "serverTime":"2026-11-23T13:34:50.123Z"}
                """
        )
    }

    @Test("A completed job with a JSON result")
    func completed() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        server.wait(milliseconds: 2_000)
        try server.send("PUT /api/jobs/job-1/result?complete=1", json: #"{"sum": 3}"#)
        server.wait(milliseconds: 1_000)

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(reply.fields == Fields.kept)
        #expect(
            reply.body == """
                {"taskId":"job-1","status":"completed","progress":100,"message":"Completed successfully",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:52.123Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","result":{"sum": 3},\
                "completedAt":"2026-11-23T13:34:52.123Z","version":2,"done":true,"attempt":1,\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status",\
                "resultUrl":"http://127.0.0.1:8080/api/jobs/job-1/result",\
                "resultExpiresAt":"2026-11-24T13:34:50.123Z","retryAfterMs":0,\
                "serverTime":"2026-11-23T13:34:53.123Z"}
                """
        )
    }

    @Test("A failed job is HTTP 200, says why in its message, and has no top-level error")
    func failed() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        try server.send(
            "PATCH /api/jobs/job-1",
            json: #"{"status":"failed","failure":{"code":"E_READ","text":"no such file","retryable":true}}"#
        )

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(reply.status == 200)
        #expect(
            reply.body == """
                {"taskId":"job-1","status":"failed","progress":0,"message":"no such file",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:50.123Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","version":2,"done":true,"attempt":1,\
                "failure":{"code":"E_READ","text":"no such file","retryable":true},\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status","retryAfterMs":0,\
                "serverTime":"2026-11-23T13:34:50.123Z"}
                """
        )
    }

    @Test("A job that failed without a word")
    func failedSilently() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"failed"}"#)

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(reply.body.contains(#""message":"Processing failed""#))
        #expect(reply.body.contains(#""failure":{"retryable":false}"#))
    }

    @Test("A cancelled job says when, why, and what its worker did about it")
    func cancelled() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        server.wait(milliseconds: 500)
        try server.send("POST /api/jobs/job-1/cancel", json: #"{"reason":"not needed"}"#)

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(
            reply.body == """
                {"taskId":"job-1","status":"cancelled","progress":0,"message":"Job cancelled",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:50.623Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","version":2,"done":true,"attempt":1,\
                "cancellation":{"requestedAt":"2026-11-23T13:34:50.623Z","reason":"not needed","worker":"pending"},\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status","retryAfterMs":0,\
                "serverTime":"2026-11-23T13:34:50.623Z"}
                """
        )
    }

    @Test("The alias answers the same, and so do HEAD, one trailing slash, and an id with escapes")
    func alias() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        let reply = try server.send("GET /api/jobs/job-1/status")

        for line in [
            "GET /api/jobs/job-1", "HEAD /api/jobs/job-1/status", "GET /api/jobs/job-1/", "GET /api/jobs/job-1/status/",
            "GET /api/jobs/%6Aob-1/status", "GET /%61pi/jobs/job-1/st%61tus", "GET /api/jobs/job-1?unknown=1",
        ] {
            let other = try server.send(line)
            #expect(other.body == reply.body, "\(line)")
            #expect(other.fields == reply.fields, "\(line)")
        }
    }

    @Test("A removed job reads cancelled: progress as it was, no result, no failure, no completion")
    func removed() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        try server.send("PUT /api/jobs/job-1/result?complete=1", json: "[1]")
        try server.send("DELETE /api/jobs/job-1")

        let reply = try server.send("GET /api/jobs/job-1/status")

        #expect(
            reply.body == """
                {"taskId":"job-1","status":"cancelled","progress":100,"message":"Job cancelled",\
                "createdAt":"2026-11-23T13:34:50.123Z","updatedAt":"2026-11-23T13:34:50.123Z",\
                "expiresAt":"2026-11-24T13:34:50.123Z","version":3,"done":true,"attempt":1,\
                "statusUrl":"http://127.0.0.1:8080/api/jobs/job-1/status","retryAfterMs":0,\
                "serverTime":"2026-11-23T13:34:50.123Z"}
                """
        )
    }
}
