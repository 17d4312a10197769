import Foundation
import Testing

/// How the server starts, refuses to start, and stops.
@Suite("telltale serve")
struct ServeCommandTests {
    @Test(
        "Wrong usage is one clear line and a non-zero exit code",
        arguments: [
            (["serve"], "--ephemeral"),
            (["serve", "--ephemeral", "--listen", "nonsense"], "HOST:PORT"),
            (["serve", "--ephemeral", "--listen", "127.0.0.1:99999"], "HOST:PORT"),
            (["serve", "--ephemeral", "--no-such-flag"], "--no-such-flag"),
            (["serve", "--ephemeral", "--log-level", "loud"], "log level"),
            (["serve", "--ephemeral", "--data-dir", "/tmp/x"], "exclude"),
            (["serve", "--data-dir", "/no/such/folder"], "cannot use the folder"),
            (["serve", "--ephemeral", "--listen", "0.0.0.0:0"], "--allow-unauthenticated"),
            (["serve", "--ephemeral", "--listen", "[::]:0"], "--allow-unauthenticated"),
        ]
    )
    func wrongUsage(_ arguments: [String], _ hint: String) async throws {
        let outcome = try await Command(Repository.telltale, arguments).run()
        #expect(outcome.code != 0)
        #expect(outcome.errors.contains(hint), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test("A port in use is one clear line and a non-zero exit code")
    func portInUse() async throws {
        try await Server.with { server in
            let outcome = try await Command.telltale("serve", "--ephemeral", "--listen", server.address).run()
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("cannot listen on \(server.address)"))
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        }
    }

    @Test("A folder for large results that cannot be written is one clear line")
    func folderThatCannotBeWritten() async throws {
        var command = Command.telltale("serve", "--ephemeral", "--listen", "127.0.0.1:0")
        command.environment = ["TMPDIR": "/nonexistent/folder"]
        let outcome = try await command.run()
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("/nonexistent/folder"))
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }

    @Test("Too low a limit on addresses is one clear line")
    func limitOnAddresses() async throws {
        let serve = "exec '\(Repository.telltale.path)' serve --ephemeral --listen 127.0.0.1:0"
        let outcome = try await Command("/bin/sh", ["-c", "ulimit -v 2000000; \(serve)"]).run()
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("ulimit -v"))
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }

    @Test("Beyond the cap on jobs new ones are told to come back, and those that are there go on")
    func capOnJobs() async throws {
        try await Server.with(["--max-jobs", "2", "--max-memory", "32M"]) { server in
            for id in ["a", "b"] { #expect(try await server.submit(id).status == 202) }
            let refused = try await server.submit("c")
            #expect(refused.status == 503)
            #expect(refused.header("retry-after") == "5")
            #expect(refused.text.contains(#""code":"overQuota""#))
            #expect(try await server.submit("a").status == 202, "a repeated submission makes no job")
            let report = #"{"status":"processing","progress":50}"#
            let options = ["-X", "PATCH", "-H", "Content-Type: application/json", "-d", report]
            #expect(try await server.curl("/api/jobs/a", options: options).status == 200)
        }
    }

    @Test("Flags can come from the environment, and the command line wins")
    func environment() async throws {
        var command = Command.telltale("serve", "--listen", "127.0.0.1:0")
        command.environment = ["TELLTALE_EPHEMERAL": "true", "TELLTALE_LISTEN": "nonsense"]
        let process = try command.start()
        try await eventually("it listens") { Server.address(in: process.errorsSoFar) != nil }
        process.signal(SIGTERM)
        #expect(try await process.wait().code == 0)

        var other = Command.telltale("serve", "--ephemeral")
        other.environment = ["TELLTALE_LISTEN": "nonsense"]
        #expect(try await other.run().errors.contains("nonsense"))
    }

    @Test("It listens on several addresses, IPv6 among them, and logs the bound ports")
    func severalAddresses() async throws {
        let process = try Command.telltale(
            "serve",
            "--ephemeral",
            "--listen",
            "127.0.0.1:0",
            "--listen",
            "[::1]:0"
        ).start()
        try await eventually("both are logged") {
            process.errorsSoFar.components(separatedBy: "address=").count == 3
        }
        let log = process.errorsSoFar
        let second = try #require(log.range(of: "address=[::1]:"))
        let port = log[second.upperBound...].prefix { $0.isNumber }
        let outcome = try await Command("curl", ["-sS", "-g", "http://[::1]:\(port)/livez"]).run()
        #expect(outcome.code == 0)
        process.signal(SIGINT)
        #expect(try await process.wait().code == 0)
    }

    @Test("SIGTERM and SIGINT drain and exit 0", arguments: [SIGTERM, SIGINT])
    func shutdown(_ signal: Int32) async throws {
        let process = try Command.telltale("serve", "--ephemeral", "--listen", "127.0.0.1:0").start()
        try await eventually("it listens") { Server.address(in: process.errorsSoFar) != nil }
        process.signal(signal)
        #expect(try await process.wait(seconds: 20).code == 0)
    }
}

extension Server {
    fileprivate func submit(_ id: String) async throws -> Answer {
        try await curl(
            "/api/jobs",
            options: ["-H", "Content-Type: application/json", "-d", #"{"taskId":"\#(id)"}"#]
        )
    }
}
