import Testing

@testable import StatusServer

/// `--cors-origin`: what pages of other origins are told, and nobody else.
@Suite("Pages of other origins", .tags(.unit005))
struct CrossOriginTests {
    private static let page = "Origin: https://app.example.com"
    private static let granted = "https://app.example.com"
    private let server: Harness

    init() throws {
        server = try Harness(BridgeConfiguration(corsOrigins: ["https://App.example.com/", "http://localhost:3000"]))
        try server.send("POST /api/jobs", json: #"{"taskId":"a"}"#)
    }

    private func origin(_ reply: Reply) -> String? { reply["Access-Control-Allow-Origin"] }

    @Test("A server that knows no origins says nothing of them")
    func silence() throws {
        let plain = try Harness()
        try plain.send("POST /api/jobs", json: #"{"taskId":"a"}"#)
        #expect(try plain.send("GET /api/jobs/a", [Self.page]).fields == Fields.kept)
        let preflight = try plain.send("OPTIONS /api/jobs", [Self.page, "Access-Control-Request-Method: POST"])
        #expect(preflight.status == 405)
        #expect(origin(preflight) == nil)
    }

    @Test("A page of a named origin may read every kind of answer, late and failed ones too")
    func reading() throws {
        let fields = [Self.page, "Sec-Fetch-Site: cross-site"]
        for line in ["GET /api/jobs/a", "GET /api/jobs/b", "GET /api/jobs", "GET /nowhere", "POST /api/jobs"] {
            let reply = try server.send(line, fields)
            #expect(origin(reply) == Self.granted, "\(line)")
            #expect(reply["Vary"] == "Origin")
            #expect(reply["Access-Control-Expose-Headers"] == "ETag, Location, Preference-Applied, Retry-After")
            #expect(reply.fields.filter { $0.hasPrefix("Access-Control-Allow-Origin") }.count == 1)
        }
        let wait = try server.send("GET /api/jobs/a?wait=10", fields)
        #expect(origin(try #require(try server.resume(wait, isOver: true))) == Self.granted)
        let json = fields + ["Content-Type: application/json"]
        #expect(origin(try server.send("PATCH /api/jobs/a", json, body: #"{"progress":5}"#)) == Self.granted)
        #expect(origin(try server.send("PATCH /api/jobs/a", json, body: "{")) == Self.granted)
        let result = try server.send("PUT /api/jobs/a/result?complete=1", json, body: "[1]")
        #expect(result.status == 201)
        #expect(origin(result) == Self.granted)
        #expect(origin(try server.send("GET /api/jobs/a/result", fields)) == Self.granted)
    }

    @Test("A page of any other origin, and what is no page, is told nothing but that answers differ")
    func others() throws {
        for fields in [
            ["Origin: https://app.example.com.evil"], ["Origin: null"], ["Origin: http://app.example.com"], [],
        ] {
            let reply = try server.send("GET /api/jobs/a", fields)
            #expect(reply.status == 200)
            #expect(origin(reply) == nil)
            #expect(reply["Vary"] == "Origin")
        }
        #expect(try server.send("POST /api/jobs", ["Origin: https://evil.example"]).status == 403)
    }

    @Test("A named origin's page learns what it may send to a route")
    func preflight() throws {
        let fields = [Self.page, "Access-Control-Request-Method: PATCH"]
        let reply = try server.send("OPTIONS /api/jobs/a", fields)

        #expect(reply.status == 204)
        #expect(reply.body.isEmpty)
        #expect(origin(reply) == Self.granted)
        #expect(reply["Access-Control-Allow-Methods"] == "GET, HEAD, PATCH, DELETE")
        #expect(reply["Access-Control-Allow-Headers"]?.contains("Content-Type") == true)
        #expect(reply["Access-Control-Max-Age"] == "600")
        let foreign = ["Origin: https://evil.example", "Access-Control-Request-Method: PATCH"]
        #expect(try server.send("OPTIONS /api/jobs/a", foreign).status == 405)
        #expect(try server.send("OPTIONS /nowhere", fields).status == 404)
        #expect(try server.send("OPTIONS /api/jobs/a", [Self.page]).status == 405)
    }

    @Test("With * every page may read, and none may write")
    func everyone() throws {
        let open = try Harness(BridgeConfiguration(corsOrigins: ["*"]))
        try open.send("POST /api/jobs", json: #"{"taskId":"a"}"#)
        let reply = try open.send("GET /api/jobs/a", ["Origin: https://evil.example"])
        #expect(origin(reply) == "*")
        #expect(reply["Vary"] == nil)
        #expect(try open.send("DELETE /api/jobs/a", ["Origin: https://evil.example"]).status == 403)
    }

    @Test("A foreign host stays 421 whatever the origin")
    func foreignHost() throws {
        #expect(try server.send("GET /api/jobs/a", [Self.page], host: "evil.example").status == 421)
    }
}
