import ArgumentParser
import Glibc
import Logging
import NIOCore
import ServiceLifecycle
import StatusServer
import UnixSignals

/// `telltale serve`: the server, until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve job status over HTTP/1.1 and HTTP/2 on one address.",
        discussion: """
            Each option can also be an environment variable: --listen is TELLTALE_LISTEN (several with commas), \
            --data-dir is TELLTALE_DATA_DIR, --ephemeral is TELLTALE_EPHEMERAL=true, and so on. The command line wins.

            Exit codes: 0 after SIGTERM or SIGINT, 1 when the server cannot start, 64 for wrong usage.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try ServeSettings(options: options, environment: .process)
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "telltale")
        logger.logLevel = settings.logLevel

        let server: TelltaleServer
        do {
            server = try TelltaleServer(configuration: settings.server, logger: logger)
        } catch {
            throw CommandFailure("\(error)")
        }
        var lifecycle = ServiceGroupConfiguration(
            services: [
                .init(service: ServeService(server: server, folder: settings.server.dataFolder, logger: logger))
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "telltale.lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        lifecycle.maximumGracefulShutdownDuration = .seconds(settings.server.drainSeconds + 5)
        try await ServiceGroup(configuration: lifecycle).run()
        logger.info("stopped")
    }
}

/// Starts the server, runs until the process is asked to stop, then drains it.
///
/// It starts here and not before, because signals are handled from here on: whoever reads that the server listens may
/// end it at once.
private struct ServeService: Service {
    let server: TelltaleServer
    /// What `--data-dir` says.
    let folder: String?
    let logger: Logger

    func run() async throws {
        do {
            announce(try await server.start())
            try await server.recovered()
        } catch {
            // The process ends here, and with it what was opened.
            throw CommandFailure("\(error)")
        }
        try? await gracefulShutdown()
        await server.shutdown()
    }

    private func announce(_ addresses: [ListenAddress]) {
        for address in addresses {
            logger.info("listening", metadata: ["address": "\(address)"])
            if !address.isLoopback {
                logger.warning(
                    "anyone who reaches this address can read and cancel jobs: there are no access tokens",
                    metadata: ["address": "\(address)"]
                )
            }
        }
        if let folder {
            logger.info("jobs are kept on disk", metadata: ["folder": "\(folder)"])
        } else {
            logger.info("jobs and results are kept in memory only and end with this process (--ephemeral)")
        }
    }
}
