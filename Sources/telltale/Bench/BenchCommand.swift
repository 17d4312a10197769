import ArgumentParser

/// `telltale bench`: the command that holds the measurements.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure what this machine makes of the server's work.",
        discussion: """
            Each measurement runs in this process and needs no server. Other work on the machine slows it down, so \
            figures of one run compare well with each other, and less well with those of another run.

            Exit codes: 0 measured, and every answer was right; 1 a wrong answer; 64 wrong usage.
            """,
        subcommands: [BenchTableCommand.self]
    )
}
