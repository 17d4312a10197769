import Foundation
import Testing

/// n8n's HTTP behaviour, replayed by `spec/n8n/replay` with Node's own modules.
@Suite("n8n's requests, replayed")
struct ReplayTests {
    static let scenarios = [
        "current", "older", "bodies", "compression", "types", "retries", "pagination", "burst", "waits", "events",
        "workflows",
    ]

    @Test("A server gives n8n what it expects", .tags(.int010, .e2e003, .e2e004), arguments: scenarios)
    func holds(scenario: String) async throws {
        try await Server.with { server in
            let outcome = try await replay(server.url, scenario)
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
    }

    @Test("A body that breaks off is an error for n8n", .tags(.int010))
    func truncated() async throws {
        let process = try Command.telltale("serve", "--ephemeral", "--listen", "127.0.0.1:0").start()
        try await eventually("the server listens") { Server.address(in: process.errorsSoFar) != nil }
        let address = try #require(Server.address(in: process.errorsSoFar))
        let outcome = try await replay("http://\(address)", "truncated", "\(process.pid)")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try await process.wait().code == 128 + SIGKILL)
    }

    @Test("Every scenario of the replay is run here")
    func complete() throws {
        let file = Repository.root.appendingPathComponent("spec/n8n/replay/check.mjs")
        let source = try String(contentsOf: file, encoding: .utf8)
        let found = source.matches(of: /\n  async (\w+)\(\) \{/).map { String($0.1) }
        #expect(Set(found) == Set(Self.scenarios).union(["truncated"]))
    }

    private func replay(_ arguments: String...) async throws -> Command.Outcome {
        let file = Repository.root.appendingPathComponent("spec/n8n/replay/check.mjs")
        return try await Command("node", [file.path] + arguments).run(seconds: 120)
    }
}
