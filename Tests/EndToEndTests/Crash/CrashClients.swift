import Foundation
import Testing
import WorkerClient

/// A client of the bridge that makes jobs and takes them to their ends, one request after the other, and writes down
/// what it was told.
struct CrashBridgeClient {
    let name: String
    let port: Int
    let ledger: CrashLedger
    var random: CrashRandom
    /// Jobs that have not ended, and jobs that have.
    var live: [String] = []
    var ended: [String] = []
    var made = 0

    /// Goes on until a request gets no answer.
    mutating func run() async {
        while await step() {}
    }

    /// False when the server is away.
    private mutating func step() async -> Bool {
        switch random.below(live.count < 3 ? 3 : 12) {
        case 0...2: await submit()
        case 3...5: await report()
        case 6: await end("completed")
        case 7: await end("failed")
        case 8...9: await putResult()
        case 10: await cancel()
        default: await remove()
        }
    }

    private mutating func pick() -> String { live[random.below(live.count)] }

    private mutating func drop(_ id: String) {
        live.removeAll { $0 == id }
        ended.append(id)
    }

    /// Sends a request that makes `fact` true of the job; nil when the server is away.
    private func ask(
        _ method: String,
        _ path: String,
        _ id: String,
        _ fact: CrashFact,
        _ body: [String: Any] = [:],
        expects status: ClosedRange<Int> = 200...299
    ) async -> Bool {
        await ledger.begin(id, fact)
        let bytes = (try? JSONSerialization.data(withJSONObject: body)).map { [UInt8]($0) } ?? []
        guard let answer = await CrashRequest(port: port).send(method, path, body: bytes) else { return false }
        if status.contains(answer.status) {
            await ledger.acknowledge(id, fact)
        } else if answer.status != 503 {
            Issue.record("\(method) \(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return true
    }

    private mutating func submit() async -> Bool {
        made += 1
        let id = "\(name)-\(made)"
        var fact = CrashFact(states: ["queued"])
        var body: [String: Any] = ["taskId": id, "type": "crash"]
        if random.below(4) == 0 {
            // Its pages are given back when its time is over.
            let seconds = 1 + random.below(2)
            body["ttlSeconds"] = seconds
            body["metadata"] = ["filler": String(repeating: "m", count: 4_000)]
            // Counted by the server from when it reads the request.
            fact.expiry = Date().addingTimeInterval(Double(seconds))
        } else {
            live.append(id)
        }
        return await ask("POST", "/api/jobs", id, fact, body)
    }

    private mutating func report() async -> Bool {
        let id = pick()
        guard var fact = await ledger.known(id), !fact.states.contains("absent") else { return forget(id) }
        let progress = min(fact.progress.upperBound + random.below(500), 9_900)
        // With a state the whole of it is on disk; without one, progress may be as old as the interval.
        let isFirm = random.below(2) == 0
        if isFirm {
            fact.states = ["processing"]
            fact.progress = progress...progress
        } else {
            fact.states.insert("processing")
            fact.progress = fact.progress.lowerBound...progress
        }
        var body: [String: Any] = ["progress": Double(progress) / 100]
        if isFirm { body["status"] = "processing" }
        return await ask("PATCH", "/api/jobs/\(id)", id, fact, body)
    }

    /// A job of which nothing is known was never made.
    private mutating func forget(_ id: String) -> Bool {
        live.removeAll { $0 == id }
        return true
    }

    private mutating func end(_ state: String) async -> Bool {
        let id = pick()
        guard var fact = await ledger.known(id), !fact.states.contains("absent") else { return forget(id) }
        var body: [String: Any] = ["status": state]
        fact.states = [state]
        if state == "completed" {
            fact.progress = 10_000...10_000
        } else {
            let text = "failure \(random.below(1_000_000))"
            fact.text = text
            body["failure"] = ["text": text, "code": "crash"]
        }
        drop(id)
        return await ask("PATCH", "/api/jobs/\(id)", id, fact, body)
    }

    private mutating func cancel() async -> Bool {
        let id = pick()
        guard var fact = await ledger.known(id), !fact.states.contains("absent") else { return forget(id) }
        fact.states = ["cancelled"]
        drop(id)
        return await ask("DELETE", "/api/jobs/\(id)", id, fact)
    }

    private mutating func remove() async -> Bool {
        guard !ended.isEmpty else { return true }
        let id = ended.remove(at: random.below(ended.count))
        guard var fact = await ledger.known(id), !fact.states.contains("absent") else { return true }
        // What had an end reads as cancelled, whatever it was; its result is gone.
        let isLive = !fact.states.isDisjoint(with: ["queued", "processing"])
        if isLive { return true }
        fact.states = ["cancelled"]
        fact.result = nil
        return await ask("DELETE", "/api/jobs/\(id)", id, fact)
    }

    private mutating func putResult() async -> Bool {
        let id = pick()
        guard var fact = await ledger.known(id), !fact.states.contains("absent") else { return forget(id) }
        let seed = random.next()
        // Both sides of the size from which results have files.
        let length = random.below(2) == 0 ? random.below(2_000) : 60_000 + random.below(200_000)
        fact.states = ["completed"]
        fact.progress = 10_000...10_000
        fact.result = (seed, length)
        drop(id)
        await ledger.begin(id, fact)
        let answer = await CrashRequest(port: port).send(
            "PUT",
            "/api/jobs/\(id)/result?complete=1",
            type: "application/octet-stream",
            body: CrashRandom.content(seed, length)
        )
        guard let answer else { return false }
        if answer.status == 201 { await ledger.acknowledge(id, fact) } else { Issue.record("PUT: \(answer.status)") }
        return true
    }
}

/// A worker that goes on through all crashes: every call returns when what it asked for is on disk.
struct CrashWorker: Sendable {
    let name: String
    let client: WorkerClient
    let ledger: CrashLedger

    /// Makes jobs until it is cancelled.
    func run(_ random: CrashRandom) async {
        var random = random
        var made = 0
        while !Task.isCancelled {
            made += 1
            let id = "\(name)-\(made)"
            do {
                let job = try await client.openJob(id, JobOptions(type: "worker"))
                // It may be made with the first report, or not at all before a crash.
                await ledger.begin(id, CrashFact(states: ["absent", "queued", "processing"], progress: 0...10_000))
                job.start()
                let percent = 1 + random.below(90)
                job.progress(percent: Double(percent))
                try await client.flush()
                let firm = percent * 100
                await ledger.acknowledge(id, CrashFact(states: ["processing"], progress: firm...firm))
                await ledger.begin(id, CrashFact(states: ["processing", "completed"], progress: firm...10_000))
                job.progress(percent: 95)
                var done = CrashFact(states: ["completed"], progress: 10_000...10_000)
                if random.below(3) == 0 {
                    let (seed, length) = (random.next(), random.below(150_000))
                    done.result = (seed, length)
                    try await job.sendResult(
                        CrashRandom.content(seed, length),
                        mediaType: "application/octet-stream"
                    )
                }
                try await job.complete()
                await ledger.acknowledge(id, done)
            } catch is CancellationError {
                return
            } catch WorkerError.closed {
                return
            } catch {
                Issue.record("\(id): \(error)")
                return
            }
        }
    }
}
