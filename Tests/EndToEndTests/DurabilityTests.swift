import Foundation
import Testing

/// What a server that keeps its jobs has acknowledged is there after it was killed.
@Suite("Jobs on disk", .timeLimit(.minutes(3)))
struct DurabilityTests {
    private func restarted<R>(
        _ before: (Server) async throws -> Void,
        _ after: (Server) async throws -> R
    ) async throws -> R {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        await Gate.servers.enter()
        defer { Task { await Gate.servers.leave() } }
        let server = try await Server.start(folder: path)
        do {
            try await before(server)
        } catch {
            try await server.kill()
            throw error
        }
        try await server.kill()
        return try await Gate.$isInside.withValue(true) { try await Server.with(folder: path, after) }
    }

    @Test("States, deletions and tombstones are there after kill -9, and versions go on", .tags(.e2e006, .int006))
    func states() async throws {
        let ids = ["queued", "done", "failed", "cancelled", "removed"]
        var versions: [String: Double] = [:]
        var bodies: [String: [String: String]] = [:]
        func facts(_ body: [String: Any]) throws -> [String: String] {
            let moving = ["version", "serverTime", "retryAfterMs", "statusUrl", "estimatedCompletion"]
            return try body.filter { !moving.contains($0.key) }.mapValues { value in
                let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys]
                return String(
                    decoding: try JSONSerialization.data(withJSONObject: value, options: options),
                    as: UTF8.self
                )
            }
        }
        try await restarted { server in
            for id in ids {
                try await server.submit(#"{"taskId":"\#(id)","type":"t","labels":{"a":"b"},"metadata":{"deep":[1,2]}}"#)
            }
            try await server.submit(#"{"taskId":"short","ttlSeconds":1}"#)
            try await server.report("done", #"{"status":"completed"}"#)
            try await server.report("failed", #"{"status":"failed","failure":{"code":"io","text":"disk full"}}"#)
            #expect(try await server.curl("/api/jobs/cancelled", "-X", "DELETE").status == 200)
            try await server.report("removed", #"{"status":"completed"}"#)
            #expect(try await server.curl("/api/jobs/removed", "-X", "DELETE").status == 200)
            for id in ids {
                let body = try await server.curl("/api/jobs/\(id)").json()
                versions[id] = body["version"] as? Double
                bodies[id] = try facts(body)
            }
            try await eventually("it expires") { try await server.curl("/api/jobs/short").status == 410 }
            // The tombstone is written within a second.
            try await Task.sleep(for: .milliseconds(1_500))
        } _: { server in
            for id in ids {
                let body = try await server.curl("/api/jobs/\(id)").json()
                #expect(try facts(body) == bodies[id], "\(id)")
                #expect(try #require(body["version"] as? Double) > (try #require(versions[id])), "\(id)")
            }
            #expect(try await server.curl("/api/jobs/short").status == 410)
            let list = try await server.curl("/api/jobs").json()
            let listed = (list["jobs"] as? [[String: Any]])?.compactMap { $0["taskId"] as? String }
            #expect(listed == ids.reversed())
        }
    }

    @Test("Progress is at most as old as the interval")
    func progress() async throws {
        try await restarted { server in
            try await server.submit(#"{"taskId":"a"}"#)
            try await server.report("a", #"{"progress":37.5,"note":"on my way"}"#)
            try await Task.sleep(for: .milliseconds(1_500))
        } _: { server in
            let body = try await server.curl("/api/jobs/a").json()
            #expect(body["progress"] as? Double == 37.5)
            #expect(body["note"] as? String == "on my way")
        }
    }

    @Test("Results are there after kill -9, small and large, and their files go with them", .tags(.int003))
    func results() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        let small = #"{"rows":[1,2,3]}"#
        // Does not shrink, so that it goes to a file.
        var random = SystemRandomNumberGenerator()
        let large = (0..<40_000).flatMap { _ in withUnsafeBytes(of: random.next() as UInt64, Array.init) }
        let file = try TemporaryFile(large)
        func files() -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: path + "/results")) ?? []).sorted()
        }
        await Gate.servers.enter()
        defer { Task { await Gate.servers.leave() } }
        let server = try await Server.start(folder: path)
        for id in ["small", "large", "staged", "gone"] { try await server.submit(#"{"taskId":"\#(id)"}"#) }
        func put(_ id: String, _ query: String, _ type: String, _ body: String) async throws -> Int {
            let target = "/api/jobs/\(id)/result\(query)"
            return try await server.curl(
                target,
                "-X",
                "PUT",
                "-H",
                "Content-Type: \(type)",
                "--data-binary",
                body
            ).status
        }
        let octets = "application/octet-stream"
        #expect(try await put("small", "?complete=1", "application/json", small) == 201)
        #expect(try await put("large", "?complete=1", octets, "@\(file.path)") == 201)
        #expect(try await put("staged", "", octets, "@\(file.path)") == 201)
        #expect(try await put("gone", "?complete=1", octets, "@\(file.path)") == 201)
        #expect(files().count == 3)
        #expect(try await server.curl("/api/jobs/gone", "-X", "DELETE").status == 200)
        try await eventually("its file is gone") { files().count == 2 }
        try await server.kill()
        // What a server leaves that is killed while a result arrives.
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path + "/results/result-arriving-abc"))

        try await Gate.$isInside.withValue(true) {
            try await Server.with(folder: path) { server in
                let status = try await server.curl("/api/jobs/small").json()
                #expect(status["status"] as? String == "completed")
                #expect((status["result"] as? [String: [Int]])?["rows"] == [1, 2, 3])
                #expect(try await server.curl("/api/jobs/large/result").body == large)
                let packed = try await server.curl("/api/jobs/large/result", "--compressed")
                #expect(packed.body == large)
                #expect(try await server.curl("/api/jobs/staged/result").status == 409)
                try await server.report("staged", #"{"status":"completed"}"#)
                #expect(try await server.curl("/api/jobs/staged/result").body == large)
                #expect(try await server.curl("/api/jobs/gone/result").status == 409)
                #expect(files().count == 2)
                #expect(!files().contains("result-arriving-abc"))
                #expect(try await server.curl("/api/jobs/large", "-X", "DELETE").status == 200)
                try await eventually("its file is gone") { files().count == 1 }
                // A new one does not take the number of one that is there.
                try await server.submit(#"{"taskId":"next"}"#)
                let put = try await server.curl(
                    "/api/jobs/next/result?complete=1",
                    "-X",
                    "PUT",
                    "-H",
                    "Content-Type: text/plain",
                    "-d",
                    "next"
                )
                #expect(put.status == 201)
                #expect(try await server.curl("/api/jobs/staged/result").body == large)
                #expect(try await server.curl("/api/jobs/next/result").text == "next")
            }
        }
    }

    @Test("A folder has one server at a time")
    func exclusive() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        try await Server.with(folder: path) { _ in
            let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", path]
            let second = try await Command(Repository.telltale, arguments).run(seconds: 30)
            #expect(second.code == 1)
            #expect(second.errors.contains("another server"))
        }
        try await Server.with(folder: path) { _ in }
    }

    @Test("A server that cannot read all of its jobs ends and says what to do, and they stay")
    func unreadable() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url("data").path
        try await Server.with(folder: path) { server in
            for id in 0..<3 { try await server.submit(#"{"taskId":"job-\#(id)"}"#) }
        }
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", path, "--max-jobs", "2"]
        let small = try await Command(Repository.telltale, arguments).run(seconds: 30)
        #expect(small.code == 1)
        #expect(small.errors.contains("--max-jobs"))
        try await Server.with(folder: path) { server in
            for id in 0..<3 {
                let answer = try await server.curl("/api/jobs/job-\(id)")
                #expect(answer.status == 200)
            }
        }
    }
}
