import Foundation
import Testing

/// A worker that shares no code with the server: `spec/reference/python`, on the h2 library.
@Suite("A foreign worker", .enabled(if: FileManager.default.isExecutableFile(atPath: Repository.python.path)))
struct ForeignWorkerTests {
    private func worker(_ server: Server, _ arguments: String...) -> Command {
        Command(Repository.python, [Repository.pythonWorker.path, "--server", server.url] + arguments)
    }

    @Test("Its progress reaches a poll while it works", .tags(.int002, .e2e001))
    func progress() async throws {
        try await Server.with { server in
            let running = try worker(server, "--id", "slow", "--steps", "5000", "--delay", "0.02").start()
            var seen: [Double] = []
            try await eventually("three polls see three values") {
                let answer = try await server.curl("/api/jobs/slow/status")
                guard answer.status == 200 else { return false }
                let progress = try #require(try answer.json()["progress"] as? Double)
                if progress != seen.last { seen.append(progress) }
                return seen.filter { $0 > 0 && $0 < 100 }.count >= 3
            }
            #expect(seen == seen.sorted())
            running.signal(SIGTERM)
            _ = try await running.wait()
        }
    }

    @Test("What it said last is what a poll reads after its end", .tags(.int002, .e2e001))
    func completion() async throws {
        try await Server.with { server in
            let outcome = try await worker(server, "--id", "quick", "--type", "demo", "--steps", "40").run()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let body = try await server.status("quick")
            #expect(body["status"] as? String == "completed")
            #expect(body["progress"] as? Int == 100)
            #expect(body["type"] as? String == "demo")
            #expect((body["units"] as? [String: Any])?["done"] as? Int == 40)
            #expect((body["step"] as? [String: Any])?["index"] as? Int == 40)
        }
    }

    @Test("Its JSON result, sent on a stream of its own, comes back in the envelope", .tags(.int003))
    func jsonResult() async throws {
        try await Server.with { server in
            let file = try TemporaryFile(#"{"answer":42}"#)
            let outcome = try await worker(
                server,
                "--id",
                "answer",
                "--steps",
                "2",
                "--result",
                file.path,
                "--media-type",
                "application/json"
            ).run()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let body = try await server.curl("/api/jobs/answer/result").json()
            #expect((body["result"] as? [String: Any])?["answer"] as? Int == 42)
        }
    }

    @Test("A result that says JSON and is none is refused, and the job does not complete with it")
    func malformedResult() async throws {
        try await Server.with { server in
            let file = try TemporaryFile(#"{"answer":42}}"#)
            let outcome = try await worker(
                server,
                "--id",
                "liar",
                "--result",
                file.path,
                "--media-type",
                "application/json"
            ).run()
            #expect(outcome.text.contains(#""reason": 8"#), "\(outcome.text)")
            #expect(try await server.curl("/api/jobs/liar/result").status != 200)
        }
    }

    @Test("Its failure is what readers see", .tags(.int007))
    func failure() async throws {
        try await Server.with { server in
            _ = try await worker(server, "--id", "sad", "--steps", "1", "--fail", "E7", "no more tapes").run()
            let body = try await server.status("sad")
            #expect(body["status"] as? String == "failed")
            #expect(body["message"] as? String == "no more tapes")
            #expect((body["failure"] as? [String: Any])?["code"] as? String == "E7")
        }
    }

    @Test("It hears of a cancel on its stream, and its answer is kept")
    func cancel() async throws {
        try await Server.with { server in
            let running = try worker(server, "--id", "stop-me", "--steps", "2", "--wait-for-cancel").start()
            try await server.waitFor("stop-me", toBe: "processing")
            let answer = try await server.curl(
                "/api/jobs/stop-me/cancel",
                "-H",
                "Content-Type: application/json",
                "-d",
                #"{"reason":"enough"}"#
            )
            #expect(answer.status == 200)
            let outcome = try await running.wait()
            #expect(outcome.text.contains(#""frame": "cancel""#))
            #expect(outcome.text.contains("enough"))
            try await eventually("the answer is kept") {
                let body = try await server.status("stop-me")
                return (body["cancellation"] as? [String: Any])?["worker"] as? String == "stopped"
            }
        }
    }

    @Test("The codec of the reference client agrees with every test vector")
    func vectors() async throws {
        let vectors = Repository.root.appendingPathComponent("spec/test-vectors").path
        let outcome = try await Command(
            Repository.python,
            [Repository.pythonWorker.path, "--check-vectors", vectors]
        ).run()
        #expect(outcome.code == 0, "\(outcome.text)")
    }

    @Test("A killed worker's job does not read as stalled at once, and keeps what was reported")
    func killed() async throws {
        try await Server.with { server in
            let running = try worker(server, "--id", "orphan", "--steps", "3", "--wait-for-cancel").start()
            try await server.waitFor("orphan", toBe: "processing")
            running.signal(SIGKILL)
            _ = try await running.wait()
            let body = try await server.status("orphan")
            #expect(body["status"] as? String == "processing")
            #expect(body["stalled"] == nil)
        }
    }
}
