import ArgumentParser
import JSON
import Logging
import StatusServer
import Testing

@testable import telltale

@Suite("telltale bench status", .serialized)
struct StatusBenchTests {
    private func command(_ arguments: [String]) throws -> BenchStatusCommand {
        try #require(try Telltale.parseAsRoot(["bench", "status"] + arguments) as? BenchStatusCommand)
    }

    @Test("It takes its options")
    func options() throws {
        let command = try command(["--connections", "3", "--rate", "0.5", "--seconds", "2", "--pipeline", "16"])
        #expect(command.plan.connections == 3)
        #expect(command.plan.rate == 0.5)
        #expect(command.plan.seconds == 2)
        #expect(command.plan.pipeline == 16)
        #expect(try self.command([]).plan.rate == nil)
    }

    @Test(
        "What lies out of range is refused in one line that names the option",
        arguments: [
            ["--connections", "0"], ["--connections", "28001"], ["--rate", "0"], ["--rate", "nan"], ["--rate", "-1"],
            ["--seconds", "0"], ["--pipeline", "0"], ["--pipeline", "1025"], ["--jobs", "0"], ["--jobs", "10001"],
            ["--threads", "65"], ["--idle", "1000001"],
        ]
    )
    func refusals(_ arguments: [String]) {
        #expect {
            _ = try command(arguments)
        } throws: { error in
            let text = Telltale.message(for: error)
            return Telltale.exitCode(for: error).rawValue == telltale.ExitStatus.usage.rawValue
                && !text.contains("\n") && text.contains(arguments[0])
        }
    }

    @Test("Ids have one length, and so has progress, which is different for neighbours")
    func jobs() {
        let plan = StatusPlan(connections: 1, threads: 1, pipeline: 1, rate: nil, seconds: 1, jobs: 1)
        #expect(plan.id(0, of: 0) == "bench-00000000-00000")
        #expect(plan.id(9_999, of: .max) == "bench-ffffffff-09999")
        let all = (0..<8_100).map(plan.progress)
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { (1_001...9_999).contains($0) && $0 % 10 != 0 })
    }

    /// Calls `body` with the URL of a server in this process.
    private func withServer(_ body: (ServerURL) async throws -> Void) async throws {
        var configuration = ServerConfiguration(
            listen: [ListenAddress(host: "127.0.0.1", port: 0)],
            eventLoopThreads: 1
        )
        configuration.drainSeconds = 1
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try TelltaleServer(configuration: configuration, logger: logger)
        let url = try ServerURL("http://\(try await server.start()[0])")
        do {
            try await body(url)
            await server.shutdown()
        } catch {
            await server.shutdown()
            throw error
        }
    }

    @Test("A run finds every answer right, says what it measured, and leaves no live job", arguments: [nil, 500.0])
    func run(_ rate: Double?) async throws {
        try await withServer { url in
            let plan = StatusPlan(connections: 4, threads: 2, pipeline: 2, rate: rate, seconds: 1, jobs: 10)
            let figures = try await StatusBench.run(plan, on: url)

            #expect(figures.complaint == nil)
            #expect(!figures.json.contains("\n"))
            let json = try JSONValue(parsing: Array(figures.json.utf8))
            let requests = try #require(json["requests"]?.number?.integer)
            #expect(rate == nil ? requests > 0 : (499...501).contains(requests))
            #expect(json["errors"]?.number?.integer == 0)
            #expect(json["bytes"]?.number?.integer ?? 0 > 300 * requests)
            #expect(json["connections"]?.number?.integer == 4)
            let latencies = ["P50", "P90", "P99", "P999", "P9999", "Max"].map {
                json["latencyMicroseconds" + $0]?.number?.double ?? -1
            }
            #expect(latencies == latencies.sorted() && latencies[0] > 0, "\(latencies)")
            for name in ["checks", "rate", "99.99 %", "longest", "all answers were right"] {
                #expect(figures.text.contains(name))
            }

            try await JobClient.with(url) { client in
                let page = try await client.page(of: ListFilter(), limit: 100, after: nil)
                #expect(page.jobs.count == 10)
                #expect(page.jobs.allSatisfy { $0.state == .cancelled })
            }
        }
    }

    @Test("Idle connections stay open beside the load, and are told of")
    func idle() async throws {
        try await withServer { url in
            let plan = StatusPlan(connections: 1, threads: 1, pipeline: 1, rate: 20, seconds: 1, jobs: 1, idle: 30)
            let figures = try await StatusBench.run(plan, on: url)

            #expect(figures.complaint == nil)
            let json = try JSONValue(parsing: Array(figures.json.utf8))
            #expect(json["idleConnections"]?.number?.integer == 30)
            #expect(json["idleConnectionsLost"]?.number?.integer == 0)
            #expect(figures.text.contains("of 30 idle connections still open"))
        }
    }

    @Test("Nobody there is one line and its own exit code; https is wrong usage")
    func unavailable() async throws {
        let plan = StatusPlan(connections: 1, threads: 1, pipeline: 1, rate: nil, seconds: 1, jobs: 1)
        for (url, status) in [
            ("http://127.0.0.1:9", telltale.ExitStatus.unavailable), ("https://127.0.0.1:9", .usage),
        ] {
            await #expect {
                _ = try await StatusBench.run(plan, on: try ServerURL(url))
            } throws: { error in
                (error as? CommandFailure)?.status == status
            }
        }
    }
}
