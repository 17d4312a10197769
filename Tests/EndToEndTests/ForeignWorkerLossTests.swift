import Foundation
import Testing

/// What a worker reports arrives whole, whatever happens to its connections.
@Suite("A foreign worker whose connection is lost")
struct ForeignWorkerLossTests {
    @Test(
        "Its connection is cut three times, and the outcome is as without the loss",
        .tags(.int002, .e2e006),
        arguments: ForeignWorker.installed
    )
    func cut(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let proxy = try CuttingProxy(to: server.port)
            let running = try language.command(
                proxy.url,
                "--producer",
                "cut-1",
                "--id",
                "cut",
                "--attempt",
                "1",
                "--steps",
                "150",
                "--delay",
                "0.02"
            ).start()
            for progress in [10.0, 40.0, 70.0] {
                try await server.waitFor("cut", toPass: progress)
                proxy.cut()
            }
            let outcome = try await running.wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(proxy.connections >= 4)
            // Python prints them as numbers, Node as decimal text.
            let epochs = outcome.frames("welcome").compactMap { $0["epoch"].flatMap { UInt64("\($0)") } }
            #expect(epochs.count >= 4)
            #expect(epochs == epochs.sorted())
            // The server that knows the producer says how far it had come, each time.
            let resumed = outcome.frames("welcome").map { $0["resumed"] as? Bool }
            #expect(resumed == [false] + [Bool](repeating: true, count: resumed.count - 1))
            try await expectWhole("cut", steps: 150, on: server)
        }
    }

    @Test(
        "It completes, never hears of it, and takes the refusal of its next bind for success",
        .tags(.int002, .e2e006),
        arguments: ForeignWorker.installed
    )
    func deaf(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let proxy = try CuttingProxy(to: server.port)
            let running = try language.command(
                proxy.url,
                "--producer",
                "deaf-1",
                "--id",
                "deaf",
                "--attempt",
                "1",
                "--steps",
                "60",
                "--delay",
                "0.02"
            ).start()
            try await server.waitFor("deaf", toPass: 90)
            proxy.muffle()
            try await server.waitFor("deaf", toBe: "completed")
            proxy.cut()
            let outcome = try await running.wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            // Either the server still knows how far the worker had come, or it says so by refusing the next bind.
            let isResumed = outcome.frames("welcome").last?["resumed"] as? Bool == true
            let isRefused = outcome.frames("refusal").contains {
                $0["reason"] as? Int == 2 && $0["state"] as? Int == 3
            }
            #expect(isResumed || isRefused)
            try await expectWhole("deaf", steps: 60, on: server)
        }
    }

    @Test(
        "The server is killed and another one starts with nothing: the job is there, with all that was said of it",
        .tags(.int002, .e2e006),
        arguments: ForeignWorker.installed
    )
    func restart(_ language: ForeignWorker) async throws {
        try await Server.with { second in
            let proxy = try CuttingProxy(to: second.port)
            let running = try await Server.with { first in
                proxy.lead(to: first.port)
                let running = try language.command(
                    proxy.url,
                    "--producer",
                    "moved-1",
                    "--id",
                    "moved",
                    "--attempt",
                    "1",
                    "--type",
                    "demo",
                    "--steps",
                    "100",
                    "--delay",
                    "0.02"
                ).start()
                try await first.waitFor("moved", toPass: 30)
                proxy.lead(to: second.port)
                proxy.cut()
                return running
            }
            let outcome = try await running.wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let body = try await expectWhole("moved", steps: 100, on: second)
            #expect(body["type"] as? String == "demo")
        }
    }

    @Test(
        "A server that shuts down says goodbye; the worker leaves in order and goes on with the next",
        .tags(.int002, .e2e006),
        arguments: ForeignWorker.installed
    )
    func drain(_ language: ForeignWorker) async throws {
        try await Server.with { second in
            let proxy = try CuttingProxy(to: second.port)
            // The end of this scope is the first server's SIGTERM, and waits for its end.
            let running = try await Server.with { first in
                proxy.lead(to: first.port)
                let running = try language.command(
                    proxy.url,
                    "--producer",
                    "drained-1",
                    "--id",
                    "drained",
                    "--attempt",
                    "1",
                    "--steps",
                    "200",
                    "--delay",
                    "0.02"
                ).start()
                try await first.waitFor("drained", toPass: 10)
                proxy.lead(to: second.port)
                return running
            }
            let outcome = try await running.wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.frames("goodbye").first?["reason"] as? Int == 1)
            #expect(proxy.connections == 2)
            try await expectWhole("drained", steps: 200, on: second)
        }
    }

    @Test(
        "A result that is cut in the middle is sent again, and is the same bytes",
        .tags(.int002, .e2e006),
        arguments: ForeignWorker.installed
    )
    func result(_ language: ForeignWorker) async throws {
        try await Server.with { server in
            let proxy = try CuttingProxy(to: server.port)
            var bytes: [UInt8] = []
            var value: UInt64 = 1
            while bytes.count < 3_000_000 {
                value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(value >> 56))
            }
            let file = try TemporaryFile(bytes)
            proxy.cut(afterBytesUp: 1_000_000)
            let outcome = try await language.command(
                proxy.url,
                "--producer",
                "big-1",
                "--id",
                "big",
                "--attempt",
                "1",
                "--steps",
                "3",
                "--result",
                file.path
            ).run()
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(proxy.connections >= 2)
            let answer = try await server.curl("/api/jobs/big/result")
            #expect(answer.status == 200)
            #expect(answer.body == bytes)
            try await expectWhole("big", steps: 3, on: server)
        }
    }

    /// The job has completed, at its first attempt, with everything that its worker says of it.
    @discardableResult
    private func expectWhole(_ id: String, steps: Int, on server: Server) async throws -> [String: Any] {
        let body = try await server.status(id)
        #expect(body["status"] as? String == "completed")
        #expect(body["progress"] as? Int == 100)
        #expect(body["attempt"] as? Int == 1)
        #expect((body["units"] as? [String: Any])?["done"] as? Int == steps)
        #expect((body["step"] as? [String: Any])?["name"] as? String == "step \(steps)")
        return body
    }
}

extension Server {
    /// Waits until the progress of a job is above `percent`.
    fileprivate func waitFor(_ id: String, toPass percent: Double) async throws {
        try await eventually("\(id) passes \(percent) percent") {
            let answer = try await self.curl("/api/jobs/\(id)/status")
            guard answer.status == 200 else { return false }
            return try answer.json()["progress"] as? Double ?? 0 > percent
        }
    }
}
