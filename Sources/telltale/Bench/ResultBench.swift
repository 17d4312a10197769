import Deflate
import NIOHTTP1

/// The measurement of a server's results: every client sends one and takes it back twice.
struct ResultBench: Sendable {
    /// What one client found in one step.
    private struct Part: Sendable {
        var bytes = 0
        var nanoseconds = 0
        var firstByte = 0
    }

    private let server: ServerURL
    private let sample: ResultSample
    private let checksum: CRC32
    /// In the ids, so that two runs do not meet.
    private let number = UInt32.random(in: 0 ... .max)

    /// Measures `server` with results of `size` bytes.
    /// - Throws: ``CommandFailure`` when the server does not answer, or an answer is wrong.
    static func run(size: Int, clients: Int, on server: ServerURL) async throws -> ResultFigures {
        let sample = ResultSample(length: size)
        let bench = ResultBench(server: server, sample: sample, checksum: sample.checksum())
        return try await JobClient.with(server) { client in
            do {
                for number in 0..<clients {
                    let job = #"{"taskId":"\#(bench.id(number))","type":"bench"}"#
                    _ = try await client.send(.POST, "/api/jobs", body: Array(job.utf8)).value()
                }
                let figures = try await bench.measure(clients)
                try await bench.deleteJobs(clients, by: client)
                return figures
            } catch {
                // What went wrong first is worth more than what goes wrong now.
                try? await bench.deleteJobs(clients, by: client)
                throw error
            }
        }
    }

    private init(server: ServerURL, sample: ResultSample, checksum: CRC32) {
        self.server = server
        self.sample = sample
        self.checksum = checksum
    }

    private func id(_ client: Int) -> String { "bench-result-\(String(number, radix: 16))-\(client)" }

    private func measure(_ clients: Int) async throws -> ResultFigures {
        try await Crew.with(clients) { crew in
            let incoming = try await step(crew) { id throws(CommandFailure) in try put(id) }
            let gzip = try await step(crew) { id throws(CommandFailure) in try takeGzip(id) }
            let identity = try await step(crew) { id throws(CommandFailure) in try takeIdentity(id) }
            return ResultFigures(
                size: sample.length,
                clients: clients,
                incoming: incoming,
                gzip: gzip,
                identity: identity
            )
        }
    }

    /// Has all clients do `work` at the same time, each with its job.
    private func step(
        _ crew: Crew,
        _ work: @escaping @Sendable (String) throws(CommandFailure) -> Part
    ) async throws -> ResultFigures.Step {
        let outcomes = try await crew.run { client in
            Result { () throws(CommandFailure) in
                let start = BenchClock.nanoseconds()
                var part = try work(id(client))
                part.nanoseconds = BenchClock.nanoseconds() - start
                return part
            }
        }
        var step = ResultFigures.Step()
        for outcome in outcomes {
            let part = try outcome.get()
            step.bytes += part.bytes
            step.nanoseconds = max(step.nanoseconds, part.nanoseconds)
            step.longestFirstByte = max(step.longestFirstByte, part.firstByte)
        }
        return step
    }

    private func put(_ id: String) throws(CommandFailure) -> Part {
        let exchange = try ResultExchange(server)
        try exchange.put(sample, for: id)
        return Part(bytes: sample.length)
    }

    private func takeIdentity(_ id: String) throws(CommandFailure) -> Part {
        let exchange = try ResultExchange(server)
        var offset = 0
        var isRight = true
        try exchange.get(id, gzip: false) { bytes in
            isRight = isRight && sample.matches(bytes, at: offset)
            offset += bytes.count
        }
        guard isRight, offset == sample.length else { throw CommandFailure("the result of \(id) is not what was sent") }
        return Part(bytes: offset, firstByte: exchange.firstByte)
    }

    private func takeGzip(_ id: String) throws(CommandFailure) -> Part {
        let exchange = try ResultExchange(server)
        var count = 0
        // The checksum and the length of what was compressed, in 32 bits each (RFC 1952 section 2.3.1).
        var trailer: UInt64 = 0
        try exchange.get(id, gzip: true) { bytes in
            count += bytes.count
            for byte in bytes.suffix(8) { trailer = trailer >> 8 | UInt64(byte) << 56 }
        }
        let expected = UInt64(checksum.value) | UInt64(UInt32(truncatingIfNeeded: sample.length)) << 32
        guard trailer == expected else { throw CommandFailure("the result of \(id) in gzip is not what was sent") }
        return Part(bytes: count, firstByte: exchange.firstByte)
    }

    private func deleteJobs(_ clients: Int, by client: JobClient) async throws(CommandFailure) {
        for number in 0..<clients {
            // The first cancels a job that is still open, and removes one that has its result.
            for _ in 0..<2 { _ = try await client.send(.DELETE, "/api/jobs/\(id(number))") }
        }
    }
}
