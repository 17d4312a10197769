import Testing

@testable import StatusServer

/// `/health`, `/livez`, `/readyz`.
@Suite("Probes")
struct ProbeTests {
    let server: Harness

    init() throws {
        server = try Harness()
    }

    @Test("Health says so, and when")
    func health() throws {
        for line in ["GET /health", "HEAD /health", "GET /health/"] {
            let reply = try server.send(line)
            #expect(reply.status == 200)
            #expect(reply.fields == Fields.json)
            #expect(reply.body == #"{"status":"healthy","timestamp":"2026-11-23T13:34:50.123Z"}"#)
        }
    }

    @Test("The process is alive from the start, and ready when the server says so")
    func ready() throws {
        #expect(try server.send("GET /livez").body == #"{"status":"alive"}"#)
        let before = try server.send("GET /readyz")
        #expect(before.status == 503)
        #expect(before.fields == Fields.json + ["Retry-After: 1"])
        #expect(before.body == #"{"error":"The server is not ready","code":"notReady"}"#)

        server.bridge.isReady = true

        #expect(try server.send("GET /readyz").body == #"{"status":"ready"}"#)
    }
}
