import StatusCore
import Testing

@testable import StatusServer

/// `wait=` and `Prefer: wait=`: which answers wait, for what, and how they end.
@Suite("Answers that wait", .tags(.unit005))
struct WaitTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
    }

    private static let status = "GET /api/jobs/job-1/status"

    @Test("With a version the answer comes as soon as the job has another one")
    func version() throws {
        let reply = try server.send("\(Self.status)?wait=10&version=1")

        #expect(try server.resume(reply) == nil)
        try server.send("PATCH /api/jobs/job-1", json: #"{"progress":25}"#)
        let answer = try #require(try server.resume(reply))
        #expect(answer.status == 200)
        #expect(answer.fields.contains("X-API-Version: 1.1"))
        #expect(answer["Preference-Applied"] == "wait=10")
        #expect(answer.body.contains(#""progress":25"#))
        #expect(answer.body.contains(#""version":2"#))
    }

    @Test(
        "Without a version it comes when the job is terminal, however it is asked for",
        arguments: ["status?wait=10", "status", "result?wait=10"]
    )
    func terminal(path: String) throws {
        let fields = path == "status" ? ["Prefer: respond-async, wait=10"] : []
        let reply = try server.send("GET /api/jobs/job-1/\(path)", fields)

        try server.send("PATCH /api/jobs/job-1", json: #"{"progress":25}"#)
        #expect(try server.resume(reply) == nil)
        try server.send("PUT /api/jobs/job-1/result?complete=1", json: "[1]")
        let answer = try #require(try server.resume(reply))
        #expect(answer.status == 200)
        #expect(answer.body.contains(#""result":[1]"#))
        #expect(answer["Preference-Applied"] == "wait=10")
    }

    @Test(
        "What is there already is answered at once, and the preference confirmed",
        arguments: [("?wait=10&version=0", 10), ("?version=7&wait=300", 30), ("?wait=0", 0)]
    )
    func atOnce(query: String, seconds: Int) throws {
        let reply = try server.send(Self.status + query)

        #expect(reply.wait == nil)
        #expect(reply.status == 200)
        #expect(reply["Preference-Applied"] == "wait=\(seconds)")
    }

    @Test("A terminal job is not waited for")
    func alreadyTerminal() throws {
        try server.send("DELETE /api/jobs/job-1")

        #expect(try server.send("\(Self.status)?wait=10").status == 200)
        #expect(try server.send("GET /api/jobs/job-1/result?wait=10").status == 409)
        // But for another version of it one may wait: a removal is one.
        let reply = try server.send("\(Self.status)?wait=10&version=2")
        #expect(try server.resume(reply) == nil)
    }

    @Test("When the time is up there is an answer: the status as it is, a result that is not there")
    func timeOut() throws {
        let status = try server.send("\(Self.status)?wait=10")
        let result = try server.send("GET /api/jobs/job-1/result", ["Prefer: wait=10"])

        let first = try #require(try server.resume(status, isOver: true))
        #expect(first.status == 200)
        #expect(first.body.contains(#""status":"queued""#))
        let second = try #require(try server.resume(result, isOver: true))
        #expect(second.status == 409)
        #expect(second["Preference-Applied"] == "wait=10")
        #expect(
            second.body == """
                {"error":"Job not completed","taskId":"job-1","status":"queued","progress":0,"code":"notCompleted"}
                """
        )
    }

    @Test("SECONDS is cut to the limit, and the wait is a little shorter, each time by another little")
    func limit() throws {
        let waits = try (0..<50).map { _ in
            try #require(try server.send("\(Self.status)?wait=100000").wait).milliseconds
        }
        #expect(waits.allSatisfy { (29_000...30_000).contains($0) })
        #expect(Set(waits).count > 1)
        let longest = try #require(try server.send("\(Self.status)?wait=99999999999999999999").wait)
        #expect((29_000...30_000).contains(longest.milliseconds))
        let short = try #require(try server.send("\(Self.status)?wait=1").wait)
        #expect((950...1_000).contains(short.milliseconds))
        let longer = try Harness(BridgeConfiguration(maximumWait: 300))
        try longer.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
        #expect(try #require(try longer.send("\(Self.status)?wait=299").wait).milliseconds > 290_000)
    }

    @Test("HEAD never waits, and what is not known or over is said at once", .tags(.int005, .int006))
    func never() throws {
        let head = try server.send("HEAD /api/jobs/job-1/status?wait=10")
        #expect(head.status == 200)
        #expect(head["Preference-Applied"] == nil)
        #expect(try server.send("GET /api/jobs/job-2/status?wait=10").status == 404)
        #expect(try server.send("GET /api/jobs/a%2Fb/status?wait=10").status == 400)
        server.wait(milliseconds: 86_400_000)
        #expect(try server.send("\(Self.status)?wait=10").status == 410)
    }

    @Test("A job whose time is over while somebody waits is 410", .tags(.int006))
    func expiry() throws {
        let reply = try server.send("\(Self.status)?wait=10")
        server.wait(milliseconds: 86_400_000)

        #expect(try #require(try server.resume(reply)).status == 410)
    }

    @Test("Numbers that are none are 400; empty parameters ask for nothing; a preference that is none is ignored")
    func malformed() throws {
        for query in ["wait=abc", "wait=-1", "wait=1.5", "wait=5&version=x", "wait=5s"] {
            let reply = try server.send("\(Self.status)?\(query)")
            #expect(reply.status == 400, "\(query)")
        }
        for query in ["", "wait=", "version=3", "await=3"] {
            let reply = try server.send("\(Self.status)?\(query)", ["Prefer: wait=soon"])
            #expect(reply.status == 200, "\(query)")
            #expect(reply.fields == Fields.kept)
        }
    }

    @Test("The query counts before the preference")
    func both() throws {
        let reply = try server.send("\(Self.status)?wait=0", ["Prefer: wait=10"])
        #expect(reply["Preference-Applied"] == "wait=0")
    }
}

/// `If-None-Match` on status answers.
@Suite("Conditional status requests", .tags(.unit005))
struct ConditionTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
    }

    private func get(_ tags: String..., query: String = "") throws -> Reply {
        try server.send("GET /api/jobs/job-1/status\(query)", tags.map { "If-None-Match: \($0)" })
    }

    @Test("Without the field there is no ETag: equal ones would stop n8n's pagination", .tags(.int010))
    func none() throws {
        #expect(try server.send("GET /api/jobs/job-1/status").fields == Fields.kept)
    }

    @Test("The version is the tag, and a tag that differs gets the whole status")
    func differs() throws {
        let reply = try get(#""0""#)
        #expect(reply.status == 200)
        #expect(reply["ETag"] == #"W/"1""#)
        #expect(reply.body.contains(#""version":1"#))
    }

    @Test(
        "Tags are compared weakly, in lists too, over lines too, and * is any",
        arguments: [[#""1""#], [#"W/"1""#], [#""7", W/"1""#], [#""7""#, #""1""#], ["*"], [#""a,b" , "1""#]]
    )
    func matches(lines: [String]) throws {
        let fields = lines.map { "If-None-Match: \($0)" }
        let reply = try server.send("GET /api/jobs/job-1/status", fields)
        #expect(reply.status == 304)
        #expect(reply.body.isEmpty)
        #expect(
            reply.fields == [
                #"ETag: W/"1""#, "X-Content-Type-Options: nosniff", "Cache-Control: no-store",
            ]
        )
    }

    @Test(
        "What is not this server's tag matches nothing",
        arguments: [#""01""#, "1", #""1"#, #"w/"1""#, #"W "1""#, #""""#, #""18446744073709551617""#, #""one""#]
    )
    func foreign(tag: String) throws {
        #expect(try get(tag).status == 200)
    }

    @Test("With a wait, 304 comes after it while nothing has changed, and the status when something has")
    func afterWait() throws {
        let unchanged = try get(#"W/"1""#, query: "?wait=10&version=1")
        let changed = try get(#"W/"1""#, query: "?wait=10")
        let answer = try #require(try server.resume(unchanged, isOver: true))
        #expect(answer.status == 304)
        #expect(answer["Preference-Applied"] == "wait=10")
        #expect(answer["ETag"] == #"W/"1""#)
        try server.send("DELETE /api/jobs/job-1")
        let other = try #require(try server.resume(changed))
        #expect(other.status == 200)
        #expect(other["ETag"] == #"W/"2""#)
    }

    @Test("A job that is not there has no tag")
    func unknown() throws {
        let reply = try server.send("GET /api/jobs/job-2/status", ["If-None-Match: *"])
        #expect(reply.status == 404)
        #expect(reply["ETag"] == nil)
    }
}
