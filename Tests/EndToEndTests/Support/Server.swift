import Foundation
import JSON
import Testing

/// A real `telltale serve` process on a free port, ended with its test.
final class Server: Sendable {
    let process: RunningCommand
    /// `HOST:PORT`.
    let address: String

    var url: String { "http://\(address)" }
    var port: Int { Int(address.split(separator: ":").last ?? "") ?? 0 }

    private init(_ process: RunningCommand, _ address: String) {
        self.process = process
        self.address = address
    }

    /// Starts a server, waits until it listens, runs `body`, and ends it with SIGTERM, which must give exit code 0.
    ///
    /// - Parameter folder: where it keeps its jobs; nil for a server that keeps none.
    static func with<R>(
        _ arguments: [String] = [],
        folder: String? = nil,
        environment: [String: String] = [:],
        _ body: (Server) async throws -> R
    ) async throws -> R {
        guard Gate.isInside else {
            await Gate.servers.enter()
            defer { Task { await Gate.servers.leave() } }
            return try await Gate.$isInside.withValue(true) {
                try await with(arguments, folder: folder, environment: environment, body)
            }
        }
        let server = try await start(arguments, folder: folder, environment: environment)
        let process = server.process
        do {
            let result = try await body(server)
            process.signal(SIGTERM)
            let outcome = try await process.wait(seconds: 30)
            #expect(outcome.code == 0, "the server's exit code; its log: \(outcome.errors)")
            return result
        } catch {
            process.signal(SIGKILL)
            throw error
        }
    }

    /// Starts a server that its caller ends, and waits until it is ready.
    ///
    /// - Parameter port: 0 for a free one.
    static func start(
        _ arguments: [String] = [],
        folder: String? = nil,
        port: Int = 0,
        environment: [String: String] = [:]
    ) async throws -> Server {
        let place = folder.map { ["--data-dir", $0] } ?? ["--ephemeral"]
        var command = Command(Repository.telltale, ["serve", "--listen", "127.0.0.1:\(port)"] + place + arguments)
        command.environment = environment
        let process = try command.start()
        try await eventually("the server listens") {
            if !process.isRunning { throw WaitedInVain(what: "the server ended: \(process.errorsSoFar)") }
            return Server.address(in: process.errorsSoFar) != nil
        }
        let server = Server(process, Server.address(in: process.errorsSoFar) ?? "")
        if folder != nil {
            try await eventually("the server is ready") {
                if !process.isRunning { throw WaitedInVain(what: "the server ended: \(process.errorsSoFar)") }
                return await CrashRequest(port: server.port).send("GET", "/readyz")?.status == 200
            }
        }
        return server
    }

    /// Ends it as a loss of power would, and waits until it is gone.
    func kill() async throws {
        process.signal(SIGKILL)
        _ = try await process.wait(seconds: 30)
    }

    /// The bound address in the log, which has it as `address=127.0.0.1:40123`.
    static func address(in log: String) -> String? {
        guard let start = log.range(of: "address=") else { return nil }
        let rest = log[start.upperBound...]
        guard let end = rest.firstIndex(where: { $0 == " " || $0 == "\n" }) else { return nil }
        return String(rest[..<end])
    }
}
