import Foundation
import Testing

/// What a server does whose disk does not do its part: it refuses changes, answers reads, says what to do, and comes
/// back by itself; nothing that it acknowledged is lost.
@Suite("Faults of the disk", .tags(.int006), .timeLimit(.minutes(2)))
struct FaultTests {
    /// Submits jobs with a filler until one is refused; returns the ids that were acknowledged.
    private func fill(_ server: Server, _ prefix: String) async throws -> [String] {
        let filler = String(repeating: "m", count: 12_000)
        var ids: [String] = []
        for number in 0..<500 {
            let id = "\(prefix)-\(number)"
            let answer = try await submit(id, to: server, #""metadata":{"filler":"\#(filler)"}"#)
            guard answer.status == 202 else {
                #expect(answer.status == 503, "\(answer.text)")
                #expect(answer.header("retry-after") != nil)
                #expect(answer.text.contains(#""code":"cannotCommit""#))
                return ids
            }
            ids.append(id)
        }
        Issue.record("nothing was refused")
        return ids
    }

    private func submit(_ id: String, to server: Server, _ rest: String = #""type":"fault""#) async throws -> Answer {
        let body = "{\"taskId\":\"\(id)\",\(rest)}"
        return try await server.curl(
            "/api/jobs",
            "-H",
            "Content-Type: application/json",
            "-d",
            "@-",
            input: Array(body.utf8)
        )
    }

    private func limitFiles(of server: Server, to bytes: String) async throws {
        let outcome = try await Command("prlimit", ["--pid", "\(server.process.pid)", "--fsize=\(bytes):"]).run()
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    private func areThere(_ ids: [String], _ server: Server) async throws {
        for id in ids {
            let status = try await server.curl("/api/jobs/\(id)").status
            #expect(status == 200, "\(id)")
        }
    }

    @Test("A disk that is full: changes get 503, reads go on, and service returns with room")
    func full() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        await Gate.servers.enter()
        defer { Task { await Gate.servers.leave() } }
        let server = try await Server.start(folder: path)
        // A limit on the size of files, which root has too.
        try await limitFiles(of: server, to: "1000000")
        let ids = try await fill(server, "full")
        #expect(ids.count > 10)
        // It is refused at once from now on, and what is there is read.
        #expect(try await submit("late", to: server).status == 503)
        let cancel = try await server.curl("/api/jobs/\(ids[0])", "-X", "DELETE")
        #expect(cancel.status == 503)
        #expect(try await server.curl("/api/jobs/\(ids[0])").json()["status"] as? String == "queued")
        #expect(try await server.curl("/api/jobs?limit=5").status == 200)
        #expect(try await server.curl("/livez").status == 200)
        #expect(server.process.errorsSoFar.contains("changes are refused until it can be written again"))
        #expect(server.process.errorsSoFar.contains("ulimit -f"), "what to do")
        try await limitFiles(of: server, to: "unlimited")
        try await eventually("it takes jobs again") { try await submit("after", to: server).status == 202 }
        #expect(server.process.errorsSoFar.contains("the disk can be written again"))
        try await server.kill()
        try await Gate.$isInside.withValue(true) {
            try await Server.with(folder: path) { try await areThere(ids + ["after"], $0) }
        }
    }

    @Test("A database that another program has locked: the same")
    func locked() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        try await Server.with(folder: path) { server in
            #expect(try await submit("before", to: server).status == 202)
            let code = """
                import sqlite3,sys,time; d=sqlite3.connect(sys.argv[1], isolation_level=None); d.execute('BEGIN IMMEDIATE')
                print('locked', flush=True); time.sleep(60)
                """
            let other = try Command("python3", ["-c", code, path + "/telltale.db"]).start()
            try await eventually("it is locked") { other.outputSoFar.contains("locked") }
            // The database is waited for; then the answer is that it cannot be.
            #expect(try await submit("during", to: server).status == 503)
            #expect(try await server.curl("/api/jobs/before").status == 200)
            other.signal(SIGKILL)
            _ = try await other.wait(seconds: 30)
            try await eventually("it takes jobs again") { try await submit("after", to: server).status == 202 }
            try await areThere(["before", "after"], server)
        }
    }

    @Test(
        "A write-ahead log whose last write was torn: all that was acknowledged is there",
        arguments: [1, 24, 4_000, 90_000]
    )
    func torn(length: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        await Gate.servers.enter()
        defer { Task { await Gate.servers.leave() } }
        let server = try await Server.start(folder: path)
        let ids = (0..<20).map { "job-\($0)" }
        for id in ids { #expect(try await submit(id, to: server).status == 202) }
        try await server.kill()
        let log = URL(fileURLWithPath: path + "/telltale.db-wal")
        var bytes = try Data(contentsOf: log)
        #expect(bytes.count > 10_000)
        // The beginning of a commit that nobody heard of: old pages, as a file system may leave them.
        bytes.append(contentsOf: bytes.dropFirst(32).prefix(length))
        try bytes.write(to: log)
        try await Gate.$isInside.withValue(true) {
            try await Server.with(folder: path) { server in
                try await areThere(ids, server)
                #expect(try await submit("after", to: server).status == 202)
            }
        }
    }

    @Test("A folder that cannot be written is said to be so, in one line, before anything listens")
    func readOnly() async throws {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", "/proc/telltale"]
        let outcome = try await Command(Repository.telltale, arguments).run(seconds: 30)
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("/proc/telltale"))
        #expect(!outcome.errors.contains("listening"))
    }

    @Test("A database that is damaged, or none, ends the server with its name, and is left as it is")
    func damaged() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let file = URL(fileURLWithPath: path + "/telltale.db")
        try Data(repeating: 65, count: 10_000).write(to: file)
        let outcome = try await Command(Repository.telltale, ["serve", "--listen", "127.0.0.1:0", "--data-dir", path])
            .run(seconds: 30)
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("telltale.db"))
        #expect(try Data(contentsOf: file) == Data(repeating: 65, count: 10_000))
    }
}
