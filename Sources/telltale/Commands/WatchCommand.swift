import ArgumentParser
import Glibc

/// `telltale watch`: a job until its end.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a job until it ends.",
        discussion: """
            In a terminal a bar is redrawn; in a pipe there is a line each time that the job moved by 10 % or changed \
            its state. A server that goes away is waited for, for up to a minute, and one that \
            comes back without the job for 10 seconds.

            Exit codes: 0 the job completed; 5 it failed; 6 it was cancelled; 7 it had not ended after --timeout; \
            3 no such job; 4 the job expired; 64 wrong usage; 69 no server answered; 1 anything else.
            """
    )

    @OptionGroup var job: JobArgument

    @Flag(help: "Print each changed status as the server sent it: one JSON object a line.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing; the exit code tells.")
    var quiet = false

    @Option(help: ArgumentHelp("Give up after this many seconds; 0 looks once.", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        if let timeout, !(0...31_536_000).contains(timeout) {
            throw ValidationError("--timeout takes 0 to 31536000 seconds")
        }
    }

    func run() async throws {
        let outcome = try await JobClient.with(job.server.url()) { client in
            let watch = JobWatch(limit: timeout.map { .seconds($0) }) { () async throws(CommandFailure) in
                try await client.status(of: job.id)
            }
            return try await follow(watch)
        }
        if outcome != .done { throw CommandFailure.silent(outcome) }
    }

    private func follow(_ watch: JobWatch) async throws -> ExitStatus {
        if quiet { return try await watch.run { _, _ in } }
        if json {
            var shown: Int64?
            return try await watch.run { answer, view in
                if view.version == nil || view.version != shown { try Console.print(answer.text) }
                shown = view.version
            }
        }
        var failure: CommandFailure?
        let environment = ProcessEnvironment.variables([
            "TERM", "NO_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "LANG",
        ])
        let traits = { TerminalTraits.of(fileDescriptor: STDOUT_FILENO, environment: environment) }
        var display = ProgressDisplay(traits: traits()) { text in
            do throws(CommandFailure) { try Console.write(Array(text.utf8)) } catch { failure = error }
        }
        let outcome = try await watch.run { _, view in
            display.traits = traits()
            display.show([view.progressLine])
            if let failure { throw failure }
        }
        display.finish()
        return outcome
    }
}

enum ProcessEnvironment {
    /// Those of `names` that are set.
    static func variables(_ names: [String]) -> [String: String] {
        var values: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        return values
    }
}
