import ArgumentParser

/// `telltale run`: makes any program a tracked job.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command as a job that others can follow.",
        usage: "telltale run [<options>] -- <command> ...",
        discussion: """
            Both output streams pass through as they come, by pipes; standard output also becomes the job's result. \
            Progress is found in what the command prints on either stream: NN%, n/m, [ 12/345], redrawn bars. Signals \
            are passed on. When somebody cancels the job, the command gets SIGTERM, and SIGKILL after --grace \
            seconds. An exit code other than 0 fails the job, with the last line of standard error as its text.

            The command runs whether or not a server answers, and never waits for one: up to 1 GiB of output waits in \
            a temporary file (TMPDIR). Beyond that, or without such a file, the result, and only the result, is given \
            up, with a line on standard error: the job ends as the command does, and so does telltale.

            A second run with the same --id takes a running job over: the first run's command goes on, and its \
            reports count no more. Once the job has ended, its id stays taken, whether it is deleted or not, until it \
            expires, 24 hours after it was made: a run with it still runs its command, and reports nothing.

            Exit codes: that of the command, or 128 + the number of the signal that ended it; 125 when telltale itself \
            failed, or --require-server is given and the job could not be reported; 126 when the command cannot be \
            executed; 127 when there is no such command; 64 for wrong usage.
            """
    )

    @OptionGroup var server: ServerOption

    @Option(help: ArgumentHelp("The job's task id; a new one when absent.", valueName: "id"))
    var id: String?

    @Option(help: ArgumentHelp("What kind of job it is, for filters.", valueName: "type"))
    var type: String?

    @Option(help: ArgumentHelp("What people call it: the label 'name'.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The media type of standard output; by default told from how it begins: text or application/octet-stream.",
            valueName: "type"
        )
    )
    var mediaType: String?

    @Option(
        help: ArgumentHelp("Seconds between SIGTERM and SIGKILL after a cancel; 10 when absent.", valueName: "seconds")
    )
    var grace: Double?

    @Option(
        help: ArgumentHelp(
            "Seconds that a silent server is waited for after the command's end; 5 when absent.",
            valueName: "seconds"
        )
    )
    var linger: Double?

    @Flag(help: "Do not start the command unless the server has accepted the job.")
    var requireServer = false

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The command and its arguments.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        guard let first = command.first, !first.isEmpty else {
            throw ValidationError("no command: telltale run [<options>] -- <command> ...")
        }
        if let id, !TaskIDRule.allows(id) { throw ValidationError(TaskIDRule.complaint(id)) }
        for (name, seconds) in [("grace", grace), ("linger", linger)] where !(0...86_400).contains(seconds ?? 0) {
            throw ValidationError("--\(name) takes 0 to 86400 seconds")
        }
        if let mediaType,
            mediaType.utf8.count > 255 || !mediaType.contains(/^[!#$&^_.+\-a-zA-Z0-9]+\/[!#$&^_.+\-a-zA-Z0-9]+ *(;|$)/)
        {
            throw ValidationError("'\(mediaType)' is no media type such as text/csv")
        }
    }

    func run() async throws {
        let status = try await TrackedRun(self).run()
        if status != .done { throw CommandFailure.silent(status) }
    }
}
