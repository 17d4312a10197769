import ArgumentParser
import NIOHTTP1

/// `telltale status`: one look at a job.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where a job stands.",
        discussion: """
            Exit codes: 0 the status was read, whatever it is ('telltale watch --timeout 0' tells by exit code how a \
            job ended); 3 no such job; 4 the job expired; 64 wrong usage; 69 no server answered; 1 anything else.
            """
    )

    @OptionGroup var job: JobArgument

    @Flag(help: "Print the server's answer: one JSON object, with a small JSON result in it.")
    var json = false

    func run() async throws {
        try await JobClient.with(job.server.url()) { client in
            if json {
                let answer = try await client.send(.GET, "/api/jobs/\(job.id)/status")
                guard (200..<300).contains(answer.status) else { throw answer.failure(about: job.id) }
                try Console.print(answer.text)
            } else {
                try Console.print(try await client.status(of: job.id).view.lines.joined(separator: "\n"))
            }
        }
    }
}
