import ArgumentParser
import StatusServer

/// `telltale import`: brings jobs of other services into a data folder.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring the jobs of another service into a data folder.",
        subcommands: [ImportLegacyCommand.self]
    )
}

/// `telltale import legacy`: the SQLite file of the service that Telltale stands in for.
struct ImportLegacyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "legacy",
        abstract: "Import the SQLite file of the service that Telltale stands in for.",
        discussion: """
            FILE has the table job_status, and job_results where results are kept apart; it is only read. The folder \
            is what `telltale serve --data-dir` is given afterwards, and must not be in use.

            Of several rows of a job the newest counts. Jobs whose time is over answer 410 from now on. Members named \
            trustToken are removed from results. It may be run again: a job that is newer in the file is brought up to \
            date, one that is newer in the folder stays.

            Exit codes: 0 done, with a report of what was left out; 64 wrong usage; 1 anything else.
            """
    )

    @Argument(help: ArgumentHelp("The SQLite file.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "The folder that jobs and results go to; it is made where there is none.",
            valueName: "folder"
        )
    )
    var dataDir: String

    @Flag(help: "Write nothing, and say what would be done.")
    var dryRun = false

    @Flag(help: "Leave members named trustToken in results.")
    var keepTrustTokens = false

    func run() throws {
        let report: LegacyReport
        do {
            var legacy = try LegacyImport(
                of: file,
                into: dataDir,
                isDryRun: dryRun,
                keepsTrustTokens: keepTrustTokens
            )
            report = try legacy.run()
        } catch let failure as ServerError {
            throw CommandFailure("\(failure)")
        }
        try Console.print("\(report)")
        if dryRun { try Console.print("nothing was written (--dry-run)") }
    }
}
