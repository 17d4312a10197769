import ArgumentParser
import Glibc

/// `telltale ls`: jobs, the newest first.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List jobs, the newest first.",
        discussion: """
            Exit codes: 0 the list was read, though it may be empty; 64 wrong usage; 69 no server answered; 1 anything \
            else.
            """
    )

    @OptionGroup var server: ServerOption

    @Option(
        help: ArgumentHelp(
            "Only jobs in this state: queued, processing, completed, failed or cancelled.",
            valueName: "state"
        )
    )
    var status: String?

    @Option(help: ArgumentHelp("Only jobs of this type.", valueName: "type"))
    var type: String?

    @Option(help: ArgumentHelp("Only jobs with this label; may be repeated.", valueName: "key=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("At most this many jobs.", valueName: "number"))
    var limit = 100

    @Flag(help: "All jobs, however many.")
    var all = false

    @Flag(help: "Print the server's answers: one JSON object a line, each with a part of the list in 'jobs'.")
    var json = false

    func validate() throws {
        if let status, JobView.State(rawValue: status) == nil {
            throw ValidationError("'\(status)' is no state: queued, processing, completed, failed or cancelled")
        }
        for text in label where Self.label(text) == nil {
            throw ValidationError("'\(text)' is no label: key=value")
        }
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1 on") }
    }

    func run() async throws {
        var filter = ListFilter(status: status, type: type)
        filter.labels = label.compactMap(Self.label)
        var table = JobTable(columns: isatty(STDOUT_FILENO) == 1 ? width : nil)
        try await JobClient.with(server.url()) { client in
            var cursor: String?
            var rest = all ? Int.max : limit
            repeat {
                let page = try await client.page(
                    of: filter,
                    limit: min(rest, ReaderLimits.pageJobs),
                    after: cursor
                )
                if json {
                    try Console.print(page.answer.text)
                } else if !page.jobs.isEmpty {
                    try Console.print(table.text(for: page.jobs))
                }
                rest -= page.jobs.count
                cursor = page.next
            } while cursor != nil && rest > 0
            if cursor != nil, !json { Console.warn("there are more jobs: --limit, --all") }
        }
    }

    private var width: Int {
        TerminalTraits.of(
            fileDescriptor: STDOUT_FILENO,
            environment: ProcessEnvironment.variables(["TERM", "COLUMNS"])
        ).columns
    }

    private static func label(_ text: String) -> (key: String, value: String)? {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
}
