import ArgumentParser
import BenchSupport
import CThreads
import LoadGenerator

/// What a status check costs a server, beside others that send the same bytes.
@main
struct CompareStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare the processor time of a status check with that of a bare epoll loop and of nginx.",
        discussion: """
            Starts a server with one event loop, makes a job, takes its status answer, and lets a bare loop written in C, \
            a handler of SwiftNIO's that does nothing else, and nginx with 'return 200', where it is installed, send the \
            same bytes. All take turns in rounds under the same load, the servers on the first core and the load on the \
            second; a figure is the processor time of the server's threads, from /proc, divided by the checks that it \
            answered. A ratio is the median over the rounds of the ratio within a round. Allocations are \
            counted for the server alone, with those of the connections that each round opens.
            """,
        subcommands: [Compare.self, CountAllocations.self, ServeTelltale.self, ServeHandler.self],
        defaultSubcommand: Compare.self
    )
}

struct Compare: ParsableCommand {
    @Option(help: "Connections that stay open.")
    var connections = 64

    @Option(help: "Checks that may wait for their answers on one connection.")
    var pipeline = 1

    @Option(help: "Rounds.")
    var rounds = 11

    @Option(help: "Milliseconds of load on each server in a round.")
    var milliseconds = 1_000

    func validate() throws {
        guard (1...10_000).contains(connections) else { throw ValidationError("--connections takes 1 to 10000") }
        guard (1...1_000).contains(pipeline) else { throw ValidationError("--pipeline takes 1 to 1000") }
        guard (1...1_000).contains(rounds) else { throw ValidationError("--rounds takes 1 to 1000") }
        guard (10...60_000).contains(milliseconds) else { throw ValidationError("--milliseconds takes 10 to 60000") }
    }

    func run() throws {
        var contenders: [Contender] = []
        defer { contenders.forEach { $0.stop() } }
        contenders.append(try Contender.telltale())
        try contenders[0].makeJob()
        let answer = try contenders[0].statusAnswer()
        // The one that the others are compared with comes first.
        contenders.insert(try Contender.bareLoop(answer), at: 0)
        contenders.append(try Contender.handler(answer))
        if let nginx = try Contender.nginx(answer) {
            contenders.append(nginx)
        } else {
            print("nginx is not installed (Debian: nginx-light), so it is left out")
        }
        CThreads_pin(1)

        var times = [[Double]](repeating: [], count: contenders.count)
        var allocations = times
        for round in 0..<rounds {
            for turn in contenders.indices {
                let index = (turn + round) % contenders.count
                let (time, count) = try measure(contenders[index])
                times[index].append(time)
                if let count { allocations[index].append(count) }
            }
        }
        print("\(connections) connections, \(pipeline) pipelined, \(rounds) rounds, \(answer.count) bytes an answer\n")
        print(column("us a check"), column("of bare"), column("per core s"), column("mallocs"))
        for ((contender, own), counts) in zip(zip(contenders, times), allocations) {
            let ratio = zip(own, times[0]).map { $0 / $1 }.median
            print(
                column("\((own.median * 100).rounded() / 100)"),
                column("\((ratio * 100).rounded() / 100)"),
                column("\(Int(1_000_000 / own.median))"),
                column(counts.isEmpty ? "" : "\((counts.median * 1_000).rounded() / 1_000)"),
                " \(contender.name)"
            )
        }
    }

    /// Microseconds of the server's processor time for a check, and its allocations where they are counted.
    private func measure(_ contender: Contender) throws -> (time: Double, allocations: Double?) {
        let before = try contender.processorTime()
        let countBefore = contender.allocations
        let plan = LoadPlan(
            questions: [contender.question],
            connections: connections,
            depth: pipeline,
            rate: nil,
            duration: milliseconds * 1_000_000
        )
        let outcome = try LoadWorker.run(plan, at: HostAddress(host: "127.0.0.1", port: contender.port))
        guard outcome.answers > 0, outcome.errors == 0, outcome.lost == 0 else {
            throw Trouble("\(contender.name): \(outcome.errors) errors in \(outcome.answers) answers")
        }
        let time = Double(try contender.processorTime() - before) / Double(outcome.answers) / 1_000
        guard let countBefore, let count = contender.allocations else { return (time, nil) }
        return (time, Double(count - countBefore) / Double(outcome.answers))
    }
}

/// Why there is nothing to compare.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
