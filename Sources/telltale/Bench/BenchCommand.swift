import ArgumentParser

/// `telltale bench`: the command that holds the measurements.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure what this machine makes of the server's work.",
        discussion: """
            'table' runs in this process and needs no server; 'ingest', 'mixed', 'status' and 'result' drive one \
            that is running. Other work on the machine slows them down, so figures of one run compare well with \
            each other, and less well with those of another run.

            Exit codes: 0 measured, and every answer was right; 1 a wrong answer; 64 wrong usage; 69 no server answered.
            """,
        subcommands: [
            BenchTableCommand.self, BenchIngestCommand.self, BenchMixedCommand.self, BenchStatusCommand.self,
            BenchResultCommand.self,
        ]
    )
}
