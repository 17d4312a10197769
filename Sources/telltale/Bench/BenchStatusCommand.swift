import ArgumentParser
import Glibc

/// `telltale bench status`: a running server under status checks.
struct BenchStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Measure how fast a running server answers status checks.",
        discussion: """
            Makes jobs on the server, asks for their status over HTTP/1.1 on connections that stay open, compares \
            every answer with what the job must be (id, state, progress, message), and deletes the jobs.

            With --rate, checks start evenly spaced whatever the answers do, and a time counts from the moment at \
            which its check was due: a server that stands still for a second is shown with all that had to wait for \
            it. Without, each answer starts the next check, and a time counts from its sending. Percentiles are of all \
            answers, to three digits.

            To see what one core does, give the server one and the load another:
              taskset -c 0 telltale serve --ephemeral &
              taskset -c 1 telltale bench status

            Exit codes: 0 measured, and every answer was right; 1 a wrong answer, or none; 64 wrong usage; 69 no \
            server answered.
            """
    )

    @OptionGroup var server: ServerOption

    @Option(help: ArgumentHelp("Connections that stay open.", valueName: "number"))
    var connections = 64

    @Option(help: ArgumentHelp("Checks a second, over all connections.", valueName: "number"))
    var rate: Double?

    @Option(help: ArgumentHelp("For how long checks start.", valueName: "number"))
    var seconds = 10

    @Option(help: ArgumentHelp("Checks that may wait for their answers on one connection.", valueName: "number"))
    var pipeline = 1

    @Option(help: ArgumentHelp("Jobs that are asked for, in turn.", valueName: "number"))
    var jobs = 100

    @Option(help: ArgumentHelp("Threads that make the load, each with a part of the connections.", valueName: "number"))
    var threads = 1

    @Option(
        help: ArgumentHelp(
            "More connections, which ask once and then stay open; to 127.0.0.1 they come from several addresses.",
            valueName: "number"
        )
    )
    var idle = 0

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func validate() throws {
        try BenchLimits.check(connections, "--connections", BenchLimits.statusConnections)
        try BenchLimits.check(seconds, "--seconds", BenchLimits.seconds)
        try BenchLimits.check(pipeline, "--pipeline", BenchLimits.pipeline)
        try BenchLimits.check(jobs, "--jobs", BenchLimits.statusJobs)
        try BenchLimits.check(threads, "--threads", BenchLimits.threads)
        try BenchLimits.check(idle, "--idle", BenchLimits.statusIdle)
        guard threads <= connections else { throw ValidationError("--threads takes at most one a connection") }
        if let rate, !BenchLimits.rate.contains(rate) {
            throw ValidationError(
                "--rate takes a number from \(BenchLimits.rate.lowerBound) to \(BenchLimits.rate.upperBound)"
            )
        }
    }

    var plan: StatusPlan {
        StatusPlan(
            connections: connections,
            threads: threads,
            pipeline: pipeline,
            rate: rate,
            seconds: seconds,
            jobs: jobs,
            idle: idle
        )
    }

    func run() async throws {
        Self.allowDescriptors(connections + idle)
        let figures = try await StatusBench.run(plan, on: try server.url())
        try Console.print(json ? figures.json : figures.text)
        if let complaint = figures.complaint { throw CommandFailure(complaint) }
    }

    /// Raises the limit on open files as far as it goes, where the connections need it. One that is still too low
    /// shows when they are made.
    private static func allowDescriptors(_ connections: Int) {
        var limit = rlimit()
        let wanted = rlim_t(connections + BenchLimits.otherDescriptors)
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else {
            return
        }
        limit.rlim_cur = min(limit.rlim_max, wanted)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
