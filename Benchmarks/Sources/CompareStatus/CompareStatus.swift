import ArgumentParser
import BareLoop
import BenchSupport
import Glibc
import LoadGenerator

/// What a status check costs a server, beside a bare loop that sends the same bytes.
@main
struct CompareStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare the processor time of a status check with that of a bare epoll loop and of nginx.",
        discussion: """
            Starts 'telltale serve', makes a job, takes its status answer, and lets a bare loop written in C, and nginx \
            with 'return 200' where it is installed, send the same bytes. All take turns in rounds under the same load; \
            a figure is the processor time of the server's threads, from /proc, divided by the checks that it answered. \
            A ratio is the median over the rounds of the ratio within a round. Run it on two cores at least.
            """
    )

    @Option(help: "The server's program.")
    var telltale = "../.build/release/telltale"

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
        let server = try Contender.telltale(program: telltale)
        defer { server.stop() }
        let answer = try server.statusAnswer()
        var contenders = [server, try Contender.bareLoop(answer)]
        if let nginx = try Contender.nginx(answer) { contenders.append(nginx) }
        defer { contenders.dropFirst().forEach { $0.stop() } }

        var times = [[Double]](repeating: [], count: contenders.count)
        var rates = times
        for round in 0..<rounds {
            for turn in contenders.indices {
                let index = (turn + round) % contenders.count
                let (time, rate) = try measure(contenders[index])
                times[index].append(time)
                rates[index].append(rate)
            }
        }
        print("\(connections) connections, \(pipeline) pipelined, \(rounds) rounds, \(answer.count) bytes an answer\n")
        print(column("us a check"), column("of bare"), column("per s"))
        for (index, contender) in contenders.enumerated() {
            let ratios = zip(times[index], times[1]).map { $0 / $1 }
            let ratio = "\((ratios.median * 100).rounded() / 100)"
            print(
                column(times[index].median),
                column(ratio),
                column("\(Int(rates[index].median))"),
                " ",
                contender.name
            )
        }
    }

    /// Microseconds of the server's processor time for a check, and checks a second of it.
    private func measure(_ contender: Contender) throws -> (time: Double, rate: Double) {
        let before = try contender.processorTime()
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
        return (time, 1_000_000 / time)
    }
}

/// Why there is nothing to compare.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
