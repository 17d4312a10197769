import Foundation
import Testing

/// The workers of `spec/reference`, in Python on the h2 library and in Node, against a real server.
@Suite("A foreign worker")
struct ForeignWorkerTests {
    @Test("Its progress reaches a poll while it works", .tags(.int002, .e2e001), arguments: ForeignWorker.installed)
    func progress(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let running = try language.command(server.url, "--id", "slow", "--steps", "5000", "--delay", "0.02").start()
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

    @Test(
        "What it said last is what a poll reads after its end",
        .tags(.int002, .e2e001),
        arguments: ForeignWorker.installed
    )
    func completion(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let outcome = try await language.command(server.url, "--id", "quick", "--type", "demo", "--steps", "40")
                .run()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let body = try await server.status("quick")
            #expect(body["status"] as? String == "completed")
            #expect(body["progress"] as? Int == 100)
            #expect(body["type"] as? String == "demo")
            #expect((body["units"] as? [String: Any])?["done"] as? Int == 40)
            #expect((body["step"] as? [String: Any])?["index"] as? Int == 40)
        }
    }

    @Test(
        "Its JSON result, sent on a stream of its own, comes back in the envelope",
        .tags(.int003),
        arguments: ForeignWorker.installed
    )
    func jsonResult(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let file = try TemporaryFile(#"{"answer":42}"#)
            let outcome = try await language.command(
                server.url,
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

    @Test(
        "A result that says JSON and is none is refused, and the job does not complete with it",
        arguments: ForeignWorker.installed
    )
    func malformedResult(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let file = try TemporaryFile(#"{"answer":42}}"#)
            let outcome = try await language.command(
                server.url,
                "--id",
                "liar",
                "--result",
                file.path,
                "--media-type",
                "application/json"
            ).run()
            #expect(outcome.frames("refusal").contains { $0["reason"] as? Int == 8 }, "\(outcome.text)")
            #expect(try await server.curl("/api/jobs/liar/result").status != 200)
        }
    }

    @Test("Its failure is what readers see", .tags(.int007), arguments: ForeignWorker.installed)
    func failure(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            _ = try await language.command(server.url, "--id", "sad", "--steps", "1", "--fail", "E7", "no more tapes")
                .run()
            let body = try await server.status("sad")
            #expect(body["status"] as? String == "failed")
            #expect(body["message"] as? String == "no more tapes")
            #expect((body["failure"] as? [String: Any])?["code"] as? String == "E7")
        }
    }

    @Test("It hears of a cancel on its stream, and its answer is kept", arguments: ForeignWorker.installed)
    func cancel(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let running = try language.command(server.url, "--id", "stop-me", "--steps", "2", "--wait-for-cancel")
                .start()
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
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.frames("cancel").first?["reason"] as? String == "enough")
            try await eventually("the answer is kept") {
                let body = try await server.status("stop-me")
                return (body["cancellation"] as? [String: Any])?["worker"] as? String == "stopped"
            }
        }
    }

    @Test("The codec of the reference client agrees with every test vector", arguments: ForeignWorker.installed)
    func vectors(_ language: ForeignWorker) async throws {
        let vectors = Repository.root.appendingPathComponent("spec/test-vectors").path
        let outcome = try await language.command(["--check-vectors", vectors]).run()
        #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    }

    @Test(
        "A killed worker's job does not read as stalled at once, and keeps what was reported",
        arguments: ForeignWorker.installed
    )
    func killed(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let running = try language.command(server.url, "--id", "orphan", "--steps", "3", "--wait-for-cancel")
                .start()
            try await server.waitFor("orphan", toBe: "processing")
            running.signal(SIGKILL)
            _ = try await running.wait()
            let body = try await server.status("orphan")
            #expect(body["status"] as? String == "processing")
            #expect(body["stalled"] == nil)
        }
    }
}
