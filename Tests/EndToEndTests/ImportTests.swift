import Foundation
import Testing

/// `telltale import legacy`, and a server that goes on with what it brought.
@Suite("Jobs of the service that came before", .tags(.int009), .timeLimit(.minutes(2)))
struct ImportTests {
    private let folder: TemporaryFolder
    private var file: String { folder.url("legacy.db").path }
    private var data: String { folder.url("data").path }

    init() throws { folder = try TemporaryFolder() }

    /// So many hours from now, as that service wrote times.
    private func hours(_ count: Double) -> String {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return formatter.string(from: Date().addingTimeInterval(count * 3_600))
    }

    private func sql(_ statements: String) async throws {
        let code = "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.executescript(sys.argv[2]); d.commit()"
        let outcome = try await Command("python3", ["-c", code, file, statements]).run()
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    private func makeFile() async throws {
        func row(_ id: String, _ state: String, _ rest: String, _ created: Double = -1, _ expires: Double = 23)
            -> String
        {
            "('\(UUID().uuidString)', '\(id)', '\(state)', '\(hours(created))', '\(hours(created / 2))', \(rest), "
                + "'\(hours(expires))')"
        }
        let rows = [
            row(
                "done",
                "completed",
                #"0, NULL, '{"trustToken":"s","rows":[{"trustToken":1,"n":2.50}]}', 100, NULL, NULL"#
            ),
            row("working", "processing", "1, NULL, NULL, 37.5, 'Cleaning', 4"),
            row("working", "queued", "0, NULL, NULL, 0, NULL, NULL", -3),
            row("failed", "failed", "2, 'Boom', NULL, 10, NULL, NULL"),
            row("old", "completed", "0, NULL, '{}', 100, NULL, NULL", -50, -26),
            row("no id!", "queued", "0, NULL, NULL, 0, NULL, NULL"),
            row("broken", "completed", "0, NULL, '{broken', 100, NULL, NULL"),
            row("leaky", "completed", #"0, NULL, '{"trustToken":"s', 0.29, NULL, NULL"#),
            row("early", "processing", "0, NULL, '[1]', 0.29, NULL, NULL"),
            row("strange", "paused", "0, NULL, NULL, 0, NULL, NULL"),
        ]
        try await sql(
            """
            CREATE TABLE job_status (id TEXT PRIMARY KEY, jobId TEXT, status TEXT, createdAt TEXT, updatedAt TEXT,
                retryCount INTEGER, errorMessage TEXT, result TEXT, progress REAL, currentStep TEXT, totalSteps INTEGER,
                expiresAt TEXT);
            INSERT INTO job_status VALUES \(rows.joined(separator: ", "));
            """
        )
    }

    private func run(_ options: String...) async throws -> Command.Outcome {
        try await Command(Repository.telltale, ["import", "legacy", file, "--data-dir", data] + options).run(
            seconds: 30
        )
    }

    @Test("The routes answer for the old ids")
    func routes() async throws {
        try await makeFile()
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let report = try await run()
        #expect(report.code == 0, "\(report.errors)")
        for line in [
            "10 rows: 7 jobs imported, 0 updated, 0 already there, 1 expired",
            "1 older rows of the same jobs left out, 1 rows skipped", "2 results imported",
            "2 members trustToken removed", "'no id!': not an id that the routes take",
            "'broken': the result is no JSON, imported as text", "'strange': an unknown state, imported as failed",
            "stuck in queued or processing when the file was written: 2\n  working",
            "'early': the result is left out: the job is not completed",
            "'leaky': the result is left out: it is no JSON, and names trustToken",
        ] { #expect(report.text.contains(line), "\(line) is not in\n\(report.text)") }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
        try await Server.with(folder: data) { server in
            let done = try await server.curl("/api/jobs/done/status").json()
            #expect(done["status"] as? String == "completed" && done["progress"] as? Double == 100)
            let result = try await server.curl("/api/jobs/done/result")
            #expect(result.text.contains(#""result":{"rows":[{"n":2.50}]}"#))
            // Half an hour, give or take what it took to write the row.
            let time = try #require(try result.json()["processingTime"] as? Int)
            #expect(abs(time - 1_800_000) < 10_000)
            let working = try await server.curl("/api/jobs/working/status").json()
            #expect(working["message"] as? String == "Processing: Cleaning..." && working["attempt"] as? Int == 2)
            #expect(working["progress"] as? Double == 37.5)
            let failed = try await server.curl("/api/jobs/failed/status").json()
            #expect(failed["status"] as? String == "failed" && failed["message"] as? String == "Boom")
            #expect(try await server.curl("/api/jobs/old/status").status == 410)
            #expect(try await server.curl("/api/jobs/broken/result").text == "{broken")
            let strange = try await server.curl("/api/jobs/strange/status").json()
            #expect(strange["message"] as? String == "unknown state paused")
            #expect(try await server.curl("/api/jobs/leaky/result").status == 404)
            #expect(try await server.curl("/api/jobs/early").json()["progress"] as? Double == 0.29)
            // The job goes on under its old id.
            try await server.report("working", #"{"status":"completed"}"#)
            #expect(try await server.curl("/api/jobs").json()["jobs"].map { ($0 as? [Any])?.count } == 7)
        }
    }

    @Test("A run that writes nothing says the same, and a second one leaves what is newer")
    func again() async throws {
        try await makeFile()
        let dry = try await run("--dry-run")
        #expect(dry.code == 0 && dry.text.contains("7 jobs imported") && dry.text.contains("nothing was written"))
        #expect(!FileManager.default.fileExists(atPath: data))
        #expect(try await run("--keep-trust-tokens").text.contains("0 members trustToken removed"))
        let second = try await run()
        #expect(second.text.contains("0 jobs imported, 0 updated, 8 already there, 0 expired"), "\(second.text)")
        // The old service went on for a while.
        let later = hours(-0.1)
        try await sql(
            """
            UPDATE job_status SET status='completed', updatedAt='\(later)', result='[7]'
            WHERE jobId='working' AND status='processing'
            """
        )
        #expect(try await run().text.contains("0 jobs imported, 1 updated, 7 already there"))
        try await Server.with(folder: data) { server in
            #expect(try await server.curl("/api/jobs/working/result").text.contains(#""result":[7]"#))
            #expect(try await server.curl("/api/jobs/done/result").text.contains("trustToken"))
            // Not into a folder that is in use.
            let refused = try await run()
            #expect(refused.code == 1 && refused.errors.contains("another server"))
        }
    }

    @Test("What is no such file is one clear line, and nothing is made")
    func refusals() async throws {
        let absent = try await run()
        #expect(absent.code == 1 && absent.errors.split(separator: "\n").count == 1)
        try await sql("CREATE TABLE other (id TEXT)")
        let foreign = try await run()
        #expect(foreign.code == 1 && foreign.errors.contains("job_status"))
        #expect(!FileManager.default.fileExists(atPath: data))
    }
}
