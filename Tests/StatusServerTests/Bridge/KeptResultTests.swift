import Testing

@testable import StatusServer

/// `GET /api/jobs/{taskId}/result`.
@Suite("The result answer")
struct KeptResultTests {
    let server: Harness

    init() throws {
        server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)
    }

    private func complete(_ fields: [String], _ body: String) throws {
        server.wait(milliseconds: 1_500)
        #expect(try server.send("PUT /api/jobs/job-1/result?complete=1", fields, body: body).status == 201)
    }

    @Test("A JSON result stands in its envelope, as it was sent")
    func envelope() throws {
        try complete(["Content-Type: application/json"], "{ \"text\" : \"a\\u00e9\" }\n")

        let reply = try server.send("GET /api/jobs/job-1/result")

        #expect(reply.status == 200)
        #expect(
            reply.fields == [
                "Content-Type: application/json; charset=utf-8", "Vary: Accept-Encoding",
                "X-Content-Type-Options: nosniff", "X-API-Version: 1.1", "X-Async-Processing: true",
            ]
        )
        #expect(
            reply.body == """
                {"taskId":"job-1","status":"completed","result":{ "text" : "a\\u00e9" }
                ,"completedAt":"2026-11-23T13:34:51.623Z","processingTime":1500}
                """
        )
    }

    @Test("It is gzip when the client takes that, and the same inside")
    func gzip() throws {
        try complete(["Content-Type: application/json"], "[1,2,3]")

        let reply = try server.send("GET /api/jobs/job-1/result", ["Accept-Encoding: gzip, compress, deflate, br"])

        #expect(reply["Content-Encoding"] == "gzip")
        #expect(reply["Vary"] == "Accept-Encoding")
        #expect(
            reply.body == """
                {"taskId":"job-1","status":"completed","result":[1,2,3],\
                "completedAt":"2026-11-23T13:34:51.623Z","processingTime":1500}
                """
        )
        #expect(try server.send("GET /api/jobs/job-1/result", ["Accept-Encoding: br"])["Content-Encoding"] == nil)
        #expect(try server.send("GET /api/jobs/job-1/result", ["Accept-Encoding: gzip;q=0"])["Content-Encoding"] == nil)
    }

    @Test("A result of another type comes as it is, in a sandbox")
    func bytes() throws {
        try complete(["Content-Type: text/plain; charset=utf-8"], "line\n")

        let reply = try server.send("GET /api/jobs/job-1/result")

        #expect(reply.body == "line\n")
        // The tag and the digest are the SHA-256 of those five bytes.
        #expect(
            reply.fields == [
                "Content-Type: text/plain; charset=utf-8", "Content-Security-Policy: sandbox",
                #"ETag: "c73b73af8851e9e91bc6b4dc12e7dace""#,
                "Repr-Digest: sha-256=:xztzr4hR6ekbxrTcEufazgor+5McHQuLNu82cxn1jNE=:", "Accept-Ranges: bytes",
                "Vary: Accept-Encoding",
                "X-Content-Type-Options: nosniff", "X-API-Version: 1.1", "X-Async-Processing: true",
            ]
        )
    }

    @Test(
        "What a browser could run is an attachment, and a name goes with it",
        arguments: [
            ("text/html", nil, "attachment"), ("image/svg+xml", nil, "attachment"),
            ("application/octet-stream", nil, "attachment"), ("application/vnd.x+json", nil, "attachment"),
            ("Text/Plain", nil, nil), ("image/png", nil, nil),
            ("text/html", "a.html", #"attachment; filename="a.html""#),
            ("image/png", "a.png", #"inline; filename="a.png""#),
        ] as [(String, String?, String?)]
    )
    func disposition(type: String, name: String?, expected: String?) throws {
        let named = name.map { ["Content-Disposition: attachment; filename=\"\($0)\""] } ?? []
        try complete(["Content-Type: \(type)"] + named, "x")

        let reply = try server.send("GET /api/jobs/job-1/result")

        #expect(reply["Content-Type"] == type)
        #expect(reply["Content-Disposition"] == expected)
        #expect(reply["Content-Security-Policy"] == "sandbox")
    }

    @Test("Before completion it is 409, and says where the job stands")
    func notCompleted() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"progress":12.5}"#)
        try server.send("PUT /api/jobs/job-1/result", json: "[1]")

        let reply = try server.send("GET /api/jobs/job-1/result")

        #expect(reply.status == 409)
        #expect(reply.fields == Fields.json)
        #expect(
            reply.body == """
                {"error":"Job not completed","taskId":"job-1","status":"processing","progress":12.5,\
                "code":"notCompleted"}
                """
        )
    }

    @Test("A failed, a cancelled and a removed job are 409 too", arguments: ["failed", "cancelled", "removed"])
    func ended(how: String) throws {
        let status = how == "removed" ? "completed" : how
        try server.send("PATCH /api/jobs/job-1", json: "{\"status\":\"\(status)\"}")
        if how == "removed" { try server.send("DELETE /api/jobs/job-1") }

        let reply = try server.send("GET /api/jobs/job-1/result")

        #expect(reply.status == 409)
        let shown = how == "removed" ? "cancelled" : how
        #expect(
            reply.body == """
                {"error":"Job not completed","taskId":"job-1","status":"\(shown)",\
                "progress":\(how == "removed" ? 100 : 0),"code":"notCompleted"}
                """
        )
    }

    @Test("A completed job without a result is 404, and so is one whose result's time is over")
    func noResult() throws {
        try server.send("PATCH /api/jobs/job-1", json: #"{"status":"completed"}"#)
        try server.send("POST /api/jobs", json: #"{"taskId":"job-2","resultTtlSeconds":1}"#)
        try server.send("PUT /api/jobs/job-2/result?complete=1", json: "1")
        server.wait(milliseconds: 1_000)

        for id in ["job-1", "job-2"] {
            let reply = try server.send("GET /api/jobs/\(id)/result")
            #expect(reply.status == 404)
            #expect(reply.body == "{\"error\":\"No result available\",\"taskId\":\"\(id)\",\"code\":\"noResult\"}")
        }
    }
}
