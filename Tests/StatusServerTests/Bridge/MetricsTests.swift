import Bytes
import Testing
import UpdateProtocol

@testable import StatusServer

/// What `/metrics` says, as a scraper reads it.
@Suite("Metrics", .timeLimit(.minutes(2)))
struct MetricsTests {
    /// The value of each series, by its name with its labels; nil where the text breaks a rule of the format.
    private func parse(_ text: String) -> [String: Double]? {
        var values: [String: Double] = [:]
        var types: Set<Substring> = []
        guard text.hasSuffix("\n") else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") {
                guard words.count == 4, ["counter", "gauge"].contains(words[3]), types.insert(words[2]).inserted
                else { return nil }
            } else if !line.hasPrefix("# HELP ") {
                guard words.count == 2, let value = Double(words[1]),
                    types.contains(words[0].prefix { $0 != "{" }),
                    values.updateValue(value, forKey: String(words[0])) == nil
                else { return nil }
            }
        }
        return values
    }

    @Test("Jobs are counted by the state that readers see, and none is named")
    func jobs() throws {
        let server = try Harness()
        for id in ["a", "b", "c", "d"] { try server.send("POST /api/jobs", json: #"{"taskId":"\#(id)-secret"}"#) }
        try server.send("PATCH /api/jobs/b-secret", json: #"{"progress":10}"#)
        try server.send("PATCH /api/jobs/c-secret", json: #"{"status":"completed"}"#)
        try server.send("DELETE /api/jobs/c-secret")
        try server.send("DELETE /api/jobs/d-secret")
        let reply = try server.send("GET /metrics")
        #expect(reply.status == 200)
        #expect(reply["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(!reply.body.contains("secret"))
        let values = try #require(parse(reply.body))
        #expect(values[#"telltale_jobs{state="queued"}"#] == 1)
        #expect(values[#"telltale_jobs{state="processing"}"#] == 1)
        #expect(values[#"telltale_jobs{state="completed"}"#] == 0)
        #expect(values[#"telltale_jobs{state="cancelled"}"#] == 2)
        #expect(try #require(values["telltale_job_table_bytes"]) > 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try server.send("POST /metrics").status == 405)
    }

    @Test("Answers, connections, streams and reports are counted on both transports")
    func traffic() async throws {
        try await TestServer.run { server in
            try await server.submit("a")
            #expect(try await server.ask("GET /api/jobs/none/status").status == 404)
            let client = try await HTTP2Client.connect(to: server.port)
            #expect(try await client.answer(client.request("GET", "/api/jobs/a/status")).status == 200)
            let before = try #require(parse(try await server.ask("GET /metrics").text))
            #expect(before[#"telltale_http_responses_total{code="2xx"}"#] == 2)
            #expect(before[#"telltale_http_responses_total{code="4xx"}"#] == 1)
            #expect(before[#"telltale_connections{protocol="http2"}"#] == 1)
            #expect(before["telltale_worker_streams"] == 0)
            #expect(before["telltale_update_items_total"] == 0)

            var output = OutputBuffer()
            output.appendHello()
            output.appendBind(handle: 0, taskID: "w", creating: JobDescription())
            output.appendProgress(handle: 0, basisPoints: 100)
            let stream = try await client.request(
                "POST",
                "/v1/updates",
                type: "application/vnd.telltale.updates",
                body: output.copy(),
                ends: false
            )
            _ = try await client.until { $0.answers[stream]?.body.isEmpty == false ? true : nil }
            var during = before
            while during["telltale_update_items_total"] != 2 {
                during = try #require(parse(try await server.ask("GET /metrics").text))
            }
            #expect(during["telltale_worker_streams"] == 1)

            try await client.close()
            var after = during
            while after[#"telltale_connections{protocol="http2"}"#] != 0 {
                after = try #require(parse(try await server.ask("GET /metrics").text))
            }
            #expect(after["telltale_worker_streams"] == 0)
        }
    }
}
