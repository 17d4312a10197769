import ArgumentParser
import JSON
import LoadGenerator
import Logging
import StatusServer
import Testing

@testable import telltale

@Suite("telltale bench ingest and mixed", .serialized)
struct IngestBenchTests {
    private func withServer<R>(
        maximumJobs: Int = 100_000,
        _ body: (ServerURL) async throws -> R
    ) async throws -> R {
        var configuration = ServerConfiguration(
            listen: [ListenAddress(host: "127.0.0.1", port: 0)],
            eventLoopThreads: 2,
            maximumJobs: maximumJobs
        )
        configuration.drainSeconds = 1
        let server = try TelltaleServer(
            configuration: configuration,
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            let value = try await body(ServerURL("http://\(try await server.start()[0])"))
            await server.shutdown()
            return value
        } catch {
            await server.shutdown()
            throw error
        }
    }

    private func plan(_ adjust: (inout IngestPlan) -> Void = { _ in }) -> IngestPlan {
        var plan = IngestPlan()
        plan.jobs = 500
        plan.seconds = 1
        plan.batch = 700
        adjust(&plan)
        return plan
    }

    @Test("A load of any kind is applied, counted and found again", arguments: IngestPlan.Kind.allCases, [1, 3])
    func kinds(_ kind: IngestPlan.Kind, _ connections: Int) async throws {
        let plan = plan {
            $0.kind = kind
            $0.connections = connections
        }
        let figures = try await withServer { try await IngestBench.run(plan, on: $0) }
        #expect(figures.updates > 0)
        #expect(figures.updates % plan.batch == 0)
        #expect(figures.seconds >= 1)
        let least = kind == .single ? 3.0 : 2.0
        #expect(figures.bytesPerUpdate >= least && figures.bytesPerUpdate < least + 3.1)
        #expect(figures.delays.total == figures.updates)
    }

    @Test("Jobs that come to the end of an attempt begin the next, in turns and at random", arguments: [false, true])
    func attempts(_ isRandom: Bool) async throws {
        let plan = plan {
            $0.jobs = 2
            $0.isRandom = isRandom
        }
        // More than two attempts of two jobs, however slow the machine is at the moment; that the numbers are right is
        // what each run itself has checked.
        var updates = 0
        for _ in 0..<20 where updates <= 40_000 {
            updates = try await withServer { try await IngestBench.run(plan, on: $0) }.updates
        }
        #expect(updates > 40_000)
    }

    @Test("A status check beside the load is answered and timed")
    func mixed() async throws {
        let (figures, checks) = try await withServer {
            try await IngestBench.run(plan(), checksPerSecond: 100, on: $0)
        }
        #expect(checks.total >= 100)
        let json = try JSONValue(parsing: Array(figures.json(checks).utf8))
        for key in [
            "updates", "updatesPerSecond", "bytesPerUpdate", "ackMicrosecondsP50", "ackMicrosecondsP99", "checks",
            "checkMicrosecondsP50", "checkMicrosecondsP99",
        ] {
            #expect(json[key]?.number?.double ?? -1 >= 0, "\(key)")
        }
        #expect(!figures.json(checks).contains("\n"))
        #expect(figures.text(checks).contains("status checks"))
    }

    @Test("A refused update, or job, fails the run")
    func refused() async throws {
        await #expect {
            try await withServer(maximumJobs: 256) { try await IngestBench.run(plan { $0.jobs = 5_000 }, on: $0) }
        } throws: {
            ($0 as? CommandFailure)?.text.contains("refused item") == true
        }
    }

    @Test("A job that does not stand where it must fails the run")
    func wrongValue() async throws {
        let plan = plan()
        await #expect {
            try await withServer { server in
                _ = try await IngestBench.run(plan, on: server)
                let wrong = IngestSource.Expectation(id: plan.id(of: 0), progress: 1, attempt: 99)
                try await IngestBench.verify([wrong], on: server)
            }
        } throws: {
            ($0 as? CommandFailure)?.text.contains("must stand at 1 basis points of attempt 99") == true
        }
    }

    @Test("Without a server the command says so by its exit code")
    func absent() async throws {
        let server = try ServerURL("http://127.0.0.1:1")
        await #expect {
            _ = try await IngestBench.run(plan(), on: server)
        } throws: {
            ($0 as? CommandFailure)?.status == .unavailable
        }
    }

    @Test(
        "What lies out of range is refused in one line that names the option",
        arguments: [
            ["--jobs", "0"], ["--jobs", "2000000"], ["--connections", "0"], ["--seconds", "0"], ["--batch", "0"],
            ["--random", "--kind", "run"], ["--kind", "any"],
        ]
    )
    func refusals(_ arguments: [String]) {
        #expect {
            _ = try Telltale.parseAsRoot(["bench", "ingest"] + arguments)
        } throws: { error in
            let text = Telltale.message(for: error)
            return Telltale.exitCode(for: error).rawValue == telltale.ExitStatus.usage.rawValue
                && text.contains(arguments[0])
        }
    }

    @Test(
        "An address is taken out of a URL",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", "8080"), ("http://[::1]:9", "::1", "9"),
            ("http://host/p", "host", "80"),
        ]
    )
    func addresses(_ url: String, _ host: String, _ port: String) throws {
        let address = try ServerURL(url).socketAddress()
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(throws: CommandFailure.self) { try ServerURL("https://host").socketAddress() }
    }
}
