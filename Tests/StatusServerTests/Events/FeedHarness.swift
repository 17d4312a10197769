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
    private(set) var feed: (any EventFeed)?
    /// How often the feed has asked to be looked at.
    private(set) var calls = 0

    init(_ server: Harness) {
        self.server = server
        watches = LoopWatches(table: server.table, loop: loop)
    }

    /// Opens the stream that `line` asks for.
    func open(_ line: String, _ fields: [String] = []) throws {
        let reply = try server.send(line, fields)
        take(try #require(reply.feed).open(in: place))
    }

    /// Takes a feed that the test has made.
    func take(_ feed: any EventFeed) {
        feed.carrier = self
        self.feed = feed
    }

    var place: FeedPlace {
        FeedPlace(bridge: server.bridge, boot: 7, watches: watches, scratch: server.scratch, now: server.now)
    }

    func feedMayHaveOutput() {
        calls += 1
    }

    /// What the feed has to say now, and the step after it.
    func write(limit: Int = 1_000_000) throws -> (text: String, step: FeedStep) {
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
