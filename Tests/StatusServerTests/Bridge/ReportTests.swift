import StatusCore
import Testing

@testable import StatusServer

/// `PATCH /api/jobs/{taskId}`.
@Suite("Reporting")
struct ReportTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
    }

    private func report(_ json: String) throws -> Reply {
        try server.send("PATCH /api/jobs/job-1", json: json)
    }

    @Test("A report is answered with the status body")
    func answer() throws {
        let reply = try report(#"{"progress":50,"step":"half","note":"n"}"#)

        #expect(reply.status == 200)
        #expect(reply.fields == Fields.json)
        #expect(reply.body == (try server.send("GET /api/jobs/job-1").body))
    }

    @Test("Progress, units and a step start a queued job; a heartbeat and a note do not")
    func start() throws {
        for json in [
            #"{"progress":0}"#, #"{"units":{"done":0,"total":9}}"#, #"{"step":"x"}"#, #"{"status":"processing"}"#,
        ] {
            let fresh = try Harness()
            try fresh.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
            let reply = try fresh.send("PATCH /api/jobs/job-1", json: json)
            #expect(reply.body.contains(#""status":"processing""#), "\(json)")
        }
        for json in ["{}", #"{"note":"soon"}"#] {
            #expect(try report(json).body.contains(#""status":"queued""#), "\(json)")
        }
    }

    @Test("A heartbeat moves neither version nor updatedAt; no body is one too")
    func heartbeat() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"processing"}"#)
        server.wait(milliseconds: 1_000)

        for reply in [try report("{}"), try server.send("PATCH /api/jobs/job-1")] {
            #expect(reply.status == 200)
            #expect(reply.body.contains(#""version":2,"#))
            #expect(reply.body.contains(#""updatedAt":"2026-11-23T13:34:50.123Z""#))
        }
    }

    @Test("Everything in one report: the update first, then the end")
    func together() throws {
        let reply = try report(#"{"status":"completed","progress":80,"note":"done","units":{"done":8,"total":10}}"#)

        #expect(reply.status == 200)
        #expect(reply.body.contains(#""status":"completed","progress":100"#))
        #expect(reply.body.contains(#""note":"done""#))
        #expect(reply.body.contains(#""units":{"done":8,"total":10}"#))
    }

    @Test("queued is a retry: the next attempt, from zero, and what was asked for already is 200")
    func retry() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"progress":50,"step":"x"}"#)

        let reply = try report(#"{"status":"queued","note":"again"}"#)

        #expect(reply.status == 200)
        #expect(reply.body.contains(#""status":"queued","progress":0"#))
        #expect(reply.body.contains(#""attempt":2"#))
        #expect(reply.body.contains(#""note":"again""#))
        #expect(!reply.body.contains(#""step""#))
        #expect(try report(#"{"status":"queued"}"#).body.contains(#""attempt":2"#))
        // Naming the present attempt makes sure of it, naming a newer one begins that.
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"processing"}"#)
        #expect(try report(#"{"status":"queued","attempt":2}"#).body.contains(#""attempt":3"#))
        #expect(try report(#"{"status":"queued","attempt":7}"#).body.contains(#""attempt":7"#))
    }

    @Test("An older attempt is 409, a newer one acts as a retry")
    func attempts() throws {
        let newer = try report(#"{"attempt":3,"progress":10}"#)
        #expect(newer.status == 200)
        #expect(newer.body.contains(#""attempt":3"#))

        let older = try report(#"{"attempt":2,"progress":20}"#)
        #expect(older.status == 409)
        #expect(
            older.body == """
                {"error":"Attempt is over","taskId":"job-1","status":"processing","code":"attemptIsOver",\
                "detail":"The job is at attempt 3"}
                """
        )
    }

    @Test(
        "Asking a finished job for the state it has is 200, for anything else 409",
        arguments: ["completed", "failed", "cancelled"]
    )
    func finished(state: String) throws {
        try server.send("PATCH /api/jobs/job-1", json: "{\"status\":\"\(state)\"}")
        let before = try server.send("GET /api/jobs/job-1").body

        #expect(try report("{\"status\":\"\(state)\"}").status == 200)
        for json in ["{}", #"{"progress":1}"#, #"{"status":"queued"}"#, #"{"status":"processing"}"#] {
            let reply = try report(json)
            #expect(reply.status == 409)
            #expect(
                reply.body == """
                    {"error":"Job already finished","taskId":"job-1","status":"\(state)","code":"alreadyFinished"}
                    """
            )
        }
        #expect(try server.send("GET /api/jobs/job-1").body == before)
    }

    @Test("Cancelling by report tells the worker that owns the job")
    func cancel() throws {
        _ = server.table.bind(
            TaskID("job-1")!,
            attempt: 0,
            creating: nil,
            sharing: false,
            owner: OwnerID(2),
            handle: Handle(9),
            at: server.now
        )

        #expect(try report(#"{"status":"cancelled"}"#).body.contains(#""status":"cancelled""#))
        #expect(server.cancels.lines == ["owner 2 handle 9 reason none"])
    }

    @Test(
        "What is wrong with a report is 400 and is named",
        arguments: [
            (#"{"Progress":1}"#, "Unknown keys: Progress"),
            (#"{"progress":101}"#, "progress must be a number from 0 to 100"),
            (#"{"progress":-0.1}"#, "progress must be a number from 0 to 100"),
            (#"{"progress":"50"}"#, "progress must be a number from 0 to 100"),
            (#"{"progress":null}"#, "progress must be a number from 0 to 100"),
            (#"{"status":"done"}"#, "status must be queued, processing, completed, failed or cancelled"),
            (#"{"units":5}"#, "units must be an object"),
            (#"{"units":{"total":5}}"#, "units.done must be given"),
            (#"{"units":{"done":-1}}"#, "units.done must be a whole number from 0 to 9223372036854775807"),
            (#"{"units":{"done":1,"rate":2}}"#, "Unknown keys: units.rate"),
            (#"{"step":{}}"#, "step.name must be given, or index"),
            (#"{"step":""}"#, "step must be text of 1 to 256 bytes, or an object"),
            (#"{"step":{"index":0}}"#, "step.index must be a whole number from 1 to 4294967295"),
            (#"{"note":1}"#, "note must be text of 0 to 1024 bytes"),
            (#"{"attempt":0}"#, "attempt must be a whole number from 1 to 4294967295"),
            (#"{"failure":{"text":"x"}}"#, "failure must be sent with status failed"),
            (#"{"status":"failed","failure":"x"}"#, "failure must be an object"),
            (#"{"status":"failed","failure":{"why":"x"}}"#, "Unknown keys: failure.why"),
            (
                #"{"status":"queued","progress":1}"#,
                "status must be sent without progress, units and step when it is queued: a retry clears them"
            ),
        ]
    )
    func malformed(body: String, detail: String) throws {
        let reply = try report(body)

        #expect(reply.status == 400)
        #expect(reply.body == "{\"error\":\"Malformed request\",\"code\":\"malformed\",\"detail\":\"\(detail)\"}")
        #expect(try server.send("GET /api/jobs/job-1").body.contains(#""version":1,"#))
    }

    @Test("A note has at most 1,024 bytes")
    func note() throws {
        #expect(try report("{\"note\":\"\(String(repeating: "n", count: 1_024))\"}").status == 200)
        #expect(try report("{\"note\":\"\(String(repeating: "n", count: 1_025))\"}").status == 400)
    }

    @Test("A report answers 400, 404, 410 and 400 in that order")
    func order() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"gone","ttlSeconds":1}"#)
        server.wait(milliseconds: 1_000)

        #expect(try server.send("PATCH /api/jobs/a.b", json: "nonsense").status == 400)
        #expect(try server.send("PATCH /api/jobs/none", json: "nonsense").status == 404)
        #expect(try server.send("PATCH /api/jobs/gone", json: "nonsense").status == 410)
        #expect(try server.send("PATCH /api/jobs/job-1", json: "nonsense").status == 400)
    }
}
