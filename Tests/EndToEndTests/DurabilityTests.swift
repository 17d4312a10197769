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
}
