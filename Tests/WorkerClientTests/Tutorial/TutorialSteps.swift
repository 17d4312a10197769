// The code of the articles in WorkerClient.docc, so that it is compiled and run. DocumentationTests compares the two.

import WorkerClient

enum TutorialStart {
    struct Primes {
        static func main() async throws {
            let client = try WorkerClient(server: "http://127.0.0.1:8080")
            try await client.withJob("primes-1", JobOptions(type: "primes")) { job in
                job.note("nothing to do yet")
            }
            await client.close()
        }
    }
}

enum TutorialProgress {
    static func findPrimes(below limit: Int, _ job: WorkerJob) async throws -> [Int] {
        var primes: [Int] = []
        for number in 2..<limit {
            if primes.prefix(while: { $0 * $0 <= number }).allSatisfy({ number % $0 != 0 }) {
                primes.append(number)
            }
            job.progress(UInt64(number + 1), of: UInt64(limit), unit: "numbers")
        }
        return primes
    }
}

enum TutorialCancel {
    static func findPrimes(below limit: Int, _ job: WorkerJob) async throws -> [Int] {
        var primes: [Int] = []
        for number in 2..<limit {
            try Task.checkCancellation()
            if primes.prefix(while: { $0 * $0 <= number }).allSatisfy({ number % $0 != 0 }) {
                primes.append(number)
            }
            job.progress(UInt64(number + 1), of: UInt64(limit), unit: "numbers")
        }
        return primes
    }

    static func run(_ client: WorkerClient, below limit: Int) async throws {
        do {
            _ = try await client.withJob("primes-1", JobOptions(type: "primes")) { job in
                try await findPrimes(below: limit, job)
            }
        } catch WorkerError.ended(.cancelled) {
            // Someone cancelled it; the server knows that the work has stopped.
        }
    }
}

enum TutorialResult {
    static func findPrimes(below limit: Int, _ job: WorkerJob) async throws -> [Int] {
        try await TutorialCancel.findPrimes(below: limit, job)
    }

    static func run(_ client: WorkerClient, below limit: Int) async throws {
        try await client.withJob("primes-1", JobOptions(type: "primes")) { job in
            let primes = try await findPrimes(below: limit, job)
            let lines = AsyncStream { continuation in
                for prime in primes { continuation.yield(Array("\(prime)\n".utf8)) }
                continuation.finish()
            }
            try await job.sendResult(chunks: lines, mediaType: "text/plain", name: "primes.txt")
        }
    }
}

enum TutorialMany {
    static func findPrimes(below limit: Int, _ job: WorkerJob) async throws -> [Int] {
        try await TutorialCancel.findPrimes(below: limit, job)
    }

    static func run(_ client: WorkerClient, limits: [Int]) async throws {
        try await withThrowingTaskGroup { group in
            for limit in limits {
                group.addTask {
                    try await client.withJob("primes-below-\(limit)", JobOptions(type: "primes")) { job in
                        let primes = try await findPrimes(below: limit, job)
                        try await job.sendResult("\(primes.count)", mediaType: "text/plain")
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The examples of the other pages.
enum Examples {
    static func store(_ row: String) async throws {}

    static func landing(_ rows: [String], server: String) async throws {
        let client = try WorkerClient(server: server)
        let job = try client.job("import-42", JobOptions(type: "import"))
        for (index, row) in rows.enumerated() {
            try await store(row)
            job.progress(UInt64(index + 1), of: UInt64(rows.count), unit: "rows")
        }
        try await job.sendResult(#"{"stored":true}"#, mediaType: "application/json")
        try await job.complete()
        await client.close()
    }

    static func patience(_ job: WorkerJob, _ client: WorkerClient) async throws {
        do {
            try await job.complete()
        } catch WorkerError.serverAway(let reason) {
            // The completion is pending, and arrives when the server is back and this process still runs.
            print("not acknowledged yet: \(reason ?? "no connection so far")")
        }
        let isDelivered = await client.close(within: .seconds(60))
        if !isDelivered { print("the server never heard of it") }
    }
}
