import Foundation
import Testing
import WorkerClient

/// The server is killed again and again while clients of both protocols work, and everything that was acknowledged is
/// looked for afterwards.
///
/// `TELLTALE_CRASH_SECONDS` says for how long (15 without it), `TELLTALE_TEST_SEED` repeats the choices of a run.
@Suite("Crashes", .tags(.e2e006))
struct CrashTests {
    private static let environment = ProcessInfo.processInfo.environment
    private let seconds = environment["TELLTALE_CRASH_SECONDS"].flatMap { Double($0) } ?? 15
    private let seed = environment["TELLTALE_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...9_999_999)

    @Test("What was acknowledged is there after kill -9, whenever that comes")
    func killed() async throws {
        print("crash test: TELLTALE_TEST_SEED=\(seed) TELLTALE_CRASH_SECONDS=\(Int(seconds))")
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        await Gate.servers.enter()
        defer { Task { await Gate.servers.leave() } }
        var random = CrashRandom(seed: seed)
        let ledger = CrashLedger()
        var server = try await Server.start(folder: path)
        let port = server.port
        var clients = (0..<4).map {
            CrashBridgeClient(name: "c\($0)", port: port, ledger: ledger, random: CrashRandom(seed: random.next()))
        }
        var configuration = WorkerClient.Configuration(server: "http://127.0.0.1:\(port)")
        configuration.patience = .seconds(60)
        configuration.reconnectDelay = .milliseconds(10) ... .milliseconds(100)
        configuration.producer = "crash"
        let worker = CrashWorker(name: "w", client: try WorkerClient(configuration), ledger: ledger)
        let workerRandom = CrashRandom(seed: random.next())
        let working = Task { await worker.run(workerRandom) }
        let end = Date().addingTimeInterval(seconds)
        var kills = 0
        repeat {
            let pause = random.below(5) == 0 ? random.below(30) : 50 + random.below(1_500)
            clients = try await withThrowingTaskGroup(of: CrashBridgeClient?.self) { group in
                for client in clients {
                    group.addTask {
                        var client = client
                        await client.run()
                        return client
                    }
                }
                let running = server
                group.addTask {
                    try await Task.sleep(for: .milliseconds(pause))
                    try await running.kill()
                    return nil
                }
                return try await group.reduce(into: []) { if let client = $1 { $0.append(client) } }
            }
            kills += 1
            // Killed once more before it has read everything, now and then.
            while random.below(4) == 0 {
                let early = try Command(
                    Repository.telltale,
                    ["serve", "--listen", "127.0.0.1:\(port)", "--data-dir", path]
                ).start()
                try await Task.sleep(for: .milliseconds(random.below(60)))
                early.signal(SIGKILL)
                _ = try await early.wait(seconds: 30)
                kills += 1
            }
            server = try await Server.start(folder: path, port: port)
            try await check(ledger, port, sample: &random)
        } while Date() < end
        working.cancel()
        await worker.client.close()
        await working.value
        try await check(ledger, port, sample: &random)
        server.process.signal(SIGTERM)
        #expect(try await server.process.wait(seconds: 30).code == 0)
        let count = await ledger.count
        print("crash test: \(kills) kills, \(count) acknowledged facts")
        #expect(count > kills, "hardly anything was acknowledged")
    }

    @Test("A migration that is killed in the middle is made again, and nothing is lost")
    func migrating() async throws {
        var random = CrashRandom(seed: seed)
        let fixture = Repository.root.appending(path: "Tests/JobStoreTests/Fixtures/version-1.db")
        await Gate.servers.enter()
        defer { Task { await Gate.servers.leave() } }
        for round in 0..<10 {
            let folder = try TemporaryFolder()
            let path = folder.url("data").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let database = path + "/telltale.db"
            try FileManager.default.copyItem(at: fixture, to: URL(fileURLWithPath: database))
            let early = try Command(Repository.telltale, ["serve", "--listen", "127.0.0.1:0", "--data-dir", path])
                .start()
            try await Task.sleep(for: .milliseconds(random.below(60)))
            early.signal(SIGKILL)
            _ = try await early.wait(seconds: 30)
            let server = try await Server.start(folder: path)
            try await server.kill()
            let code = """
                import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); f=lambda s: d.execute(s).fetchone()[0]
                print(f('pragma integrity_check'), f('pragma user_version') > 1,
                    f('select (select count(*) from jobs) + (select count(*) from tombstones)'), sep=' ')
                """
            let facts = try await Command("python3", ["-c", code, database]).run()
            // Six jobs and three tombstones; the jobs' time is over in 2027.
            #expect(facts.text == "ok True 9\n", "round \(round), seed \(seed): \(facts.errors)")
        }
    }

    /// Compares all jobs, and some results, with what is known of them.
    private func check(_ ledger: CrashLedger, _ port: Int, sample random: inout CrashRandom) async throws {
        let request = CrashRequest(port: port)
        let ids = await ledger.entries.keys.sorted()
        for start in stride(from: 0, to: ids.count, by: 500) {
            let some = Array(ids[start..<min(start + 500, ids.count)])
            let body = [UInt8](try JSONSerialization.data(withJSONObject: ["ids": some]))
            // The worker goes on meanwhile: what is seen is somewhere between what is known now and afterwards.
            let before = await ledger.entries
            let answer = try #require(await request.send("POST", "/api/jobs:batchGet", body: body))
            let jobs = try #require(answer.json["jobs"] as? [[String: Any]])
            for (id, job) in zip(some, jobs) {
                let failure = job["failure"] as? [String: Any]
                let gone = job["code"] as? String == "expired" ? "expired" : "absent"
                let seen = CrashLedger.Observation(
                    state: job["status"] as? String ?? gone,
                    progress: Int(((job["progress"] as? Double ?? 0) * 100).rounded()),
                    text: failure?["text"] as? String
                )
                let wrong = await ledger.judge(id, seen, since: before[id], at: Date())
                #expect(wrong == nil, "\(wrong ?? ""), seed \(seed)")
            }
        }
        let withResult = await ledger.entries.filter {
            $0.value.known.result != nil && $0.value.known.states == ["completed"]
        }
        for (id, entry) in withResult.sorted(by: { $0.key < $1.key }).shuffled(using: &random).prefix(25) {
            guard let result = entry.known.result else { continue }
            let answer = try #require(await request.send("GET", "/api/jobs/\(id)/result?raw=1"))
            let isWhole = answer.status == 200 && answer.body == CrashRandom.content(result.seed, result.length)
            #expect(
                isWhole,
                "\(id)'s result: \(answer.status), \(answer.body.count) of \(result.length) bytes, seed \(seed)"
            )
        }
    }
}
