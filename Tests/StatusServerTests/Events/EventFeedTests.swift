import NIOEmbedded
import StatusCore
import Testing

@testable import StatusServer

/// Server-sent events, without a connection.
@Suite("Server-sent events")
struct EventFeedTests {
    let server: Harness
    let feed: FeedHarness

    init() throws {
        server = try Harness()
        feed = FeedHarness(server)
        try server.send("POST /api/jobs", json: #"{"taskId":"a","metadata":{"text":"x\\ny"}}"#)
    }

    private func report(_ progress: Int, on id: String = "a") throws {
        try server.send("PATCH /api/jobs/\(id)", json: #"{"progress":\#(progress)}"#)
    }

    @Test("The whole status first, with the version as its id; then nothing until something changes")
    func snapshot() throws {
        try feed.open("GET /api/jobs/a/events")
        let (text, step) = try feed.write()
        let events = FeedHarness.events(text)
        #expect(events.map(\.id) == ["1"])
        #expect(try events[0].data == plain("a"))
        #expect(step == .idle(until: server.now.monotonic + 15_000))
        #expect(try feed.write().text == "")
        #expect(feed.calls == 0)
    }

    /// The status as lists show it.
    private func plain(_ id: String) throws -> String {
        let body = try server.send("GET /api/jobs?ids=\(id)").body
        return String(body.dropFirst(#"{"jobs":["#.utf8.count).dropLast(2))
    }

    @Test("The head says what comes, and HEAD that alone")
    func head() throws {
        let reply = try server.send("GET /api/jobs/a/events")
        #expect(
            reply.fields == [
                "Content-Type: text/event-stream", "X-Accel-Buffering: no", "X-Content-Type-Options: nosniff",
                "Cache-Control: no-store",
            ]
        )
        let head = try server.send("HEAD /api/jobs/a/events")
        #expect(head.feed == nil)
        #expect(head.fields == reply.fields)
    }

    @Test("What is not there is an error, in the order of the kept routes")
    func errors() throws {
        #expect(try server.send("GET /api/jobs/a%2Fb/events").status == 400)
        #expect(try server.send("GET /api/jobs/b/events").status == 404)
        #expect(try server.send("POST /api/jobs/a/events").status == 405)
        #expect(try server.send("GET /api/events").status == 400)
        server.wait(milliseconds: 86_400_000)
        #expect(try server.send("GET /api/jobs/a/events").status == 410)
    }

    @Test("Changes come at most ten times a second, and what lies between is left out")
    func pace() throws {
        try feed.open("GET /api/jobs/a/events")
        _ = try feed.write()
        try report(1)
        try report(2)
        let (early, step) = try feed.write()
        #expect(early == "")
        #expect(feed.calls == 1)
        #expect(step == .idle(until: server.now.monotonic + 100))
        server.wait(milliseconds: 99)
        #expect(try feed.write().text == "")
        try report(3)
        server.wait(milliseconds: 1)
        let events = FeedHarness.events(try feed.write().text)
        #expect(events.map(\.id) == ["4"])
        #expect(events[0].data.contains(#""progress":3"#))
        server.wait(milliseconds: 100)
        try report(4)
        #expect(FeedHarness.events(try feed.write().text).count == 1)
    }

    @Test("The terminal event is the last one, without the result, and leaves no watch behind")
    func end() throws {
        try feed.open("GET /api/jobs/a/events")
        _ = try feed.write()
        #expect(feed.watches.count == 1)
        server.wait(milliseconds: 100)
        try server.send("PUT /api/jobs/a/result?complete=1", json: "[1]")
        let (text, step) = try feed.write()
        let events = FeedHarness.events(text)
        #expect(step == .end)
        #expect(events.count == 1)
        #expect(events[0].data.contains(#""status":"completed""#))
        #expect(!events[0].data.contains(#""result":"#))
        #expect(feed.watches.count == 0)
    }

    @Test("Whoever comes back hears only of what has changed, and 204 when that is nothing any more", .tags(.int007))
    func resumption() throws {
        try feed.open("GET /api/jobs/a/events", ["Last-Event-ID: 1"])
        #expect(try feed.write().text == "")
        server.wait(milliseconds: 100)
        try server.send("PATCH /api/jobs/a", json: #"{"status":"failed","failure":{"text":"no"}}"#)
        #expect(FeedHarness.events(try feed.write().text).map(\.id) == ["2"])

        let other = FeedHarness(server)
        try other.open("GET /api/jobs/a/events", ["Last-Event-ID: 1"])
        let (text, step) = try other.write()
        #expect(FeedHarness.events(text).map(\.id) == ["2"])
        #expect(step == .end)
        let done = try server.send("GET /api/jobs/a/events", ["Last-Event-ID: 2"])
        #expect(done.status == 204)
        #expect(done.feed == nil)
        #expect(try server.send("GET /api/jobs/a/events", ["Last-Event-ID: 7-3"]).feed != nil)
    }

    @Test("A silent stream gets a comment every fifteen seconds")
    func comments() throws {
        try feed.open("GET /api/jobs/a/events")
        _ = try feed.write()
        for _ in 0..<3 {
            server.wait(milliseconds: 14_999)
            #expect(try feed.write().text == "")
            server.wait(milliseconds: 1)
            #expect(try feed.write().text == ": still here\n\n")
        }
    }

    @Test("A job whose time is over ends its stream", .tags(.int006))
    func expiry() throws {
        try feed.open("GET /api/jobs/a/events")
        _ = try feed.write()
        server.wait(milliseconds: 86_400_000)
        server.table.advance(to: server.now, limit: 100) { _ in }
        let (text, step) = try feed.write()
        #expect(text == "")
        #expect(step == .end)
        #expect(feed.watches.count == 0)
    }

    @Test("Many jobs on one stream: each once, in order, then the changes of each; ids count the events of this boot")
    func many() throws {
        for id in ["b", "c"] { try server.send("POST /api/jobs", json: #"{"taskId":"\#(id)"}"#) }
        try feed.open("GET /api/events?ids=c,a,nobody,b,a")
        let first = FeedHarness.events(try feed.write().text)
        #expect(first.map(\.id) == ["7-1", "7-2", "7-3", "7-4"])
        #expect(try first.map(\.data) == [plain("c"), plain("a"), plain("nobody"), plain("b")])
        server.wait(milliseconds: 100)
        try report(10, on: "b")
        try server.send("DELETE /api/jobs/a")
        try report(20, on: "b")
        let second = FeedHarness.events(try feed.write().text)
        #expect(second.map(\.id) == ["7-5", "7-6"])
        #expect(try Set(second.map(\.data)) == [plain("a"), plain("b")])
        // It goes on when all of them have ended, or a client that comes back by itself would begin anew for ever.
        server.wait(milliseconds: 86_400_000)
        server.table.advance(to: server.now, limit: 100) { _ in }
        let (text, step) = try feed.write()
        #expect(FeedHarness.events(text).allSatisfy { $0.data.contains(#""code":"expired""#) })
        #expect(step == .idle(until: server.now.monotonic + 15_000))
        #expect(feed.watches.count == 0)
    }

    @Test("Whoever comes back to many jobs hears that there was a gap, and the present status of each")
    func resync() throws {
        try feed.open("GET /api/events?ids=a", ["Last-Event-ID: 3-9"])
        let events = FeedHarness.events(try feed.write().text)
        #expect(events.map(\.id) == ["7-1", "7-2"])
        #expect(try events.map(\.data) == [#"{"resync":true}"#, plain("a")])
    }

    @Test("A reader who takes little gets little at a time, and the last state of each job only")
    func slowReader() throws {
        let ids = (0..<200).map { "job-\($0)" }
        for id in ids { try server.send("POST /api/jobs", json: #"{"taskId":"\#(id)"}"#) }
        try feed.open("GET /api/events?ids=\(ids.joined(separator: ","))")
        var pieces = 0
        var step = FeedStep.more
        while step == .more {
            let piece = try feed.write(limit: 2_000)
            #expect(piece.text.utf8.count < 2_600)
            step = piece.step
            pieces += 1
        }
        #expect(pieces > 10)
        for progress in 1...50 {
            server.wait(milliseconds: 200)
            for id in ids { try report(progress, on: id) }
        }
        let events = FeedHarness.events(try feed.write().text)
        #expect(events.count == ids.count)
        #expect(events.allSatisfy { $0.data.contains(#""progress":50"#) })
    }

    @Test("A stream that is closed leaves no watch behind and says nothing more")
    func close() throws {
        try feed.open("GET /api/events?ids=a")
        _ = try feed.write()
        feed.feed?.close()
        try report(1)
        feed.loop.run()
        #expect(feed.watches.count == 0)
        #expect(feed.calls == 0)
    }
}
