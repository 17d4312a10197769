import ArgumentParser
import JSON
import StatusCore
import Testing

@testable import telltale

@Suite("telltale bench table")
struct TableBenchTests {
    private func command(_ arguments: [String]) throws -> BenchTableCommand {
        try #require(try Telltale.parseAsRoot(["bench", "table"] + arguments) as? BenchTableCommand)
    }

    @Test("It takes a million jobs and every core unless it is told otherwise")
    func defaults() throws {
        let command = try command([])
        #expect(command.jobs == 1_000_000)
        #expect(command.threads >= 1)
        #expect(!command.json)
    }

    @Test("It takes jobs, threads and operations")
    func options() throws {
        let command = try command(["--jobs", "10", "--threads", "3", "--operations", "2000", "--json"])
        #expect(command.jobs == 10)
        #expect(command.threads == 3)
        #expect(command.operations == 2_000)
        #expect(command.json)
    }

    @Test(
        "What lies out of range is refused in one line that names the option",
        arguments: [
            ["--jobs", "0"], ["--jobs", "-1"], ["--jobs", "100000001"], ["--jobs", "many"], ["--threads", "0"],
            ["--threads", "257"], ["--operations", "999"], ["--operations", "1000000001"],
        ]
    )
    func refusals(_ arguments: [String]) {
        #expect {
            _ = try command(arguments)
        } throws: { error in
            let text = Telltale.message(for: error)
            return Telltale.exitCode(for: error).rawValue == telltale.ExitStatus.usage.rawValue
                && !text.contains("\n") && text.contains(arguments[0])
        }
    }

    @Test("A hint names the help of the command within the group")
    func hint() {
        #expect(Telltale.helpCommand(for: ["bench", "table", "--jobs", "0"]) == "telltale bench table --help")
        #expect(Telltale.helpCommand(for: ["bench", "--x"]) == "telltale bench --help")
        #expect(Telltale.helpCommand(for: ["status", "bench"]) == "telltale status --help")
    }

    @Test("A run finds every answer right, and says what it measured", arguments: [1, 2, 3])
    func run(_ threads: Int) async throws {
        let plan = TablePlan(jobs: 2_000, threads: threads, operations: 20_000)
        let figures = try await TableBench.run(plan)

        #expect(!figures.json.contains("\n"))
        let json = try JSONValue(parsing: Array(figures.json.utf8))
        #expect(json["jobs"]?.number?.integer == 2_000)
        #expect(json["threads"]?.number?.integer == Int64(threads))
        #expect(json["operations"]?.number?.integer == Int64(plan.operations))
        for key in [
            "nanosecondsPerLookup", "nanosecondsPerUpdate", "nanosecondsPerWarmUpdate", "nanosecondsPerMixedOp",
            "nanosecondsPerInsert", "bytesPerJob",
        ] {
            #expect(json[key]?.number?.double ?? -1 >= 0, "\(key)")
        }
        for name in ["2000 jobs", "lookup", "update", "warm update", "mixed", "insert", "memory", "wall time"] {
            #expect(figures.text.contains(name))
        }
    }

    @Test("Fewer jobs than threads, and fewer operations than blocks, are measured as well")
    func small() async throws {
        let figures = try await TableBench.run(TablePlan(jobs: 1, threads: 4, operations: 1_000))
        #expect(figures.lookup.median > 0)
    }
}

@Suite("The plan of telltale bench table")
struct TablePlanTests {
    @Test("An id has 13 characters and spells its job's number", arguments: [0, 9, 10, 0x89ab_cdef, 0xffff_ffff])
    func ids(_ number: Int) {
        let digits = String(number, radix: 16)
        let id = NumberedID.of(number).description
        #expect(id == "bench" + String(repeating: "0", count: 8 - digits.count) + digits)
    }

    @Test("Choices reach all jobs alike, and every tenth is marked, whatever the job")
    func choices() {
        var choices = Choices(among: 10, seed: 1)
        var chosen = [Int](repeating: 0, count: 10)
        var marked = chosen
        for _ in 0..<100_000 {
            let (job, isTenth) = choices.next()
            chosen[job] += 1
            if isTenth { marked[job] += 1 }
        }
        #expect(chosen.allSatisfy { (9_500...10_500).contains($0) })
        #expect(marked.allSatisfy { (850...1_150).contains($0) })
    }

    @Test("Every job belongs to one thread, warm ones stand behind the others", arguments: [1, 3, 7])
    func parts(_ threads: Int) {
        let plan = TablePlan(jobs: 100, threads: threads, operations: 10_000)
        #expect((0..<threads).flatMap(plan.part) == Array(0..<100))
        #expect((0..<threads).flatMap(plan.warmPart) == Array(100..<100 + threads * plan.warmJobs))
        #expect(plan.operations >= 10_000)
    }

    @Test("Progress grows from turn to turn and stays short of the end")
    func progress() {
        let plan = TablePlan(jobs: 100, threads: 1, operations: 10_000)
        var all: [UInt16] = []
        for round in 0..<BenchLimits.rounds {
            for turn in [TablePlan.Turn.updates, .mix] {
                for block in 0..<plan.blocks { all.append(plan.progress(turn, round, block).value) }
            }
        }
        #expect(all == all.sorted())
        #expect(all.first.map { $0 > 0 } == true)
        #expect(all.last.map { $0 < 10_000 } == true)
    }
}
