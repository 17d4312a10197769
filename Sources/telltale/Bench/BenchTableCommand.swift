import ArgumentParser
import NIOCore

/// `telltale bench table`: the job table alone, without network and disk.
struct BenchTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Measure the job table: lookups, updates, and the memory of a job.",
        discussion: """
            Makes a table of jobs with ids of 13 characters and no texts, and lets the threads look jobs up and update \
            them. A time is what one operation takes on one thread while all threads work: the time that the threads \
            spent in operations, which is wall time x threads, divided by the operations. Choosing jobs and making \
            their ids is not counted. Each figure is the median of \(BenchLimits.rounds) rounds.

            Exit codes: 0 measured, and every answer was right; 1 a wrong answer; 64 wrong usage.
            """
    )

    @Option(help: ArgumentHelp("Jobs in the table; 10000000 take about 2 GB.", valueName: "number"))
    var jobs = 1_000_000

    @Option(help: ArgumentHelp("Threads at work; as many as cores by default.", valueName: "number"))
    var threads = System.coreCount

    @Option(help: ArgumentHelp("Operations for each figure, over all threads and rounds.", valueName: "number"))
    var operations = 5_000_000

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func validate() throws {
        try BenchLimits.check(jobs, "--jobs", BenchLimits.jobs)
        try BenchLimits.check(threads, "--threads", BenchLimits.threads)
        try BenchLimits.check(operations, "--operations", BenchLimits.operations)
    }

    func run() async throws {
        let figures = try await TableBench.run(TablePlan(jobs: jobs, threads: threads, operations: operations))
        try Console.print(json ? figures.json : figures.text)
    }
}
