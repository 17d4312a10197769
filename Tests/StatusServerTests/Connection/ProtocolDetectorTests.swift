import NIOCore
import NIOEmbedded
import Testing

@testable import StatusServer

@Suite("The protocol of a connection")
struct ProtocolDetectorTests {
    @Test("HTTP/2's preface is recognised wherever it is cut", arguments: 0...24)
    func http2(_ cut: Int) throws {
        let connection = try EmbeddedConnection()
        try connection.send(bytes: ProtocolDetector.preface.prefix(cut))
        if cut < 24 { #expect(try connection.handlers == ["detector"]) }
        try connection.send(bytes: ProtocolDetector.preface.dropFirst(cut) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        #expect(try connection.handlers == ["HTTP/2"])
        // Our SETTINGS: the type is the fourth byte.
        #expect(try connection.received().dropFirst(3).first == 4)
    }

    @Test("Everything else is HTTP/1", arguments: ["G", "PO", "PRI * HTTP/1", "pri", "\r\n", "\u{16}\u{3}\u{1}"])
    func http1(_ text: String) throws {
        let connection = try EmbeddedConnection()
        for byte in text.utf8 { try connection.send(String(UnicodeScalar(byte))) }
        #expect(try connection.handlers == ["HTTP/1"])
    }

    @Test("What was read before the decision is not lost")
    func first() throws {
        let connection = try EmbeddedConnection()
        for piece in ["P", "OST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"] {
            try connection.send(piece)
        }
        #expect(try connection.receivedText().hasPrefix("HTTP/1.1 404 "))
    }

    @Test(
        "A connection that says nothing is closed after the idle time, one that does not go on after a head's time",
        arguments: [("", Limits.idleTimeout), ("PRI *", Limits.headTimeout)]
    )
    func silent(_ text: String, _ time: TimeAmount) throws {
        let connection = try EmbeddedConnection()
        if !text.isEmpty { try connection.send(text) }
        connection.wait(time - .nanoseconds(1))
        #expect(connection.isOpen)
        connection.wait(.nanoseconds(1))
        #expect(!connection.isOpen)
    }

    @Test("A connection that has asked nothing is closed at a shutdown")
    func quiesce() throws {
        let connection = try EmbeddedConnection()
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!connection.isOpen)
    }
}
