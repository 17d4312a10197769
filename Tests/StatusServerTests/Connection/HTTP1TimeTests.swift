import NIOCore
import NIOEmbedded
import ResultStore
import StatusCore
import Testing

@testable import StatusServer

@Suite("Time on HTTP/1.1 connections")
struct HTTP1TimeTests {
    private static let request = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("An idle connection is closed, and each request gives it new time")
    func idle() throws {
        let connection = try EmbeddedConnection()
        for _ in 0..<3 {
            try connection.send(Self.request)
            connection.wait(Limits.idleTimeout - .seconds(1))
            #expect(connection.isOpen)
        }
        connection.wait(.seconds(1))
        #expect(!connection.isOpen)
    }

    @Test("A head that does not arrive in time is answered with 408, whatever trickles in")
    func slowHead() throws {
        let connection = try EmbeddedConnection()
        try connection.send("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try connection.received()
        for _ in 0..<9 {
            try connection.send("G")
            connection.wait(.seconds(1))
        }
        #expect(try connection.received().isEmpty)
        connection.wait(.seconds(1))
        let answer = try connection.receivedText()
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.hasSuffix("}"), "the request before was a HEAD, this one is none")
    }

    @Test("A body that pauses too long is answered with 408")
    func slowBody() throws {
        let connection = try EmbeddedConnection()
        try connection.send(
            "POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
        )
        for _ in 0..<4 {
            try connection.send(" ")
            connection.wait(Limits.bodyTimeout - .seconds(1))
            #expect(try connection.received().isEmpty)
        }
        connection.wait(.seconds(1))
        #expect(try connection.receivedText().hasPrefix("HTTP/1.1 408 "))
    }

    @Test("After the last answer what still comes is dropped for a while, and not for ever")
    func linger() throws {
        let connection = try EmbeddedConnection()
        try connection.send("BAD\r\n\r\n")
        #expect(try connection.receivedText().hasPrefix("HTTP/1.1 400 "))
        var seconds = 0
        while connection.isOpen, seconds < 100 {
            try connection.send("more\r\n\r\n")
            connection.wait(.seconds(1))
            seconds += 1
        }
        #expect(try connection.received().isEmpty)
        #expect(TimeAmount.seconds(Int64(seconds)) == Limits.lingerLimit)
    }

    @Test("A silent peer is closed soon after the last answer")
    func lingerSilently() throws {
        let connection = try EmbeddedConnection()
        try connection.send("BAD\r\n\r\n")
        #expect(connection.isOpen)
        connection.wait(Limits.lingerTimeout)
        #expect(!connection.isOpen)
    }
}
