import LoadGenerator

/// The measurement of a running server under a load of updates.
enum IngestBench {
    /// Drives `server` by `plan`, then reads some of the jobs back over HTTP.
    /// - Throws: ``CommandFailure`` when the server does not answer, refuses an update, or shows a wrong value.
    static func run(_ plan: IngestPlan, on server: ServerURL) async throws -> IngestFigures {
        let gate = Gate(plan.connections)
        let parts = try await Crew.with(plan.connections) { crew in
            try await crew.run { number in
                capture { () throws(CommandFailure) in try drive(plan, server, number, gate) }
            }
        }
        return try await conclude(plan, parts, server)
    }

    /// The same beside status checks, `checksPerSecond` of them on a connection of their own.
    static func run(
        _ plan: IngestPlan,
        checksPerSecond: Int,
        on server: ServerURL
    ) async throws -> (IngestFigures, Percentiles) {
        let gate = Gate(plan.connections + 1)
        let checks = StatusChecks(server: server, plan: plan, perSecond: checksPerSecond)
        let results = try await Crew.with(plan.connections + 1) { crew in
            try await crew.run { number -> (load: Part?, checks: Result<Percentiles, CommandFailure>?) in
                guard number < plan.connections else {
                    return (nil, capture { () throws(CommandFailure) in try checks.run(gate) })
                }
                return (capture { () throws(CommandFailure) in try drive(plan, server, number, gate) }, nil)
            }
        }
        let figures = try await conclude(plan, results.compactMap(\.load), server)
        var delays = Percentiles()
        for result in results.compactMap(\.checks) { delays.add(try result.get()) }
        return (figures, delays)
    }

    private typealias Part = Result<IngestConnection.Outcome, CommandFailure>

    private static func drive(
        _ plan: IngestPlan,
        _ server: ServerURL,
        _ number: Int,
        _ gate: Gate
    ) throws(CommandFailure) -> IngestConnection.Outcome {
        let connection = try gate.pass { () throws(CommandFailure) in
            let connection = try IngestConnection(server, plan, connection: number)
            try connection.prepare()
            return connection
        }
        try connection.measure()
        return try connection.leave()
    }

    private static func capture<R>(_ body: () throws(CommandFailure) -> R) -> Result<R, CommandFailure> {
        do throws(CommandFailure) {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }

    private static func conclude(
        _ plan: IngestPlan,
        _ parts: [Part],
        _ server: ServerURL
    ) async throws -> IngestFigures {
        var outcomes: [IngestConnection.Outcome] = []
        // A thread that failed because another one did has nothing to say.
        var failure: CommandFailure?
        for part in parts {
            switch part {
            case .success(let outcome): outcomes.append(outcome)
            case .failure(let found) where failure == nil || failure?.text == "": failure = found
            case .failure: break
            }
        }
        if let failure { throw failure }
        try await verify(outcomes.flatMap(\.expectations), on: server)
        return IngestFigures(plan: plan, outcomes: outcomes)
    }

    /// Reads jobs over HTTP.
    /// - Throws: ``CommandFailure`` when one does not stand where it must.
    static func verify(_ expectations: [IngestSource.Expectation], on server: ServerURL) async throws {
        try await JobClient.with(server) { client in
            for expected in expectations { try await check(expected, by: client) }
        }
    }

    private static func check(_ expected: IngestSource.Expectation, by client: JobClient) async throws(CommandFailure) {
        let view = try await client.status(of: expected.id).view
        guard view.basisPoints == expected.progress, view.attempt.map(Int.init) == expected.attempt else {
            throw CommandFailure(
                "job \(expected.id) must stand at \(expected.progress) basis points of attempt \(expected.attempt) "
                    + "and reads \(view.basisPoints) of \(view.attempt.map(String.init) ?? "none")"
            )
        }
    }
}
