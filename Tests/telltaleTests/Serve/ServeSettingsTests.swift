import ArgumentParser
import CMachine
import Configuration
import Foundation
import Logging
import NIOCore
import StatusServer
import Testing

@testable import telltale

/// How flags and `TELLTALE_…` variables make a configuration.
@Suite("Settings of telltale serve")
struct ServeSettingsTests {
    private func settings(_ arguments: [String], _ variables: [String: String] = [:]) throws -> ServeSettings {
        let environment = ServeSettings.Environment(
            provider: EnvironmentVariablesProvider(environmentVariables: variables)
        )
        return try ServeSettings(options: try ServeOptions.parse(arguments), environment: environment)
    }

    @Test("Without anything else, --ephemeral listens on 127.0.0.1:8080 and logs at info")
    func defaults() throws {
        let settings = try settings(["--ephemeral"])
        #expect(settings.server.listen.map(\.description) == ["127.0.0.1:8080"])
        #expect(settings.logLevel == .info)
        #expect(!settings.server.allowsUnauthenticated)
        #expect(settings.server.publicURL == nil)
    }

    @Test("Every flag can be a variable")
    func variables() throws {
        let settings = try settings(
            [],
            [
                "TELLTALE_EPHEMERAL": "true",
                "TELLTALE_LISTEN": "127.0.0.1:1, [::1]:2",
                "TELLTALE_LOG_LEVEL": "debug",
                "TELLTALE_ALLOW_UNAUTHENTICATED": "1",
                "TELLTALE_ALLOW_HOST": "a.example,b.example",
                "TELLTALE_PUBLIC_URL": "https://jobs.example/",
                "TELLTALE_INLINE_RESULT_LIMIT": "10",
                "TELLTALE_CORS_ORIGIN": "https://a.example/, http://b.example:81",
                "TELLTALE_MAX_WAIT": "300",
                "TELLTALE_MAX_JOBS": "1000",
                "TELLTALE_MAX_MEMORY": "64m",
                "TELLTALE_EVENT_LOOPS": "3",
                "TELLTALE_MAX_RESULT_SIZE": "2M",
                "TELLTALE_MAX_RESULT_STORAGE": "1T",
                "TMPDIR": "/somewhere",
            ]
        )
        #expect(settings.server.listen.map(\.description) == ["127.0.0.1:1", "[::1]:2"])
        #expect(settings.logLevel == .debug)
        #expect(settings.server.allowsUnauthenticated)
        #expect(settings.server.allowedHosts == ["a.example", "b.example"])
        #expect(settings.server.publicURL == "https://jobs.example")
        #expect(settings.server.inlineResultLimit == 10)
        #expect(settings.server.corsOrigins == ["https://a.example", "http://b.example:81"])
        #expect(settings.server.maximumWait == 300)
        #expect(settings.server.maximumJobs == 1_000)
        #expect(settings.server.maximumMemory == 64 << 20)
        #expect(settings.server.eventLoopThreads == 3)
        #expect(settings.server.resultLimit == 2 << 20)
        #expect(settings.server.resultStorageLimit == 1 << 40)
        #expect(settings.server.temporaryDirectory == "/somewhere")
    }

    @Test("A flag wins over its variable")
    func precedence() throws {
        let settings = try settings(
            ["--ephemeral", "--listen", "127.0.0.1:3", "--log-level", "error"],
            ["TELLTALE_LISTEN": "127.0.0.1:4", "TELLTALE_LOG_LEVEL": "trace"]
        )
        #expect(settings.server.listen.map(\.port) == [3])
        #expect(settings.logLevel == .error)
    }

    @Test(
        "What cannot be understood is refused",
        arguments: [
            [], ["--ephemeral", "--data-dir", "x"], ["--ephemeral", "--listen", "8080"],
            ["--ephemeral", "--listen", "::1:8080"], ["--ephemeral", "--public-url", "jobs.example"],
            ["--ephemeral", "--inline-result-limit", "-1"], ["--ephemeral", "--log-level", "loud"],
            ["--ephemeral", "--max-jobs", "0"], ["--ephemeral", "--max-wait", "301"],
            ["--ephemeral", "--cors-origin", "app.example"], ["--ephemeral", "--cors-origin", "https://a.example/b"],
            ["--ephemeral", "--max-memory", "31M"], ["--data-dir", "a", "--progress-interval", "0.001"],
            ["--data-dir", "a", "--progress-interval", "often"],
            ["--ephemeral", "--event-loops", "0"],
            ["--ephemeral", "--event-loops", "64"], ["--ephemeral", "--max-result-size", "0"],
            ["--ephemeral", "--max-result-storage", "much"],
        ]
    )
    func refusals(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try settings(arguments) }
    }

    @Test("Without a number there are as many event loops as processors that the process may use")
    func eventLoops() throws {
        let status = try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") })
        let mask = line.drop { $0 != "\t" }.dropFirst()
        let allowed = mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        #expect(Int(CMachine_allowedProcessors()) == allowed)
        #expect(ServeSettings.processors == min(allowed, System.coreCount))
        #expect(try settings(["--ephemeral"]).server.eventLoopThreads == ServeSettings.processors)
        #expect(try settings(["--ephemeral", "--event-loops", "63"]).server.eventLoopThreads == 63)
    }

    @Test("Where jobs are kept, and how much progress a crash may cost")
    func dataFolder() throws {
        let kept = try settings(["--data-dir", "/var/lib/telltale"]).server
        #expect(kept.dataFolder == "/var/lib/telltale")
        #expect(kept.progressInterval == 1_000)
        #expect(try settings(["--data-dir", "a", "--progress-interval", "0.25"]).server.progressInterval == 250)
        #expect(try settings(["--ephemeral"]).server.dataFolder == nil)
    }
}
