import Foundation
import Testing

/// What a server tells the workers of `spec/reference` by itself, and what they make of it. Its goodbye and the
/// resumption are in ``ForeignWorkerLossTests``.
@Suite("A foreign worker that the server has news for")
struct ForeignWorkerNewsTests {
    @Test(
        "A server that comes late asks it to slow down: it pauses, and nothing is lost",
        .tags(.int002),
        arguments: ForeignWorker.installed
    )
    func slowDown(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let running = try language.command(
                server.url,
                "--id",
                "slowed",
                "--attempt",
                "1",
                "--steps",
                "400",
                "--delay",
                "0.02"
            ).start()
            try await server.waitFor("slowed", toBe: "processing")
            try await eventually("the worker is asked to slow down") {
                // A process that stands still is late with everything, as an overloaded one is.
                server.process.signal(SIGSTOP)
                try await Task.sleep(for: .milliseconds(300))
                server.process.signal(SIGCONT)
                try await Task.sleep(for: .milliseconds(60))
                return running.outputSoFar.contains("\"slow down\"")
            }
            // A worker that went on would have reported a dozen steps meanwhile.
            try await eventually("the worker pauses") {
                let before = try await server.status("slowed")
                try await Task.sleep(for: .milliseconds(250))
                let after = try await server.status("slowed")
                guard before["status"] as? String == "processing" else { return false }
                return before["version"] as? Int == after["version"] as? Int
            }
            let outcome = try await running.wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let milliseconds = outcome.frames("slow down").compactMap { $0["milliseconds"] as? Int }
            #expect(milliseconds.allSatisfy { $0 >= 500 && $0 <= 6_000 } && !milliseconds.isEmpty, "\(milliseconds)")
            let body = try await server.status("slowed")
            #expect(body["status"] as? String == "completed")
            #expect((body["units"] as? [String: Any])?["done"] as? Int == 400)
            #expect((body["step"] as? [String: Any])?["name"] as? String == "step 400")
        }
    }

    @Test("The end of its job's life reaches it, and it stops", .tags(.int002), arguments: ForeignWorker.installed)
    func expired(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let outcome = try await language.command(
                server.url,
                "--id",
                "brief",
                "--ttl",
                "1",
                "--steps",
                "5",
                "--delay",
                "1.6"
            ).run()
            #expect(outcome.code == 1, "\(outcome.errors)")
            #expect(outcome.frames("expired").compactMap { $0["handle"] as? Int } == [0])
            // No update crosses the frame: its refusal could come first.
            #expect(outcome.errors.contains("expired"), "\(outcome.errors)")
            #expect(try await server.curl("/api/jobs/brief/status").status == 410)
        }
    }

    @Test(
        "A server without a disk says so, and promises nothing durable: it takes what is applied for good",
        arguments: ForeignWorker.installed
    )
    func ephemeral(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let outcome = try await language.command(server.url, "--id", "kept-in-memory", "--steps", "20").run()
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.frames("welcome").map { $0["ephemeral"] as? Bool } == [true])
            let acknowledgements = outcome.frames("acknowledgement")
            #expect(!acknowledgements.isEmpty && acknowledgements.allSatisfy { $0["durable"] == nil })
        }
    }
}
