import Foundation
import Testing

/// `telltale status`, `watch`, `result`, `cancel` and `ls`.
@Suite("Commands for readers")
struct ReaderCommandTests {
    private func telltale(_ server: Server, _ arguments: String...) async throws -> Command.Outcome {
        var command = Command(Repository.telltale, arguments)
        command.environment = ["TELLTALE_SERVER": server.url]
        return try await command.run()
    }

    @Test("status says how it stands, to people and to programs", .tags(.e2e001))
    func status() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"job","type":"batch"}"#)
            try await server.report("job", #"{"progress":42.5,"step":"Reading"}"#)
            let human = try await telltale(server, "status", "job")
            #expect(human.code == 0)
            #expect(human.text.contains("job"))
            #expect(human.text.contains("42.5"))
            let json = try await telltale(server, "status", "job", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any]
            #expect(object?["progress"] as? Double == 42.5)
        }
    }

    @Test("Exit codes tell unknown, failed and cancelled jobs apart")
    func exitCodes() async throws {
        try await Server.with { server in
            #expect(try await telltale(server, "status", "nobody").code == 3)
            try await server.submit(#"{"taskId":"failed"}"#)
            try await server.report("failed", #"{"status":"failed"}"#)
            #expect(try await telltale(server, "watch", "failed").code == 5)
            try await server.submit(#"{"taskId":"cancelled"}"#)
            #expect(try await telltale(server, "cancel", "cancelled").code == 0)
            #expect(try await telltale(server, "watch", "cancelled").code == 6)
            #expect(try await telltale(server, "result", "cancelled").code != 0)
        }
    }

    @Test("watch prints plain lines in a pipe and ends with the job", .tags(.e2e001))
    func watch() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"seen"}"#)
            var command = Command(Repository.telltale, ["watch", "seen"])
            command.environment = ["TELLTALE_SERVER": server.url]
            let running = try command.start()
            try await server.report("seen", #"{"progress":50}"#)
            try await eventually("half is shown") { running.outputSoFar.contains("50") }
            try await server.report("seen", #"{"status":"completed"}"#)
            let outcome = try await running.wait()
            #expect(outcome.code == 0)
            #expect(!outcome.text.contains("\u{1B}"), "no escape sequences in a pipe")
            #expect(!outcome.text.contains("\r"))
        }
    }

    @Test("result gives the bytes of any result, JSON without its envelope", .tags(.e2e002))
    func result() async throws {
        try await Server.with { server in
            let text = #"{ "a": [1, 2.50, "\u00e9"] }"#
            try await server.submit(#"{"taskId":"json"}"#)
            _ = try await server.curl(
                "/api/jobs/json/result?complete=1",
                "-X",
                "PUT",
                "-H",
                "Content-Type: application/json",
                "-d",
                text
            )
            let outcome = try await telltale(server, "result", "json")
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.text == text)

            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let file = try TemporaryFile(bytes)
            try await server.submit(#"{"taskId":"raw"}"#)
            _ = try await server.curl("/api/jobs/raw/result?complete=1", "-T", file.path)
            #expect(try await telltale(server, "result", "raw").output == bytes)
        }
    }

    @Test("ls lists the newest first")
    func list() async throws {
        try await Server.with { server in
            for id in ["first", "second", "third"] { try await server.submit("{\"taskId\":\"\(id)\"}") }
            let outcome = try await telltale(server, "ls")
            #expect(outcome.code == 0)
            let text = outcome.text
            let places = try ["third", "second", "first"].map { try #require(text.range(of: $0)).lowerBound }
            #expect(places == places.sorted())
        }
    }

    @Test("A server that is not there is one clear line and a code of its own")
    func noServer() async throws {
        for command in [["status", "x"], ["watch", "x"], ["result", "x"], ["cancel", "x"], ["ls"]] {
            let outcome = try await Command(Repository.telltale, command + ["--server", "http://127.0.0.1:9"]).run()
            #expect(outcome.code == 69, "\(command)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains("127.0.0.1:9"))
        }
    }
}
