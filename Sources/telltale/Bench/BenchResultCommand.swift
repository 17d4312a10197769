import ArgumentParser

/// `telltale bench result`: a running server under results.
struct BenchResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Measure how fast a running server takes results and serves them.",
        discussion: """
            Each client makes a job, sends a result for it (text that deflate makes about half as long), takes it back \
            in gzip and then as it is, and deletes the job; all clients do the same step at the same time. What \
            comes back is compared with what was sent: byte by byte, and in gzip by length and checksum. A rate is \
            that of all clients together; it counts the bytes that go over the network, of results that come in \
            before they are compressed. The first byte is waited for from the sending of the request.

            Exit codes: 0 measured, and every answer was right; 1 a wrong answer, or none; 64 wrong usage; 69 no \
            server answered.
            """
    )

    @OptionGroup var server: ServerOption

    @Option(help: ArgumentHelp("The length of each result.", valueName: "bytes"))
    var size = 100_000_000

    @Option(help: ArgumentHelp("Clients, each with a thread of its own.", valueName: "number"))
    var clients = 1

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func validate() throws {
        try BenchLimits.check(size, "--size", BenchLimits.resultBytes)
        try BenchLimits.check(clients, "--clients", BenchLimits.connections)
    }

    func run() async throws {
        let figures = try await ResultBench.run(size: size, clients: clients, on: try server.url())
        try Console.print(json ? figures.json : figures.text)
    }
}
