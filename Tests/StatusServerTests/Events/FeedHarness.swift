import Bytes
import NIOCore
import NIOEmbedded
import StatusCore
import Testing

@testable import StatusServer

/// A feed on an event loop that the test turns, over the bridge of a ``Harness``.
final class FeedHarness: FeedCarrier {
    let server: Harness
    let loop = EmbeddedEventLoop()
    let watches: LoopWatches
    private(set) var feed: EventFeed?
    /// How often the feed has asked to be looked at.
    private(set) var calls = 0

    init(_ server: Harness) {
        self.server = server
        watches = LoopWatches(table: server.table, loop: loop)
    }

    /// Opens the stream that `line` asks for.
    func open(_ line: String, _ fields: [String] = []) throws {
        let reply = try server.send(line, fields)
        let feed = EventFeed(
            try #require(reply.feed),
            bridge: server.bridge,
            boot: 7,
            watches: watches,
            scratch: server.scratch,
            at: server.now
        )
        feed.carrier = self
        self.feed = feed
    }

    func feedMayHaveOutput() {
        calls += 1
    }

    /// What the feed has to say now, and the step after it.
    func write(limit: Int = 1_000_000) throws -> (text: String, step: EventFeed.Step) {
        loop.run()
        var output = OutputBuffer()
        let step = try #require(feed).write(into: &output, limit: limit, at: server.now)
        return (String(decoding: output.copy(), as: UTF8.self), step)
    }

    /// The events of `text`: id and data.
    static func events(_ text: String) -> [(id: String, data: String)] {
        text.components(separatedBy: "\n\n").filter { !$0.isEmpty && !$0.hasPrefix(":") }.map { event in
            let lines = event.components(separatedBy: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("id: ") && lines[1].hasPrefix("data: {"), "\(event)")
            return (String(lines[0].dropFirst(4)), String((lines.last ?? "").dropFirst(6)))
        }
    }
}
