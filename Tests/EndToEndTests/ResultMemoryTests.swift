import Foundation
import Testing

@Suite("The memory of large results")
struct ResultMemoryTests {
    /// A field of `/proc/PID/status`, in KiB.
    private static func memory(_ field: String, of server: Server) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(server.process.pid)/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(field):") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }

    @Test("300 MB go in and come out, in gzip and plain, in less than 96 MB of memory", .tags(.e2e002))
    func large() async throws {
        let length = 300_000_000
        let lines = "yes 'a line of a large result, one of many' | head -c \(length)"
        try await Server.with { server in
            try await server.submit(#"{"taskId":"large"}"#)
            let before = try Self.memory("VmRSS", of: server)
            let url = "'\(server.url)/api/jobs/large/result'"
            let sent = try await Command(
                "sh",
                ["-c", "\(lines) | curl -sS -o /dev/null -w '%{http_code}' -T - \(url)'?complete=1'"]
            ).run(seconds: 180)
            #expect(sent.text == "201", "\(sent.errors)")
            for flags in ["", "--compressed"] {
                let script = "[ \"$(curl -sS \(flags) \(url) | sha256sum)\" = \"$(\(lines) | sha256sum)\" ]"
                let taken = try await Command("sh", ["-c", script]).run(seconds: 180)
                #expect(taken.code == 0, "\(flags) \(taken.errors)")
            }
            #expect(try Self.memory("VmHWM", of: server) - before < 96 * 1_000)
        }
    }
}
