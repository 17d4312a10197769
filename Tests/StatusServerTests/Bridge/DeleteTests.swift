import ResultStore
import StatusCore
import Testing

@testable import StatusServer

/// `DELETE /api/jobs/{taskId}` and `POST /api/jobs/{taskId}/cancel`.
@Suite("Cancelling and deleting")
struct DeleteTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
    }

    private func bind() {
        let outcome = server.table.bind(
            TaskID("job-1")!,
            attempt: 0,
            creating: nil,
            sharing: false,
            owner: OwnerID(7),
            handle: Handle(3),
            at: server.now
        )
        guard case .bound = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("Deleting a live job cancels it and tells its worker")
    func cancelled() throws {
        bind()

        let reply = try server.send("DELETE /api/jobs/job-1")

        #expect(reply.status == 200)
        #expect(reply.fields == Fields.kept)
        #expect(
            reply.body == #"{"taskId":"job-1","status":"cancelled","message":"Job cancelled successfully"}"#
        )
        #expect(server.cancels.lines == ["owner 7 handle 3 reason none"])
    }

    @Test(
        "Deleting a finished job removes it, again and again, and frees its result",
        arguments: ["completed", "failed"]
    )
    func removed(state: String) throws {
        try server.send("PUT /api/jobs/job-1/result", json: "[1]")
        try server.send("PATCH /api/jobs/job-1", json: "{\"status\":\"\(state)\"}")
        #expect(server.results.count == 1)

        for _ in 1...2 {
            let reply = try server.send("DELETE /api/jobs/job-1")
            #expect(reply.status == 200)
            #expect(reply.fields == Fields.kept)
            #expect(
                reply.body == #"{"taskId":"job-1","status":"cancelled","message":"Job deleted successfully"}"#
            )
        }
        #expect(server.results.count == 0)
        #expect(server.cancels.lines.isEmpty)
    }

    @Test("A body and a content type with GET or DELETE are ignored")
    func bodies() throws {
        #expect(try server.send("GET /api/jobs/job-1", json: #"{"a":1}"#).status == 200)
        #expect(try server.send("GET /api/jobs/job-1", ["Content-Type: application/json"]).status == 200)
        #expect(try server.send("DELETE /api/jobs/job-1", json: "not json").status == 200)
    }

    @Test("Cancel ends a live job as DELETE does, and passes the reason on")
    func cancel() throws {
        bind()

        let reply = try server.send("POST /api/jobs/job-1/cancel", json: #"{"reason":"too slow"}"#)

        #expect(reply.status == 200)
        #expect(reply.fields == Fields.kept)
        #expect(
            reply.body == #"{"taskId":"job-1","status":"cancelled","message":"Job cancelled successfully"}"#
        )
        #expect(server.cancels.lines == ["owner 7 handle 3 reason too slow"])
    }

    @Test("Cancel changes nothing on a finished job and says how it stands")
    func cancelFinished() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"completed"}"#)
        let before = try server.send("GET /api/jobs/job-1")

        let reply = try server.send("POST /api/jobs/job-1/cancel")

        #expect(reply.status == 200)
        #expect(reply.body == before.body)
    }

    @Test(
        "Cancel answers 400, 404, 410 and 400 in that order",
        arguments: [
            ("/api/jobs/a.b/cancel", 400), ("/api/jobs/none/cancel", 404), ("/api/jobs/gone/cancel", 410),
            ("/api/jobs/job-1/cancel", 400),
        ]
    )
    func order(path: String, status: Int) throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"gone","ttlSeconds":1}"#)
        server.wait(milliseconds: 1_000)

        #expect(try server.send("POST \(path)", json: #"{"reasons":1}"#).status == status)
    }
}
