import ArgumentParser
import Glibc

/// `telltale`: the command that holds the others.
struct Telltale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "telltale",
        abstract: "Follow asynchronous jobs: their progress, their end and their results.",
        discussion: """
            The commands for readers (status, watch, result, cancel, ls) and for workers (run) talk to the server that \
            --server or TELLTALE_SERVER names.

            \(ExitStatus.overview)
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, ServeCommand.self, RunCommand.self, StatusCommand.self, WatchCommand.self,
            ResultCommand.self, CancelCommand.self, ListCommand.self, ImportCommand.self, BenchCommand.self,
        ]
    )

    /// Runs the command that `arguments` name, and ends the process with its exit code.
    ///
    /// Failures are one line on standard error, also those that the argument parser finds; its own way of reporting
    /// them takes three and repeats the usage.
    static func execute(_ arguments: [String]) async -> Never {
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            leave(after: error, arguments)
        }
        Glibc.exit(ExitStatus.done.rawValue)
    }

    private static func leave(after error: any Error, _ arguments: [String]) -> Never {
        if let failure = error as? CommandFailure {
            if !failure.text.isEmpty { Console.warn(failure.text) }
            Glibc.exit(failure.status.rawValue)
        }
        let code = exitCode(for: error).rawValue
        guard code != 0 else {
            // Help or version was asked for.
            try? Console.print(fullMessage(for: error))
            Glibc.exit(ExitStatus.done.rawValue)
        }
        let text = message(for: error)
        if !text.isEmpty {
            let isUsage = code == ExitStatus.usage.rawValue
            Console.warn(isUsage ? "\(text) (see: \(helpCommand(for: arguments)))" : text)
        }
        Glibc.exit(code)
    }

    /// The command line that explains what `arguments` got wrong.
    static func helpCommand(for arguments: [String]) -> String {
        var words = ["telltale"]
        var commands = configuration.subcommands
        for argument in arguments {
            guard let command = commands.first(where: { $0.configuration.commandName == argument }) else { break }
            words.append(argument)
            commands = command.configuration.subcommands
        }
        return words.joined(separator: " ") + " --help"
    }
}
