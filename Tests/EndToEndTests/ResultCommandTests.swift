import Foundation
import Testing

/// `telltale result`, with its ways to save, check and go on.
@Suite("The result command")
struct ResultCommandTests {
    private static let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 1_000) }

    private func telltale(_ server: Server, _ arguments: String...) async throws -> Command.Outcome {
        var command = Command(Repository.telltale, arguments)
        command.environment = ["TELLTALE_SERVER": server.url]
        return try await command.run()
    }

    /// Runs `body` with a server that has ``content`` as the result of `job`, and the path of a file to save it to.
    private func withResult(_ body: (Server, _ file: String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "telltale-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source = try TemporaryFile(Self.content)
        try await Server.with { server in
            try await server.submit(#"{"taskId":"job"}"#)
            #expect(try await server.curl("/api/jobs/job/result?complete=1", "-T", source.path).status == 201)
            try await body(server, folder + "/saved")
        }
    }

    private func contents(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { Array($0) }
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test(
        "--continue goes on from what is there, wherever that ends",
        arguments: [0, 1, 262_144, 2_999_999, 3_000_000]
    )
    func goesOn(held: Int) async throws {
        try await withResult { server, file in
            try write(Array(Self.content[..<held]), to: file + ".part")
            let outcome = try await telltale(server, "result", "job", "-o", file, "--continue")
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(contents(file) == Self.content)
            #expect(contents(file + ".part") == nil)
        }
    }

    @Test("What is there is used and not fetched again, and the digest tells when it belongs to something else")
    func foreignPart() async throws {
        try await withResult { server, file in
            try write([UInt8](repeating: 0, count: 1_000_000), to: file + ".part")
            let outcome = try await telltale(server, "result", "job", "-o", file, "--continue")
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("digest"))
            #expect(contents(file) == nil)
            #expect(contents(file + ".part") == nil, "a part that cannot become the result is of no use")
            #expect(try await telltale(server, "result", "job", "-o", file, "--continue").code == 0)
            #expect(contents(file) == Self.content)
        }
    }

    @Test("A part that is longer than the result is no part of it, and it begins anew")
    func longPart() async throws {
        try await withResult { server, file in
            try write(Self.content + [1, 2, 3], to: file + ".part")
            #expect(try await telltale(server, "result", "job", "-o", file, "--continue").code == 0)
            #expect(contents(file) == Self.content)
        }
    }

    @Test("When the server is gone the part stays, and without --continue nothing does")
    func serverGone() async throws {
        var saved = ""
        try await withResult { server, file in
            saved = file
            try write(Array(Self.content[..<10]), to: file + ".part")
            var command = Command(Repository.telltale, ["result", "job", "-o", file, "--continue"])
            command.environment = ["TELLTALE_SERVER": "http://127.0.0.1:1"]
            #expect(try await command.run().code == 69)
            #expect(contents(file + ".part") == Array(Self.content[..<10]))
            #expect(contents(file) == nil)
            #expect(try await telltale(server, "result", "job", "-o", file).code == 0)
            #expect(contents(file) == Self.content)
        }
        #expect(!saved.isEmpty)
    }

    @Test("--continue needs a file", arguments: [["--continue"], ["--continue", "-o", "-"]])
    func needsFile(arguments: [String]) async throws {
        let command = Command(Repository.telltale, ["result", "job"] + arguments)
        #expect(try await command.run().code == 64)
    }
}
