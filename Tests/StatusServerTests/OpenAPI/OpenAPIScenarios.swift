import Foundation
import ResultStore
import StatusCore
import Testing

@testable import StatusServer

/// Asks the router for every status that it can answer with, and holds each body against the file.
struct OpenAPIScenarios {
    let file: OpenAPIDocument
    let server: Harness
    /// The statuses of each operation, by its name.
    private(set) var seen: [String: Set<Int>] = [:]
    /// The keys of all status bodies.
    private(set) var statusKeys: Set<String> = []

    init(_ file: OpenAPIDocument) throws {
        self.file = file
        server = try Harness()
    }

    mutating func run() throws {
        try expireAJob()
        for operation in file.operations { try refuse(operation) }
        try submit()
        try read()
        try write()
        try events()
        try probes()
        try exhaust()
    }

    /// Sends a request of an operation, and notes and checks the answer.
    @discardableResult
    private mutating func ask(
        _ operation: String,
        id: String = "a",
        query: String = "",
        _ fields: [String] = [],
        json: String? = nil,
        body: String? = nil,
        host: String = "127.0.0.1:8080",
        to harness: Harness? = nil
    ) throws -> Reply {
        let line = operation.replacing("{taskId}", with: id) + query
        let fields = json == nil ? fields : fields + ["Content-Type: application/json"]
        let reply = try (harness ?? server).send(line, fields, body: json ?? body, host: host)
        try note(operation, reply.opensUpdates ? 200 : reply.status, reply)
        return reply
    }

    private mutating func note(_ name: String, _ status: Int, _ reply: Reply) throws {
        seen[name, default: []].insert(status)
        let operation = try #require(file.operations.first { $0.name == name }, "\(name) is not in the file")
        guard let response = try file.response(operation, status) else { return }
        let headers = response["headers"] as? OpenAPIDocument.Object ?? [:]
        for field in reply.fields {
            let parts = field.split(separator: ":", maxSplits: 1)
            guard parts[0] != "Content-Type" else { continue }
            let header = try #require(headers["\(parts[0])"], "\(name) \(status) sends \(parts[0])")
            let schema = try file.resolved(header)["schema"]
            let value = parts[1].trimmingCharacters(in: .whitespaces)
            let objections = try file.objections(to: value, schema)
            #expect(objections == [], "\(name) \(status): \(field)")
        }
        let content = response["content"] as? OpenAPIDocument.Object
        guard !reply.body.isEmpty, let type = reply["Content-Type"] else { return }
        let media = type.prefix { $0 != ";" }
        let described = try #require(content?["\(media)"] ?? content?["*/*"], "\(name) \(status) has \(media)")
        // A part of JSON is none.
        guard media.hasSuffix("json"), status != 206 else { return }
        let value = try JSONSerialization.jsonObject(with: Data(reply.body.utf8))
        if let body = value as? [String: Any], body["retryAfterMs"] != nil { statusKeys.formUnion(body.keys) }
        let objections = try file.objections(to: value, file.resolved(described)["schema"])
        #expect(objections == [], "\(name) \(status): \(reply.body)")
    }

    /// The job `gone`, whose time is over.
    private mutating func expireAJob() throws {
        try ask("POST /api/jobs", json: #"{"taskId":"gone","ttlSeconds":1}"#)
        server.wait(milliseconds: 1_500)
        try ask("POST /api/jobs", json: #"{"taskId":"gone","ttlSeconds":1}"#)
    }

    /// What each operation refuses, whatever it does.
    private mutating func refuse(_ operation: OpenAPIDocument.Operation) throws {
        try ask(operation.name, host: "example.com")
        try ask(operation.name, ["Accept: application/problem+json"], host: "example.com")
        if operation.path.contains("{taskId}") {
            try ask(operation.name, id: "a.b")
            try ask(operation.name, id: "nobody")
            try ask(operation.name, id: "gone")
        }
        guard operation.method != "GET" else { return }
        try ask(operation.name, id: "nobody", ["Sec-Fetch-Site: cross-site"])
        if operation.object["requestBody"] != nil {
            try ask("POST /api/jobs", json: #"{"taskId":"other"}"#)
            try ask(operation.name, id: "other", ["Content-Type: text/plain", "Content-Encoding: br"], body: "x")
        }
    }

    private mutating func submit() throws {
        let everything = """
            {"taskId":"a","type":"t","labels":{"k":"v"},"metadata":{"m":[1]},"ttlSeconds":600,"resultTtlSeconds":60,\
            "stallSeconds":5,"onStall":"report","parentId":"p"}
            """
        try ask("POST /api/jobs", json: everything)
        try ask("POST /api/jobs", json: #"{"taskId":"a"}"#)
        try ask("POST /api/jobs", ["Idempotency-Key: once"])
        try ask("POST /api/jobs", json: #"{"surprise":1}"#)
        try ask("POST /api/jobs", json: "{\"type\":\"" + String(repeating: "x", count: 200_000) + "\"}")
    }

    private mutating func read() throws {
        let report = """
            {"progress":10,"units":{"done":1,"total":10,"unit":"pages"},"step":{"index":1,"total":2,"name":"n"},"note":"w"}
            """
        try ask("PATCH /api/jobs/{taskId}", json: report)
        server.wait(milliseconds: 10_000)
        // Silent for longer than it may.
        server.table.advance(to: server.now, limit: 1_000) { _ in }
        for path in ["GET /api/jobs/{taskId}/status", "GET /api/jobs/{taskId}"] {
            try ask(path, query: "?wait=0", ["If-None-Match: \"0\""])
            try ask(path, ["If-None-Match: *"])
            try ask(path, query: "?wait=soon")
        }
        try ask("GET /api/jobs/{taskId}/result")
        try ask("GET /api/jobs")
        try ask("GET /api/jobs", query: "?limit=1")
        try ask("GET /api/jobs", query: "?ids=a,nobody,a.b,gone")
        try ask("GET /api/jobs", query: "?limit=0")
        let many = String(repeating: #""a","#, count: 200) + #""nobody""#
        try ask("POST /api/jobs:batchGet", ["Accept-Encoding: gzip"], json: "{\"ids\":[\(many)]}")
        try ask("POST /api/jobs:batchGet", json: "{}")
    }

    private mutating func write() throws {
        let put = "PUT /api/jobs/{taskId}/result"
        try ask("PATCH /api/jobs/{taskId}", json: #"{"progress":"half"}"#)
        try ask("PATCH /api/jobs/{taskId}", json: #"{"status":"queued"}"#)
        try ask("PATCH /api/jobs/{taskId}", json: #"{"progress":50,"attempt":1}"#)
        try ask(put, json: #"{"x":1}"#)
        try ask(put, query: "?complete=1", json: #"{"x":2}"#)
        try ask(put, json: #"{"x":3}"#)
        try ask(put, query: "?attempt=1", json: #"{"x":3}"#)
        try ask("GET /api/jobs/{taskId}/status")
        try ask("GET /api/jobs/{taskId}/result", ["Accept-Encoding: gzip", "Prefer: wait=1"])
        let raw = try ask("GET /api/jobs/{taskId}/result", query: "?raw=1")
        for field in ["Range: bytes=0-1", "Range: bytes=0-0,2-3", "Range: bytes=99-", "If-None-Match: *"] {
            try ask("GET /api/jobs/{taskId}/result", query: "?raw=1", [field])
        }
        #expect(raw["ETag"] != nil)
        try ask("PATCH /api/jobs/{taskId}", json: #"{"progress":60}"#)
        try ask("POST /api/jobs/{taskId}/cancel")
        try ask("DELETE /api/jobs/{taskId}")
        try ask("GET /api/jobs/{taskId}/status")

        try ask("POST /api/jobs", json: #"{"taskId":"b"}"#)
        try ask("POST /api/jobs/{taskId}/cancel", id: "b", json: #"{"reason":"no need"}"#)
        try ask("GET /api/jobs/{taskId}/status", id: "b")
        try ask("POST /api/jobs/{taskId}/cancel", id: "b", json: #"{"reason":1}"#)

        try ask("POST /api/jobs", json: #"{"taskId":"c"}"#)
        let failure = #"{"status":"failed","failure":{"code":"io","text":"broken","retryable":true}}"#
        try ask("PATCH /api/jobs/{taskId}", id: "c", json: failure)
        try ask("GET /api/jobs/{taskId}/status", id: "c")

        try ask("POST /api/jobs", json: #"{"taskId":"d"}"#)
        try ask("PATCH /api/jobs/{taskId}", id: "d", json: #"{"status":"completed"}"#)
        try ask("GET /api/jobs/{taskId}/result", id: "d")

        try ask("POST /api/jobs", json: #"{"taskId":"e"}"#)
        try ask(put, id: "e", ["Content-Type: text/html", "Content-Disposition: x; filename=\"x.html\""], body: "<p>")
        try ask("PATCH /api/jobs/{taskId}", id: "e", json: #"{"status":"completed"}"#)
        try ask("GET /api/jobs/{taskId}/result", id: "e")

        try ask("POST /v1/updates", ["Content-Type: application/vnd.telltale.updates"], body: "x")
        try ask("POST /v1/updates", ["Content-Type: application/json"], body: "x")
    }

    private mutating func events() throws {
        let events = "GET /api/jobs/{taskId}/events"
        try ask(events)
        let status = try ask("GET /api/jobs/{taskId}/status")
        let body = try JSONSerialization.jsonObject(with: Data(status.body.utf8)) as? [String: Any]
        let version = try #require(body?["version"] as? Int)
        try ask(events, ["Last-Event-ID: \(version)"])
        for id in ["a", "b", "c"] { try ask("GET /api/jobs/{taskId}/history", id: id) }
        try ask("GET /api/events", query: "?ids=a,b")
        try ask("GET /api/events", query: "?type=t")
        try ask("GET /api/events")
    }

    private mutating func probes() throws {
        for path in ["GET /health", "GET /livez", "GET /readyz", "GET /metrics"] { try ask(path) }
        server.bridge.isReady = true
        try ask("GET /readyz")
    }

    /// What only a server in need answers with.
    private mutating func exhaust() throws {
        let small = try Harness(maximumJobs: 1)
        try ask("POST /api/jobs", json: #"{"taskId":"a"}"#, to: small)
        try ask("POST /api/jobs", json: #"{"taskId":"b"}"#, to: small)

        let settling = try Harness(publication: .byCommitter)
        try ask("POST /api/jobs", json: #"{"taskId":"a"}"#, to: settling)
        settling.publish("a")
        try ask("POST /api/jobs/{taskId}/cancel", to: settling)
        try ask("POST /api/jobs/{taskId}/cancel", to: settling)
        try ask("DELETE /api/jobs/{taskId}", to: settling)
        try ask("PATCH /api/jobs/{taskId}", json: #"{"status":"cancelled"}"#, to: settling)

        let upload = ResultUpload(
            taskID: try #require(TaskID("a")),
            mediaType: "text/plain",
            name: nil,
            coding: .identity,
            isJSON: false,
            attempt: 0,
            completes: false,
            context: AnswerContext()
        )
        for outcome in [ResultUpload.Outcome.tooLarge, .full, .failed("no space"), .malformed("no JSON")] {
            let reply = server.finish(upload, outcome)
            try note("PUT /api/jobs/{taskId}/result", reply.status, reply)
        }
    }
}
