import StatusCore
import Testing

@testable import StatusServer

/// What the bridge tells of a job's life.
@Suite("History over the bridge")
struct HistoryAnswerTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"a"}"#)
    }

    @Test("The steps of a life in their order, each with time, attempt and cause")
    func life() throws {
        server.wait(milliseconds: 1_000)
        try server.send("PATCH /api/jobs/a", json: #"{"progress":12.5}"#)
        server.wait(milliseconds: 1_000)
        try server.send("PATCH /api/jobs/a", json: #"{"status":"queued"}"#)
        server.wait(milliseconds: 1_000)
        try server.send("PATCH /api/jobs/a", json: #"{"progress":50,"status":"failed"}"#)
        try server.send("DELETE /api/jobs/a")
        let reply = try server.send("GET /api/jobs/a/history")
        #expect(reply.status == 200)
        #expect(
            reply.fields == [
                "Content-Type: application/json; charset=utf-8", "X-Content-Type-Options: nosniff",
                "Cache-Control: no-store",
            ]
        )
        let expected = [
            #"{"at":"2026-11-23T13:34:50.123Z","status":"queued","attempt":1,"progress":0,"cause":"submission"}"#,
            #"{"at":"2026-11-23T13:34:51.123Z","status":"processing","attempt":1,"progress":0,"cause":"report"}"#,
            #"{"at":"2026-11-23T13:34:52.123Z","status":"queued","attempt":2,"progress":0,"cause":"retry"}"#,
            #"{"at":"2026-11-23T13:34:53.123Z","status":"processing","attempt":2,"progress":0,"cause":"report"}"#,
            #"{"at":"2026-11-23T13:34:53.123Z","status":"failed","attempt":2,"progress":50,"cause":"report"}"#,
            #"{"at":"2026-11-23T13:34:53.123Z","status":"cancelled","attempt":2,"progress":50,"removed":true,"#
                + #""cause":"deletion"}"#,
        ]
        #expect(reply.body == #"{"taskId":"a","history":["# + expected.joined(separator: ",") + "]}")
        #expect(try server.send("HEAD /api/jobs/a/history").fields == reply.fields)
    }

    @Test("Stalls and what ended them are told apart from the states")
    func stall() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"s","stallSeconds":5}"#)
        try server.send("PATCH /api/jobs/s", json: #"{"progress":1}"#)
        server.wait(milliseconds: 5_000)
        server.table.advance(to: server.now, limit: 100) { _ in }
        try server.send("PATCH /api/jobs/s", json: "{}")
        let body = try server.send("GET /api/jobs/s/history").body
        #expect(body.contains(#""status":"processing","attempt":1,"progress":1,"stalled":true,"cause":"silence"}"#))
        #expect(body.contains(#""status":"processing","attempt":1,"progress":1,"stalled":false,"cause":"report"}"#))
    }

    @Test("What came before the last 64 is counted")
    func omitted() throws {
        for _ in 0..<40 {
            try server.send("PATCH /api/jobs/a", json: #"{"progress":1}"#)
            try server.send("PATCH /api/jobs/a", json: #"{"status":"queued"}"#)
        }
        let body = try server.send("GET /api/jobs/a/history").body
        #expect(body.components(separatedBy: #"{"at":"#).count == 65)
        #expect(body.hasSuffix(#"],"omitted":17}"#))
    }

    @Test("What is not there is an error, in the order of the kept routes", .tags(.int005, .int006))
    func errors() throws {
        #expect(try server.send("GET /api/jobs/a%2Fb/history").status == 400)
        #expect(try server.send("GET /api/jobs/b/history").status == 404)
        let refused = try server.send("POST /api/jobs/a/history")
        #expect(refused.status == 405)
        #expect(refused.fields.contains("Allow: GET, HEAD"))
        server.wait(milliseconds: 86_400_000)
        #expect(try server.send("GET /api/jobs/a/history").status == 410)
    }
}
