import ArgumentParser

/// `telltale bench ingest`: a running server under a load of updates.
struct BenchIngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Measure how many updates a second a running server applies.",
        discussion: """
            Makes jobs on the server, sends updates of their progress over HTTP/2 as fast as the server takes them, \
            and counts those that it acknowledges as applied. Every update moves its job on; a job that has come to \
            the end begins its next attempt. In the end some jobs are read back over HTTP and must stand where they \
            were left. The jobs expire a minute after the run.

            To see what one core does, give the server one and the load another:
              taskset -c 0 telltale serve --ephemeral &
              taskset -c 1 telltale bench ingest

            Exit codes: 0 measured, and every value was right; 1 a refused update or a wrong value; 64 wrong usage; \
            69 no server answered.
            """
    )

    @OptionGroup var server: ServerOption
    @OptionGroup var load: LoadOptions

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func run() async throws {
        let figures = try await IngestBench.run(load.plan, on: try server.url())
        try Console.print(json ? figures.json() : figures.text())
    }
}

/// `telltale bench mixed`: the same load, and status checks beside it.
struct BenchMixedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mixed",
        abstract: "Measure how long a status check takes while a running server applies updates.",
        discussion: """
            The load of 'telltale bench ingest', and meanwhile status checks of its jobs over HTTP/1.1, one after the \
            other on a connection of their own. The time of a check runs from when it was due to its whole answer.

            The server gives each new connection to the next of its event loops, of which it has one for each \
            processor that it may use: with two of them the load and the checks do not meet. A load that takes the \
            core of the loop that answers is measured with it; on two cores:
              taskset -c 0,1 telltale serve --ephemeral &
              taskset -c 1 telltale bench mixed

            Exit codes: 0 measured, and every value was right; 1 a refused update or a wrong value; 64 wrong usage; \
            69 no server answered.
            """
    )

    @OptionGroup var server: ServerOption
    @OptionGroup var load: LoadOptions

    @Option(help: ArgumentHelp("Status checks a second.", valueName: "number"))
    var checksPerSecond = 1_000

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func validate() throws {
        try BenchLimits.check(checksPerSecond, "--checks-per-second", BenchLimits.checksPerSecond)
    }

    func run() async throws {
        let (figures, checks) = try await IngestBench.run(
            load.plan,
            checksPerSecond: checksPerSecond,
            on: try server.url()
        )
        try Console.print(json ? figures.json(checks) : figures.text(checks))
    }
}

/// What the load is made of.
struct LoadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Connections, each with a part of the jobs.", valueName: "number"))
    var connections = 1

    @Option(help: ArgumentHelp("Jobs, over all connections; a stream takes a million.", valueName: "number"))
    var jobs = 10_000

    @Option(help: ArgumentHelp("How long updates are sent.", valueName: "number"))
    var seconds = 5

    @Option(help: ArgumentHelp("Updates encoded at once, and the most entries of a run.", valueName: "number"))
    var batch = 4_096

    @Option(help: "How updates are written: each as a frame, in runs, or in dense runs of neighbouring handles.")
    var kind = IngestPlan.Kind.single

    @Flag(help: "Each update is about a random job; otherwise they take turns. Only for single updates.")
    var random = false

    func validate() throws {
        try BenchLimits.check(connections, "--connections", BenchLimits.connections)
        try BenchLimits.check(jobs, "--jobs", BenchLimits.loadJobs)
        try BenchLimits.check(seconds, "--seconds", BenchLimits.seconds)
        try BenchLimits.check(batch, "--batch", BenchLimits.batch)
        guard jobs >= connections else { throw ValidationError("--jobs takes at least one job a connection") }
        guard (jobs - 1) / connections < BenchLimits.jobsOfStream else {
            throw ValidationError("--jobs takes at most \(BenchLimits.jobsOfStream) jobs a connection")
        }
        guard !random || kind == .single else { throw ValidationError("--random goes with --kind single only") }
    }

    var plan: IngestPlan {
        var plan = IngestPlan()
        plan.kind = kind
        plan.isRandom = random
        plan.connections = connections
        plan.jobs = jobs
        plan.seconds = seconds
        plan.batch = batch
        return plan
    }
}

extension IngestPlan.Kind: ExpressibleByArgument {}

extension BenchLimits {
    /// - Throws: a message that names the option, when `value` is outside of `range`.
    static func check(_ value: Int, _ name: String, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError("\(name) takes a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
