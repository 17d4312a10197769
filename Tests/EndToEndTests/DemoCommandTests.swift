import Foundation
import Testing

/// The newcomer's first command.
@Suite("telltale demo")
struct DemoCommandTests {
    @Test("Once over the project's own sources, every job completes", .tags(.e2e005))
    func ownSources() async throws {
        let sources = Repository.root.appendingPathComponent("Sources").path
        let outcome = try await Command.telltale("demo", "--once", sources).run(seconds: 120)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.text.contains("curl"))
    }

    @Test("A job's result has the clean text and says what was found where", .tags(.e2e005))
    func sanitization() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let dirty = "a\u{200B}b\u{202E}c\u{7}d e\u{301}\n"
        try Data(dirty.utf8).write(to: folder.appendingPathComponent("dirty.txt"))

        let running = try Command.telltale("demo", folder.path).start()
        defer { running.signal(SIGKILL) }
        try await eventually("the address is printed") { Self.url(in: running.outputSoFar) != nil }
        let url = try #require(Self.url(in: running.outputSoFar))
        var body: [String: Any] = [:]
        try await eventually("the result is there") {
            let list = try await Command("curl", ["-sS", "\(url)/api/jobs"]).run()
            guard let listed = try JSONSerialization.jsonObject(with: Data(list.output)) as? [String: Any],
                let job = (listed["jobs"] as? [[String: Any]])?.first, job["status"] as? String == "completed",
                let id = job["taskId"] as? String
            else { return false }
            let result = try await Command("curl", ["-sS", "\(url)/api/jobs/\(id)/result"]).run()
            body = try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any] ?? [:]
            return true
        }
        let result = try #require(body["result"] as? [String: Any])
        #expect(result["sanitizedContent"] as? String == "abcd \u{E9}\n")
        let metadata = try #require(result["metadata"] as? [String: Any])
        #expect(metadata["originalLength"] is Int)
        #expect(metadata["sanitizedLength"] is Int)
        #expect(metadata["timestamp"] is String)
        #expect(metadata["findings"] != nil)

        running.signal(SIGINT)
        #expect(try await running.wait().code == 0)
    }

    private static func url(in text: String) -> String? {
        guard let start = text.range(of: "http://127.0.0.1:") else { return nil }
        let port = text[start.upperBound...].prefix { $0.isNumber }
        let rest = text[start.upperBound...].dropFirst(port.count)
        // The line may not be complete yet.
        guard !port.isEmpty, !rest.isEmpty else { return nil }
        return "http://127.0.0.1:\(port)"
    }
}
