import ArgumentParser
import JSON

/// `telltale cancel`: asks for a job's end.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a job.",
        discussion: """
            The job reads as cancelled at once; its worker is told to stop.

            Exit codes: 0 the job is cancelled; 7 it had ended otherwise before; 3 no such job; 4 the job expired; 64 \
            wrong usage; 69 no server answered; 1 anything else.
            """
    )

    @OptionGroup var job: JobArgument

    @Option(help: ArgumentHelp("Why, for the worker and for readers.", valueName: "text"))
    var reason: String?

    @Flag(help: "Print the server's answer: one JSON object.")
    var json = false

    func run() async throws {
        try await JobClient.with(job.server.url()) { client in
            let (answer, value) = try await client.cancel(job.id, reason: reason)
            let state = value["status"]?.string ?? "unknown"
            if json {
                try Console.print(answer.text)
                if state != JobView.State.cancelled.rawValue { throw CommandFailure.silent(.otherState) }
            } else if state == JobView.State.cancelled.rawValue {
                try Console.print("job \(job.id) is cancelled")
            } else {
                throw CommandFailure("job \(job.id) had ended before: it is \(state)", status: .otherState)
            }
        }
    }
}
