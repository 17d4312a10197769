import Foundation
import Testing

/// `telltale run`: any program as a tracked job.
@Suite("telltale run")
struct RunCommandTests {
    private func run(_ server: Server, _ id: String, _ shell: String) -> Command {
        .telltale("run", "--server", server.url, "--id", id, "--", "sh", "-c", shell)
    }

    @Test("Its output passes through and is fetched back byte for byte, plain and through gzip", .tags(.e2e002))
    func output() async throws {
        let lines = (0..<200_000).map { String(($0 &* 2_654_435_761) % 1_000_003) }
        let big = try TemporaryFile(lines.joined(separator: "\n") + "\n")
        let sorted = try await Command("sort", ["-rn", big.path]).run()
        try await Server.with { server in
            let outcome = try await run(server, "sorted", "sort -rn \(big.path)").run()
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.output == sorted.output)
            let plain = try await server.curl("/api/jobs/sorted/result")
            #expect(plain.body == sorted.output)
            let zipped = try await server.curl("/api/jobs/sorted/result", "--compressed")
            #expect(zipped.header("content-encoding") == "gzip")
            #expect(zipped.body == sorted.output)
            #expect(try await server.status("sorted")["status"] as? String == "completed")
        }
    }

    @Test(
        "Progress is found in what the program prints, on either stream",
        arguments: [
            "printf '25%%\\n'; read x", "printf '[ 1/4] one\\n' >&2; read x", "printf '\\r 25%% |###   |' >&2; read x",
        ]
    )
    func progress(_ shell: String) async throws {
        try await Server.with { server in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let pipe = folder.appendingPathComponent("go").path
            #expect(mkfifo(pipe, 0o600) == 0)
            let running = try run(server, "moving", "exec 3<>\(pipe); \(shell) <&3").start()
            try await eventually("a quarter is done") {
                let answer = try await server.curl("/api/jobs/moving/status")
                guard answer.status == 200 else { return false }
                return try answer.json()["progress"] as? Double == 25
            }
            try FileHandle(forWritingTo: URL(fileURLWithPath: pipe)).write(contentsOf: Data("go\n".utf8))
            #expect(try await running.wait().code == 0)
            try await server.waitFor("moving", toBe: "completed")
        }
    }

    @Test("A non-zero exit fails the job with the last line of standard error, and is the exit code", .tags(.int007))
    func failure() async throws {
        try await Server.with { server in
            let outcome = try await run(server, "bad", "echo partial; echo first >&2; echo the reason >&2; exit 7")
                .run()
            #expect(outcome.code == 7)
            #expect(outcome.text == "partial\n")
            #expect(outcome.errors.contains("the reason"))
            let body = try await server.status("bad")
            #expect(body["status"] as? String == "failed")
            #expect(body["message"] as? String == "the reason")
        }
    }

    @Test("A killed program is 128 + the signal")
    func killed() async throws {
        try await Server.with { server in
            let outcome = try await run(server, "killed", "kill -KILL $$").run()
            #expect(outcome.code == 128 + SIGKILL)
            #expect(try await server.status("killed")["status"] as? String == "failed")
        }
    }

    @Test("A cancel becomes SIGTERM, and the worker's answer is kept")
    func cancel() async throws {
        try await Server.with { server in
            let running = try run(server, "stop", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done")
                .start()
            try await eventually("it runs") { running.outputSoFar == "up\n" }
            try await server.waitFor("stop", toBe: "processing")
            #expect(try await Command.telltale("cancel", "--server", server.url, "stop").run().code == 0)
            let outcome = try await running.wait()
            #expect(outcome.text == "up\nbye\n")
            #expect(outcome.code == 3)
            let body = try await server.status("stop")
            #expect(body["status"] as? String == "cancelled")
        }
    }

    @Test("SIGTERM and SIGINT are forwarded to the program", arguments: [SIGTERM, SIGINT])
    func signals(_ signal: Int32) async throws {
        try await Server.with { server in
            let running = try run(
                server,
                "signal",
                "trap 'echo got TERM; exit 0' TERM; trap 'echo got INT; exit 0' INT; echo up; while :; do sleep 0.05; done"
            ).start()
            try await eventually("it runs") { running.outputSoFar == "up\n" }
            running.signal(signal)
            let outcome = try await running.wait()
            #expect(outcome.text == "up\ngot \(signal == SIGTERM ? "TERM" : "INT")\n")
            #expect(outcome.code == 0)
        }
    }

    @Test("The command runs although no server answers, unless one is required")
    func noServer() async throws {
        let absent = "http://127.0.0.1:9"
        let outcome = try await Command.telltale("run", "--server", absent, "--", "echo", "hello").run()
        #expect(outcome.code == 0)
        #expect(outcome.text == "hello\n")

        let refused = try await Command.telltale(
            "run",
            "--server",
            absent,
            "--require-server",
            "--",
            "echo",
            "hello"
        ).run()
        #expect(refused.code != 0)
        #expect(refused.output.isEmpty)
        #expect(refused.errors.contains(absent))
    }

    @Test("A command that does not exist is one clear line and 127")
    func missingCommand() async throws {
        try await Server.with { server in
            let outcome = try await Command.telltale("run", "--server", server.url, "--", "/no/such/program").run()
            #expect(outcome.code == 127)
            #expect(outcome.errors.contains("/no/such/program"))
        }
    }

    @Test("The program gets the descriptors that telltale was given, and none that it opened")
    func descriptors() async throws {
        try await Server.with { server in
            let script =
                "exec 5</dev/null; '\(Repository.telltale.path)' run --server \(server.url) -- ls /proc/self/fd"
            let outcome = try await Command("sh", ["-c", script]).run()
            // 0, 1 and 2, the one that is handed on, and the folder that ls reads.
            #expect(outcome.text == "0\n1\n2\n3\n5\n", "\(outcome.errors)")
        }
    }
}
