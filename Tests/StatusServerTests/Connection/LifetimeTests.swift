import NIOCore
import NIOEmbedded
import Testing

@testable import StatusServer

@Suite("What a connection leaves behind")
struct LifetimeTests {
    private static let post = "POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

    @Test(
        "Nothing keeps an HTTP/1.1 connection alive after its close, whatever it was doing",
        arguments: [
            "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", "GET /hea", "\(post)Content-Length: 9\r\n\r\n{",
            "\(post)Transfer-Encoding: chunked\r\n\r\nzz",
            "GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
        ]
    )
    func http1(_ text: String) throws {
        weak var handler: HTTP1Handler?
        let connection = try EmbeddedConnection()
        try connection.send(text)
        handler = try connection.channel.pipeline.syncOperations.handler(type: HTTP1Handler.self)
        #expect(handler != nil)
        _ = try connection.channel.finish(acceptAlreadyClosed: true)
        #expect(handler == nil)
    }

    @Test("Nothing keeps an HTTP/2 connection alive after its close")
    func http2() throws {
        weak var handler: HTTP2Handler?
        let connection = try EmbeddedConnection()
        try connection.send(bytes: ProtocolDetector.preface + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        handler = try connection.channel.pipeline.syncOperations.handler(type: HTTP2Handler.self)
        #expect(handler != nil)
        _ = try connection.channel.finish(acceptAlreadyClosed: true)
        #expect(handler == nil)
    }

    @Test("A silent HTTP/2 peer is told so and closed, and one that is asked to leave is not waited for")
    func silent() throws {
        let connection = try EmbeddedConnection()
        try connection.send(bytes: ProtocolDetector.preface + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        _ = try connection.received()
        connection.wait(Limits.idleTimeout)
        // GOAWAY is type 7, the fourth byte of its frame.
        #expect(try connection.received().dropFirst(3).first == 7)
        connection.wait(Limits.lingerTimeout)
        #expect(!connection.isOpen)
    }
}
