import NIOEmbedded
import StatusCore
import Testing

@testable import StatusServer

/// Server-sent events about all jobs of a type, without a connection.
@Suite("Server-sent events by type")
struct TypeFeedTests {
    let server: Harness
    let feed: FeedHarness

    init() throws {
        server = try Harness(maximumJobs: 20_000)
        feed = FeedHarness(server)
    }

    private func submit(_ id: String, type: String = "ocr") throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"\#(id)","type":"\#(type)"}"#)
    }

    private func report(_ progress: Int, on id: String) throws {
        try server.send("PATCH /api/jobs/\(id)", json: #"{"progress":\#(progress)}"#)
    }

    /// The status as lists show it.
    private func plain(_ id: String) throws -> String {
        let body = try server.send("GET /api/jobs?ids=\(id)").body
        return String(body.dropFirst(#"{"jobs":["#.utf8.count).dropLast(2))
    }

    /// Writes until there is nothing more to say at this moment.
    private func all(_ feed: FeedHarness) throws -> [(id: String, data: String)] {
        var text = ""
        while true {
            let (piece, step) = try feed.write()
            text += piece
            if case .idle(let time) = step, time > server.now.monotonic { return FeedHarness.events(text) }
        }
    }

    private func name(_ event: (id: String, data: String)) -> String {
        String(event.data.dropFirst(#"{"taskId":""#.utf8.count).prefix { $0 != "\"" })
    }

    @Test("First the present status of each job of the type, newest first, ended ones too; no others")
    func snapshot() throws {
        for id in ["a", "b", "c"] {
            try submit(id)
            server.wait(milliseconds: 1)
        }
        try submit("x", type: "other")
        try server.send("DELETE /api/jobs/b")
        try feed.open("GET /api/events?type=ocr")
        let events = try all(feed)
        #expect(events.map(\.id) == ["7-1", "7-2", "7-3"])
        #expect(try events.map(\.data) == [plain("c"), plain("b"), plain("a")])
        #expect(try all(feed).isEmpty)
    }

    @Test("Jobs that are made later come too, over the bridge and by workers, and their changes follow")
    func newJobs() throws {
        try feed.open("GET /api/events?type=ocr")
        #expect(try all(feed).isEmpty)
        try submit("a")
        try submit("x", type: "other")
        var submission = Submission(id: try #require(TaskID("b")))
        submission.type = "ocr"
        _ = server.table.bind(
            submission.id,
            attempt: 0,
            creating: submission,
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(0),
            at: server.now
        )
        feed.loop.run()
        #expect(feed.calls == 1)
        #expect(try all(feed).map(\.data) == [plain("a"), plain("b")])
        server.wait(milliseconds: 100)
        #expect(try all(feed).isEmpty)
        try report(30, on: "b")
        feed.loop.run()
        #expect(feed.calls == 2)
        #expect(try all(feed).map(\.data) == [plain("b")])
    }

    @Test("Changes of a job come at most ten times a second, and what lies between is left out")
    func pace() throws {
        try submit("a")
        try feed.open("GET /api/events?type=ocr")
        #expect(try all(feed).count == 1)
        for step in 1...50 {
            server.wait(milliseconds: 10)
            try report(step, on: "a")
            let events = try all(feed)
            #expect(events.count == (step % 10 == 0 ? 1 : 0), "step \(step)")
            if let event = events.first { #expect(event.data.contains(#""progress":\#(step),"#)) }
        }
        // While it rests, changes wake nobody.
        #expect(feed.calls == 0)
    }

    @Test("Many changes in one turn of the loop ask for output once")
    func oneCall() throws {
        for index in 0..<50 { try submit("job-\(index)") }
        try feed.open("GET /api/events?type=ocr")
        #expect(try all(feed).count == 50)
        server.wait(milliseconds: 100)
        #expect(try all(feed).isEmpty)
        #expect(feed.watches.count == 50)
        for index in 0..<50 { try report(1, on: "job-\(index)") }
        feed.loop.run()
        #expect(feed.calls == 1)
        #expect(try all(feed).count == 50)
    }

    @Test("A job's terminal state is the last that is said of it, and its memory is given back")
    func end() throws {
        try submit("a")
        try feed.open("GET /api/events?type=ocr")
        #expect(try all(feed).count == 1)
        server.wait(milliseconds: 100)
        #expect(try all(feed).isEmpty)
        #expect(feed.watches.count == 1)
        try server.send("PUT /api/jobs/a/result?complete=1", json: "[1]")
        let events = try all(feed)
        #expect(events.count == 1)
        #expect(events.first?.data.contains(#""status":"completed""#) == true)
        #expect(events.first?.data.contains(#""result":"#) == false)
        #expect(feed.watches.count == 0)
        server.wait(milliseconds: 100)
        try server.send("DELETE /api/jobs/a")
        #expect(try all(feed).isEmpty)
    }

    @Test("A job whose time is over says so", .tags(.int006))
    func expiry() throws {
        try submit("a")
        try feed.open("GET /api/events?type=ocr")
        #expect(try all(feed).count == 1)
        server.wait(milliseconds: 100)
        #expect(try all(feed).isEmpty)
        server.wait(milliseconds: 86_400_000)
        server.table.advance(to: server.now, limit: 100) { _ in }
        let events = try all(feed)
        #expect(events.count == 1)
        #expect(events.first?.data.contains(#""code":"expired""#) == true)
        #expect(feed.watches.count == 0)
    }

    @Test("Whoever comes back hears that there was a gap, and the present status of each")
    func gap() throws {
        try submit("a")
        try feed.open("GET /api/events?type=ocr", ["Last-Event-ID: 3-9"])
        let events = try all(feed)
        #expect(events.map(\.id) == ["7-1", "7-2"])
        #expect(try events.map(\.data) == [#"{"resync":true}"#, plain("a")])
    }

    @Test("A silent stream gets a comment every fifteen seconds")
    func comments() throws {
        try feed.open("GET /api/events?type=ocr")
        #expect(try feed.write().step == .idle(until: server.now.monotonic + 15_000))
        server.wait(milliseconds: 14_999)
        #expect(try feed.write().text == "")
        server.wait(milliseconds: 1)
        #expect(try feed.write().text == ": still here\n\n")
    }

    @Test("A reader who takes little gets the last state of each job only")
    func slowReader() throws {
        for index in 0..<300 { try submit("job-\(index)") }
        try feed.open("GET /api/events?type=ocr")
        var pieces = 0
        var isWalking = true
        while isWalking {
            let (text, step) = try feed.write(limit: 2_000)
            // A page is looked at as a whole.
            #expect(text.utf8.count < 2_000 + BridgeLimits.feedPage * 500)
            pieces += 1
            if case .idle(let time) = step { isWalking = time <= server.now.monotonic }
        }
        #expect(pieces > 4)
        server.wait(milliseconds: 100)
        #expect(try all(feed).isEmpty)
        for progress in 1...5 {
            server.wait(milliseconds: 200)
            for index in 0..<300 { try report(progress, on: "job-\(index)") }
            feed.loop.run()
        }
        let events = try all(feed)
        #expect(events.count == 300)
        #expect(events.allSatisfy { $0.data.contains(#""progress":5,"#) })
    }

    @Test("New jobs that nobody reads are not kept without bound, and none of them is missed")
    func overflow() throws {
        try feed.open("GET /api/events?type=ocr")
        #expect(try all(feed).isEmpty)
        let count = StatusCore.Limits.queuedCreations + 500
        for index in 0..<count { try submit("job-\(index)") }
        var names = Set(try all(feed).map(name))
        #expect(names.count == StatusCore.Limits.queuedCreations)
        server.wait(milliseconds: BridgeLimits.feedWalkInterval)
        names.formUnion(try all(feed).map(name))
        #expect(names.count == count)
    }

    @Test("More jobs than are followed: changes of the rest are found by looking again, and nothing grows")
    func moreThanFollowed() throws {
        for index in 0..<30 { try submit("job-\(index)") }
        feed.take(TypeFeed(type: "ocr", isResumed: false, baseURL: [], in: feed.place, limit: 10))
        #expect(try all(feed).count == 30)
        server.wait(milliseconds: 100)
        #expect(try all(feed).isEmpty)
        #expect(feed.watches.count == 10)
        server.wait(milliseconds: 60_000)
        _ = try all(feed)
        for index in 0..<30 { try report(index + 1, on: "job-\(index)") }
        server.wait(milliseconds: BridgeLimits.feedWalkInterval)
        #expect(Set(try all(feed).map(name)).count == 30)
        #expect(feed.watches.count <= 10)
        // As followed ones end, others take their places, and then nothing is left to look for.
        for index in 0..<25 { try server.send("DELETE /api/jobs/job-\(index)") }
        for _ in 0..<10 {
            server.wait(milliseconds: BridgeLimits.feedWalkInterval)
            _ = try all(feed)
        }
        #expect(feed.watches.count == 5)
        server.wait(milliseconds: BridgeLimits.eventComment)
        #expect(try all(feed).isEmpty)
        server.wait(milliseconds: BridgeLimits.eventComment)
        #expect(try feed.write().step == .idle(until: server.now.monotonic + 15_000))
    }

    @Test("A type that nothing matches is looked for a page at a time")
    func paging() throws {
        for index in 0..<(StatusCore.Limits.examinedPerPage + 10) { try submit("job-\(index)", type: "other") }
        try feed.open("GET /api/events?type=ocr")
        let (text, step) = try feed.write()
        #expect(text == "")
        #expect(step == .idle(until: server.now.monotonic))
        #expect(try all(feed).isEmpty)
    }

    @Test("A stream that is closed leaves no watch and no queue behind")
    func close() throws {
        try submit("a")
        try feed.open("GET /api/events?type=ocr")
        #expect(try all(feed).count == 1)
        server.wait(milliseconds: 100)
        #expect(try all(feed).isEmpty)
        feed.feed?.close()
        try submit("b")
        try report(1, on: "a")
        feed.loop.run()
        #expect(feed.calls == 0)
        #expect(feed.watches.count == 0)
    }

    @Test(
        "What asks for too little, too much or nothing sensible is 400",
        arguments: [
            "", "?type=", "?type=a&type=b", "?type=a&ids=b", "?type=%FF",
            "?type=" + String(repeating: "x", count: 65),
        ]
    )
    func refusals(query: String) throws {
        let reply = try server.send("GET /api/events\(query)")
        #expect(reply.status == 400)
        #expect(reply.body.contains(#""code":"malformed""#))
    }

    @Test("The type is decoded once", arguments: ["?type=a%2Bb", "?t%79pe=a%2bb", "?x=1&type=a%2Bb&type="])
    func decoding(query: String) throws {
        try submit("a", type: "a+b")
        try feed.open("GET /api/events\(query)")
        #expect(try all(feed).count == 1)
    }
}
