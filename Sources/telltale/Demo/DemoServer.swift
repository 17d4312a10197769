import Logging
import StatusServer

/// The demo's own server, on port 8080 or, where that is taken, on a free one.
struct DemoServer {
    /// What the contract's examples use.
    static let preferredPort = 8_080

    let url: String
    private let server: TelltaleServer

    /// - Throws: ``CommandFailure`` when no port can be opened.
    static func start() async throws(CommandFailure) -> DemoServer {
        do {
            return try await start(port: preferredPort)
        } catch ServerError.cannotListen {
            do {
                return try await start(port: 0)
            } catch {
                throw CommandFailure("\(error)")
            }
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    func stop() async {
        await server.shutdown()
    }

    private static func start(port: Int) async throws -> DemoServer {
        var configuration = ServerConfiguration(
            listen: [ListenAddress(host: "127.0.0.1", port: port)],
            eventLoopThreads: 1
        )
        // Nobody is to wait for a demo's end.
        configuration.drainSeconds = 1
        if let folder = ServeSettings.Environment.process.temporaryDirectory {
            configuration.temporaryDirectory = folder
        }
        let silent = Logger(label: "telltale.demo") { _ in SwiftLogNoOpLogHandler() }
        let server = try TelltaleServer(configuration: configuration, logger: silent)
        let addresses = try await server.start()
        return DemoServer(url: "http://\(addresses[0])", server: server)
    }
}
