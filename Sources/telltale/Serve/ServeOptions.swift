import ArgumentParser

/// The flags of `telltale serve`. What is absent here is looked up in the environment by ``ServeSettings``.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An address to listen on; may be repeated. Port 0 takes a free one, which is logged.",
            discussion: "Default: 127.0.0.1:8080",
            valueName: "host:port"
        )
    )
    var listen: [String] = []

    @Flag(help: "Keep jobs and results in memory; they end with the process.")
    var ephemeral = false

    @Option(help: ArgumentHelp("Keep jobs and results in this folder.", valueName: "folder"))
    var dataDir: String?

    @Option(
        help: ArgumentHelp(
            "With --data-dir: how much progress a crash may cost, in seconds, 0.01 to 60.",
            discussion: "Default: 1",
            valueName: "seconds"
        )
    )
    var progressInterval: String?

    @Option(
        help: ArgumentHelp(
            "How much to log: trace, debug, info, notice, warning, error or critical.",
            discussion: "Default: info",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Flag(help: "Listen on addresses that are not loopback although nothing asks for a token.")
    var allowUnauthenticated = false

    @Option(
        help: ArgumentHelp(
            "A host name with a dot that requests may name, such as jobs.example.com; may be repeated.",
            valueName: "name"
        )
    )
    var allowHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "The beginning of the URLs in answers, where clients reach the server by another address.",
            valueName: "url"
        )
    )
    var publicURL: String?

    @Option(
        help: ArgumentHelp(
            "The largest JSON result, in bytes, that a status answer carries inline.",
            discussion: "Default: 1048576",
            valueName: "bytes"
        )
    )
    var inlineResultLimit: String?

    @Option(
        help: ArgumentHelp(
            "The longest time, in seconds, that an answer waits for a change of its job, 0 to 300.",
            discussion: "Default: 30",
            valueName: "seconds"
        )
    )
    var maxWait: String?

    @Option(
        help: ArgumentHelp(
            "An origin whose pages may read answers and write, as https://app.example.com; may be repeated.",
            discussion: "'*' lets every page read.",
            valueName: "origin"
        )
    )
    var corsOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "How many jobs may be there at a time; further ones are refused until some expire.",
            discussion: "Default: 20000000",
            valueName: "number"
        )
    )
    var maxJobs: String?

    @Option(
        help: ArgumentHelp(
            "How much memory jobs may take, as 512M or 8G; new ones are refused when three quarters are in use.",
            discussion: "Default: half of the machine's memory",
            valueName: "size"
        )
    )
    var maxMemory: String?

    @Option(
        help: ArgumentHelp(
            "The largest result, as 512M or 8G, before compression; a larger one is refused with 413.",
            discussion: "Default: 16G",
            valueName: "size"
        )
    )
    var maxResultSize: String?

    @Option(
        help: ArgumentHelp(
            "What all results together may take, as 8G or 1T, compressed; further ones are refused with 507.",
            discussion: "Default: 16G",
            valueName: "size"
        )
    )
    var maxResultStorage: String?

    @Option(
        help: ArgumentHelp(
            "How many threads serve connections, 1 to 63; each connection stays with one.",
            discussion: "Default: the processors that the process may use",
            valueName: "number"
        )
    )
    var eventLoops: String?
}
