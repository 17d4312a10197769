import ArgumentParser
import Glibc

/// `--server`, for all commands that talk to one.
struct ServerOption: ParsableArguments {
    @Option(
        name: .customLong("server"),
        help: ArgumentHelp(
            "The server's URL.",
            discussion: "Default: TELLTALE_SERVER from the environment, or http://127.0.0.1:8080",
            valueName: "url"
        )
    )
    var text: String?

    /// The URL from the command line, the environment or the default, in this order.
    func url() throws(CommandFailure) -> ServerURL {
        let environment = getenv("TELLTALE_SERVER").map { String(cString: $0) }
        return try ServerURL(text ?? environment.flatMap { $0.isEmpty ? nil : $0 } ?? "http://127.0.0.1:8080")
    }
}
