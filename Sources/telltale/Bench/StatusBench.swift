import Bytes
import JSON
import LoadGenerator
import NIOHTTP1

/// The measurement of a server's status checks: makes jobs, asks for them, and deletes them.
struct StatusBench: Sendable {
    let plan: StatusPlan
    let server: ServerURL
    private let client: JobClient
    private let authority: String
    /// In the ids, so that two runs do not meet.
    private let number = UInt32.random(in: 0 ... .max)

    /// Measures `server` by `plan`.
    /// - Throws: ``CommandFailure`` when the server does not answer, or its first answers are wrong.
    static func run(_ plan: StatusPlan, on server: ServerURL) async throws -> StatusFigures {
        let authority = try server.plainAuthority()
        let (host, port) = try server.socketAddress()
        let address: HostAddress
        do {
            address = try HostAddress(host: host, port: UInt16(port) ?? 80)
        } catch {
            throw unavailable(server, error)
        }
        return try await JobClient.with(server) { client in
            let bench = StatusBench(plan: plan, server: server, client: client, authority: authority)
            do {
                let figures = try await bench.measure(address)
                try await bench.deleteJobs()
                return figures
            } catch {
                // What went wrong first is worth more than what goes wrong now.
                try? await bench.deleteJobs()
                throw error
            }
        }
    }

    private init(plan: StatusPlan, server: ServerURL, client: JobClient, authority: String) {
        self.plan = plan
        self.server = server
        self.client = client
        self.authority = authority
    }

    private func measure(_ address: HostAddress) async throws -> StatusFigures {
        var questions: [Question] = []
        for job in 0..<plan.jobs { questions.append(try await makeJob(job)) }
        let idle: IdleConnections
        do {
            idle = try IdleConnections(plan.idle, at: address, asking: questions[0])
        } catch {
            throw Self.unavailable(server, error)
        }
        let load = plan.load(questions)
        let outcomes = try await Crew.with(plan.threads) { crew in
            try await crew.run { thread in
                Result { () throws(LoadFailure) -> LoadOutcome in
                    try LoadWorker.run(load.share(thread, of: crew.count), at: address)
                }
            }
        }
        do {
            let outcome = LoadOutcome.sum(try outcomes.map { try $0.get() })
            return StatusFigures(plan: plan, outcome: outcome, idleLeft: idle.countOpen())
        } catch let failure as LoadFailure {
            throw Self.unavailable(server, failure)
        }
    }

    private static func unavailable(_ server: ServerURL, _ failure: LoadFailure) -> CommandFailure {
        CommandFailure("no answer from \(server.text): \(failure)", status: .unavailable)
    }

    /// Makes a job, brings it to its progress, and looks at its status once with a parser.
    /// - Returns: the question for its status, whose answer begins as the parsed one, from the id to the message.
    private func makeJob(_ job: Int) async throws(CommandFailure) -> Question {
        let id = plan.id(job, of: number)
        let lifetime = plan.seconds + BenchLimits.statusAfterlife
        _ = try await send(.POST, "/api/jobs", #"{"taskId":"\#(id)","type":"bench","ttlSeconds":\#(lifetime)}"#)
        let progress = Double(plan.progress(job)) / 100
        _ = try await send(.PATCH, "/api/jobs/\(id)", #"{"progress":\#(progress)}"#)
        let (answer, value) = try await send(.GET, "/api/jobs/\(id)/status", nil)
        guard value["taskId"]?.string == id, value["status"]?.string == "processing",
            value["progress"]?.number?.double == progress,
            let rest = String(decoding: answer.body, as: UTF8.self).firstRange(of: ",\"createdAt\"")
        else {
            throw CommandFailure("\(server.text) gave a wrong answer: \(answer.text)")
        }
        let text = String(decoding: answer.body, as: UTF8.self)
        let base = server.text.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        return Question(
            request: Array("GET \(base)/api/jobs/\(id)/status HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8),
            beginning: Array(text[..<rest.lowerBound].utf8)
        )
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: String?
    ) async throws(CommandFailure) -> (answer: JobAnswer, value: JSONValue) {
        let answer = try await client.send(method, path, body: body.map { Array($0.utf8) })
        return (answer, try answer.value())
    }

    /// Cancels the jobs and removes them.
    private func deleteJobs() async throws(CommandFailure) {
        for job in 0..<plan.jobs {
            let id = plan.id(job, of: number)
            let answer = try await client.send(.DELETE, "/api/jobs/\(id)")
            // Not made, or gone already.
            if answer.status == 404 { continue }
            _ = try answer.value(about: id)
            _ = try await client.send(.DELETE, "/api/jobs/\(id)")
        }
    }
}
