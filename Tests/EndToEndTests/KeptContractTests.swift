import Foundation
import Testing

/// What an existing service promised to the clients that poll it, case by case, asked by curl.
@Suite("The kept contract")
struct KeptContractTests {
    @Test("A task id that is none gets 400 on every route", .tags(.int005))
    func badIdentifier() async throws {
        try await Server.with { server in
            for id in ["a.b", "a%2Fb", "%20", String(repeating: "x", count: 65), "a%00", "ä"] {
                for path in ["/api/jobs/\(id)/status", "/api/jobs/\(id)", "/api/jobs/\(id)/result"] {
                    let answer = try await server.curl(path)
                    #expect(answer.status == 400, "\(path)")
                    #expect(try answer.json()["error"] as? String == "Invalid taskId format", "\(path)")
                }
                let answer = try await server.curl("/api/jobs/\(id)", "-X", "DELETE")
                #expect(answer.status == 400)
            }
        }
    }

    @Test("An unknown job gets 404 with its id on every route", .tags(.int005, .int008))
    func unknownJob() async throws {
        try await Server.with { server in
            for (method, path) in [
                ("GET", "/api/jobs/nobody/status"), ("GET", "/api/jobs/nobody"), ("GET", "/api/jobs/nobody/result"),
                ("DELETE", "/api/jobs/nobody"),
            ] {
                let answer = try await server.curl(path, "-X", method)
                #expect(answer.status == 404)
                #expect(answer.header("content-type") == "application/json; charset=utf-8")
                let body = try answer.json()
                #expect(body["error"] as? String == "Job not found")
                #expect(body["taskId"] as? String == "nobody")
            }
        }
    }

    @Test("A job whose time is over gets 410 with when it expired, and its id stays taken", .tags(.int006))
    func expiredJob() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"short","ttlSeconds":1}"#)
            try await eventually("the job expires") {
                try await server.curl("/api/jobs/short/status").status == 410
            }
            for path in ["/api/jobs/short/status", "/api/jobs/short", "/api/jobs/short/result"] {
                let answer = try await server.curl(path)
                #expect(answer.status == 410)
                let body = try answer.json()
                #expect(body["error"] as? String == "Job has expired")
                #expect(body["taskId"] as? String == "short")
                #expect((body["expiredAt"] as? String)?.hasSuffix("Z") == true)
            }
            #expect(try await server.curl("/api/jobs/short", "-X", "DELETE").status == 410)
            // Also once the record is gone and only the tombstone is left.
            try await eventually("the list forgets it") {
                try await !server.curl("/api/jobs").text.contains("short")
            }
            let json = ["-H", "Content-Type: application/json", "-d", #"{"taskId":"short"}"#]
            #expect(try await server.curl("/api/jobs", options: json).status == 410)
            let report = ["-X", "PATCH", "-H", "Content-Type: application/json", "-d", #"{"progress":1}"#]
            #expect(try await server.curl("/api/jobs/short", options: report).status == 410)
            #expect(try await server.curl("/api/jobs/short/status").status == 410)
        }
    }

    @Test("The status body has the kept keys first and in their order, whatever the state", .tags(.int001, .int008))
    func statusBody() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"order"}"#)
            let kept = ["taskId", "status", "progress", "message", "createdAt", "updatedAt", "expiresAt"]

            let queued = try await server.curl("/api/jobs/order/status")
            #expect(queued.status == 200)
            #expect(Array(queued.keys().prefix(7)) == kept)
            #expect(try queued.json()["message"] as? String == "Queued for processing...")
            #expect(queued.header("cache-control") == "no-store")
            #expect(queued.header("x-content-type-options") == "nosniff")
            #expect(queued.header("x-api-version") == "1.1")
            #expect(queued.header("x-async-processing") == "true")
            #expect(queued.header("etag") == nil)

            try await server.report("order", #"{"progress":42.5,"step":"Reading"}"#)
            let processing = try await server.curl("/api/jobs/order/status")
            #expect(Array(processing.keys().prefix(8)) == kept + ["estimatedCompletion"])
            #expect(processing.text.contains(#""progress":42.5,"message":"Processing: Reading...""#))

            try await server.report("order", #"{"status":"completed"}"#)
            let completed = try await server.curl("/api/jobs/order/status")
            #expect(Array(completed.keys().prefix(8)) == kept + ["completedAt"])
            let body = try completed.json()
            #expect(body["status"] as? String == "completed")
            #expect(body["progress"] as? Int == 100)
            #expect(body["message"] as? String == "Completed successfully")
            #expect(body["error"] == nil)
            for absent in ["currentStep", "totalSteps", "errorMessage", "retryCount"] { #expect(body[absent] == nil) }
        }
    }

    @Test("The alias answers as the status route does, with and without a trailing slash", .tags(.int008))
    func alias() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"alias"}"#)
            for path in ["/api/jobs/alias", "/api/jobs/alias/", "/api/jobs/alias/status", "/api/jobs/alias/status/"] {
                let answer = try await server.curl(path)
                #expect(answer.status == 200, "\(path)")
                #expect(try answer.json()["taskId"] as? String == "alias")
            }
        }
    }

    @Test("A failed job is 200 with the failure's text as its message", .tags(.int007))
    func failedJob() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"broken"}"#)
            try await server.report(
                "broken",
                #"{"status":"failed","failure":{"code":"E42","text":"the disk is on fire","retryable":true}}"#
            )
            let answer = try await server.curl("/api/jobs/broken/status")
            #expect(answer.status == 200)
            let body = try answer.json()
            #expect(body["status"] as? String == "failed")
            #expect(body["message"] as? String == "the disk is on fire")
            #expect(body["error"] == nil)

            try await server.submit(#"{"taskId":"silent"}"#)
            try await server.report("silent", #"{"status":"failed"}"#)
            #expect(try await server.status("silent")["message"] as? String == "Processing failed")
        }
    }

    @Test("A result that is not there is 409 before completion and 404 after it", .tags(.int003, .int007))
    func missingResult() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"early"}"#)
            try await server.report("early", #"{"progress":10}"#)
            let early = try await server.curl("/api/jobs/early/result")
            #expect(early.status == 409)
            #expect(
                early.text.hasPrefix(
                    #"{"error":"Job not completed","taskId":"early","status":"processing","progress":10"#
                )
            )
            try await server.report("early", #"{"status":"completed"}"#)
            let none = try await server.curl("/api/jobs/early/result")
            #expect(none.status == 404)
            #expect(try none.json()["error"] as? String == "No result available")

            try await server.submit(#"{"taskId":"failed"}"#)
            try await server.report("failed", #"{"status":"failed"}"#)
            #expect(try await server.curl("/api/jobs/failed/result").status == 409)
        }
    }

    @Test("A JSON result comes in its envelope and inside the status", .tags(.int003, .e2e002))
    func jsonResult() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"json"}"#)
            let stored = try await server.curl(
                "/api/jobs/json/result?complete=1",
                "-T",
                "-",
                "-H",
                "Content-Type: application/json",
                input: Array(#"{ "rows": [1, 2, 3], "name": "Zoë" }"#.utf8)
            )
            #expect(stored.status == 201)

            let answer = try await server.curl("/api/jobs/json/result")
            #expect(answer.status == 200)
            #expect(answer.keys() == ["taskId", "status", "result", "completedAt", "processingTime"])
            let body = try answer.json()
            #expect((body["result"] as? [String: Any])?["name"] as? String == "Zoë")
            #expect(body["processingTime"] is Int)

            let zipped = try await server.curl("/api/jobs/json/result", "--compressed")
            #expect(zipped.header("content-encoding") == "gzip")
            #expect(zipped.header("vary") == "Accept-Encoding")
            #expect(zipped.body == answer.body)

            let status = try await server.status("json")
            #expect((status["result"] as? [String: Any])?["rows"] as? [Int] == [1, 2, 3])
            #expect(try await server.curl("/api/jobs/json/status?result=0").json()["result"] == nil)
        }
    }

    @Test("A live job is cancelled by DELETE, a terminal one removed, and both may be repeated", .tags(.int008))
    func delete() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"live"}"#)
            let cancelled = try await server.curl("/api/jobs/live", "-X", "DELETE")
            #expect(cancelled.status == 200)
            #expect(
                cancelled.text == #"{"taskId":"live","status":"cancelled","message":"Job cancelled successfully"}"#
            )
            #expect(cancelled.header("x-async-processing") == "true")
            for _ in 1...2 {
                let again = try await server.curl("/api/jobs/live", "-X", "DELETE")
                #expect(again.text == #"{"taskId":"live","status":"cancelled","message":"Job deleted successfully"}"#)
            }

            try await server.submit(#"{"taskId":"done"}"#)
            try await server.report("done", #"{"status":"completed"}"#)
            #expect(try await server.curl("/api/jobs/done", "-X", "DELETE").status == 200)
            let body = try await server.status("done")
            #expect(body["status"] as? String == "cancelled")
            #expect(body["message"] as? String == "Job cancelled")
            #expect(body["completedAt"] == nil)
            #expect(body["result"] == nil)
            #expect(try await server.curl("/api/jobs/done/result").status == 409)
        }
    }

    @Test("HEAD answers as GET without a body, and bodies of GET and DELETE are ignored", .tags(.int008))
    func lenience() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"lenient"}"#)
            let head = try await server.curl("/api/jobs/lenient/status", "-I")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect((Int(head.header("content-length") ?? "") ?? 0) > 100)

            let withType = try await server.curl("/api/jobs/lenient/status", "-H", "Content-Type: application/json")
            #expect(withType.status == 200)
            let withBody = try await server.curl("/api/jobs/lenient/status", "-X", "GET", "-d", #"{"a":1}"#)
            #expect(withBody.status == 200)
            let deleted = try await server.curl("/api/jobs/lenient", "-X", "DELETE", "-d", #"{"a":1}"#)
            #expect(deleted.status == 200)

            let closing = try await server.curl("/health", "-H", "Connection: close")
            #expect(closing.header("connection") == "close")
        }
    }

    @Test("An unknown route is 404, a wrong method 405 with Allow")
    func routing() async throws {
        try await Server.with { server in
            #expect(try await server.curl("/").status == 404)
            #expect(try await server.curl("/api/nothing").status == 404)
            let wrong = try await server.curl("/api/jobs/x/status", "-X", "POST")
            #expect(wrong.status == 405)
            #expect(wrong.header("allow")?.contains("GET") == true)
            #expect(wrong.header("content-type")?.contains("application/json") == true)
        }
    }

    @Test("Health, liveness and readiness answer")
    func health() async throws {
        try await Server.with { server in
            let health = try await server.curl("/health")
            #expect(health.text.hasPrefix(#"{"status":"healthy","timestamp":""#))
            #expect(try await server.curl("/livez").status == 200)
            #expect(try await server.curl("/readyz").status == 200)
        }
    }
}
