import StatusCore

/// The measurement of a job table in this process.
///
/// Every answer of the table is checked: a lookup must find the place of the job that was asked for, an update must be
/// accepted, and in the end jobs must have come to the progress that the plan foretells.
struct TableBench: Sendable {
    let plan: TablePlan
    let table: StatusCore.JobTable
    /// The stream that all jobs are bound to.
    let owner = OwnerID(1)

    private init(_ plan: TablePlan) {
        self.plan = plan
        var configuration = StatusCore.JobTable.Configuration()
        configuration.maximumJobs = plan.jobs + plan.warmJobs * plan.threads
        // Room enough: what is measured is the table, not its refusals.
        configuration.maximumBytes = max(configuration.maximumBytes, configuration.maximumJobs * 512)
        table = StatusCore.JobTable(configuration: configuration)
    }

    /// Measures a table by `plan`.
    /// - Throws: ``CommandFailure`` when the table gave a wrong answer.
    static func run(_ plan: TablePlan) async throws -> TableFigures {
        try await Crew.with(plan.threads) { crew in
            let before = try ResidentMemory.bytes()
            let bench = TableBench(plan)
            let inserts = Tally.sum(try await crew.run { bench.insert(plan.part(of: $0)) })
            let grown = try ResidentMemory.bytes() - before
            try check(inserts)

            let references = try await bench.bind(by: crew, plan.part)
            _ = try await crew.run { bench.insert(plan.warmPart(of: $0)) }
            let warm = try await bench.bind(by: crew, plan.warmPart)

            var lookups: [Double] = []
            var updates: [Double] = []
            var warmUpdates: [Double] = []
            var mixes: [Double] = []
            for round in 0..<BenchLimits.rounds {
                lookups.append(try await time(crew) { bench.lookUp(references, round, $0) })
                updates.append(try await time(crew) { bench.update(references, round, $0) })
                warmUpdates.append(try await time(crew) { bench.updateWarm(warm, round, $0) })
                mixes.append(try await time(crew) { bench.mix(references, round, $0) })
            }
            guard bench.hasForetoldEnd() else { throw wrongAnswers("jobs do not stand where they must") }
            return TableFigures(
                plan: plan,
                insert: inserts.perOperation,
                lookup: .init(lookups),
                update: .init(updates),
                warmUpdate: .init(warmUpdates),
                mixed: .init(mixes),
                bytesPerJob: Double(grown) / Double(plan.jobs)
            )
        }
    }

    /// Nanoseconds an operation of `work`, done by all threads at once.
    private static func time(_ crew: Crew, _ work: @escaping @Sendable (Int) -> Tally) async throws -> Double {
        let tally = Tally.sum(try await crew.run(work))
        try check(tally)
        return tally.perOperation
    }

    private static func check(_ tally: Tally) throws(CommandFailure) {
        guard tally.failures == 0 else {
            throw wrongAnswers("\(tally.failures) wrong answers in \(tally.operations) operations")
        }
    }

    private static func wrongAnswers(_ what: String) -> CommandFailure {
        CommandFailure("the table is wrong, so its speed means nothing: \(what)")
    }

    /// Binds and starts jobs, each thread those of its part.
    /// - Returns: their places in the order of their numbers.
    private func bind(
        by crew: Crew,
        _ part: @escaping @Sendable (Int) -> Range<Int>
    ) async throws -> [JobReference] {
        var references: [JobReference] = []
        for (thread, bound) in try await crew.run({ bind(part($0)) }).enumerated() {
            guard bound.count == part(thread).count else { throw Self.wrongAnswers("jobs could not be bound") }
            references += bound
        }
        return references
    }
}
