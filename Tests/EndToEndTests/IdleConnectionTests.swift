import Foundation
import Testing

/// What clients cost that have nothing to say.
@Suite("Idle connections", .serialized)
struct IdleConnectionTests {
    /// The budget of the design, in bytes.
    private static let budget = 8_192

    @Test(
        "Ten thousand kept alive cost at most 8 KiB each, and no more while each waits for a job",
        .timeLimit(.minutes(3)),
        arguments: [false, true]
    )
    func memory(waits: Bool) async throws {
        // The server and this process hold as many descriptors each.
        let count = min(10_000, raisedDescriptorLimit() - 500)
        try await Server.with { server in
            try await server.submit(#"{"taskId":"job"}"#)
            // What a server needs for its first requests is not what connections cost.
            _ = try await connections(100, to: server)
            let before = try residentBytes(of: server)

            let connections = try await connections(count, to: server)
            if waits {
                for connection in connections {
                    connection.send("GET /api/jobs/job/status?wait=300&version=1 HTTP/1.1\r\nHost: a\r\n\r\n")
                }
                // The last ones are held when a request behind them is answered.
                _ = try await self.connections(8, to: server)
            }
            let each = (try residentBytes(of: server) - before) / count

            #expect(each <= Self.budget, "\(each) bytes a connection")
            #expect(each > 0)
            guard waits else { return }
            #expect(try await server.curl("/api/jobs/job", "-X", "DELETE").status == 200)
            let wrong = await Socket.onThread {
                connections.lazy.map(Self.answer).first { !$0.contains(#""status":"cancelled""#) }
            }
            #expect(wrong == nil)
        }
    }

    /// Connections that have been asked something, and are kept.
    private func connections(_ count: Int, to server: Server) async throws -> [Socket] {
        try await Socket.onThread {
            Result {
                try (0..<count).map { _ in
                    let socket = try Socket(port: server.port)
                    socket.send("GET /api/jobs/job/status HTTP/1.1\r\nHost: a\r\n\r\n")
                    let answer = Self.answer(to: socket)
                    try #require(answer.hasPrefix("HTTP/1.1 200 "))
                    return socket
                }
            }
        }.get()
    }

    /// An answer whose body is an object.
    private static func answer(to socket: Socket) -> String {
        String(decoding: socket.receiveNow { $0.last == UInt8(ascii: "}") }, as: UTF8.self)
    }

    private func residentBytes(of server: Server) throws -> Int {
        let statistics = try String(contentsOfFile: "/proc/\(server.process.pid)/statm", encoding: .utf8)
        let pages = try #require(Int(statistics.split(separator: " ")[1]))
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// How many descriptors this process may have, after asking for as many as it may.
    private func raisedDescriptorLimit() -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(limit.rlim_cur)
    }
}
