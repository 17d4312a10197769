import Foundation
import Testing

/// Runs shell commands as they are printed somewhere: `curl` reaches the test's server where they say
/// `localhost:8080`, and so does `telltale`.
final class PrintedCommands {
    private let server: Server
    private let folder: TemporaryFolder
    private let tools: TemporaryFolder

    init(_ server: Server) throws {
        self.server = server
        folder = try TemporaryFolder()
        tools = try TemporaryFolder()
        // The first `curl` along the path says on standard error what it was answered, and asks the real one.
        let script = """
            #!/usr/bin/env bash
            PATH=${PATH#*:}
            exec curl --connect-to localhost:8080:\(server.address) -sS --max-time 30 \\
                -w '%{stderr}answered %{http_code} %{content_type}\\n' "$@"
            """
        try Data(script.utf8).write(to: tools.url("curl"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tools.url("curl").path)
    }

    /// Runs one line; a comment `exit code N` in it says how it ends. An answer must be a success and what it says to
    /// be.
    func run(_ line: String) async throws {
        var command = Command("bash", ["-c", "cd \"$1\" && eval \"$2\"", "printed", folder.path, line])
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let binary = Repository.telltale.deletingLastPathComponent().path
        command.environment = ["PATH": "\(tools.path):\(binary):\(path)", "TELLTALE_SERVER": server.url]
        let outcome = try await command.run()
        let answers = outcome.errors.matches(of: /answered (\d+) ([^\n]*)\n/).map { (Int($0.1) ?? 0, String($0.2)) }
        #expect(answers.count == line.components(separatedBy: "curl ").count - 1, "\(line)")
        for (status, type) in answers {
            #expect((200..<300).contains(status), "\(line): \(status) \(outcome.text)")
            if type.hasPrefix("application/json") {
                let value = try? JSONSerialization.jsonObject(with: Data(outcome.output))
                #expect(value != nil, "\(line): \(outcome.text)")
            }
            if type.hasPrefix("text/event-stream") { try checkEvents(outcome.text, line) }
        }
        // A stream without an end is left when its time is up, which curl calls an error.
        let isEndless = line.contains("--max-time") && answers.first?.1 == "text/event-stream"
        let said = line.firstMatch(of: /exit code (\d+)/).flatMap { Int32($0.1) } ?? (isEndless ? 28 : 0)
        #expect(outcome.code == said, "\(line): \(outcome.code) \(outcome.errors)")
    }

    private func checkEvents(_ text: String, _ line: String) throws {
        let events = text.split(separator: "\n").filter { $0.hasPrefix("data: ") }
        #expect(!events.isEmpty, "\(line)")
        for event in events {
            let value = try? JSONSerialization.jsonObject(with: Data(event.dropFirst(6).utf8))
            #expect(value is [String: Any], "\(line): \(event)")
        }
    }
}
