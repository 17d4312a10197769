import HTTP1
import NIOCore
import Testing

@testable import StatusServer

@Suite("Bodies of HTTP/1.1 requests")
struct BodyReaderTests {
    /// What a body came to.
    private struct Outcome: Equatable {
        var content: [UInt8] = []
        var hasEnded = false
        var failure: RequestFailure?
        /// What is left for the next request.
        var rest: [UInt8] = []
    }

    private static func head(_ field: String) throws -> RequestHead {
        var parser = RequestParser()
        var head = RequestHead()
        let text = Array("PUT /a HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n".utf8)
        let outcome = text.withUnsafeBytes { parser.parse($0, into: &head) }
        guard case .complete = outcome else {
            Issue.record("not a head: \(outcome)")
            return head
        }
        return head
    }

    /// Feeds `pieces` as they would arrive.
    private static func read(_ pieces: [ArraySlice<UInt8>], _ head: RequestHead) -> Outcome {
        var reader = BodyReader(head)
        var input = ByteBuffer()
        var outcome = Outcome()
        for piece in pieces {
            input.writeBytes(piece)
            feeding: while !outcome.hasEnded, outcome.failure == nil {
                switch reader.next(&input) {
                case .starved: break feeding
                case .piece(let piece): outcome.content += Array(piece.readableBytesView)
                case .end: outcome.hasEnded = true
                case .failed(let failure): outcome.failure = failure
                }
            }
        }
        outcome.rest = Array(input.readableBytesView)
        return outcome
    }

    /// Checks the outcome for the whole text, every cut in two, and one byte at a time.
    private static func check(_ text: String, _ field: String, _ expected: Outcome, isRestExact: Bool = true) throws {
        let bytes = Array(text.utf8)
        let head = try head(field)
        var cuttings = (0...bytes.count).map { [bytes[..<$0], bytes[$0...]] }
        cuttings.append(bytes.indices.map { bytes[$0...$0] })
        for pieces in cuttings {
            var outcome = read(pieces, head)
            if !isRestExact { outcome.rest = [] }
            #expect(outcome == expected, "cut \(pieces.map(\.count))")
        }
    }

    @Test("A body of known length ends where it says, wherever it is cut")
    func known() throws {
        try Self.check(
            "hello worldGET",
            "Content-Length: 11",
            Outcome(content: Array("hello world".utf8), hasEnded: true, rest: Array("GET".utf8))
        )
    }

    @Test("No body ends at once and takes nothing")
    func none() throws {
        try Self.check("GET", "Content-Length: 0", Outcome(hasEnded: true, rest: Array("GET".utf8)))
        try Self.check("GET", "X: y", Outcome(hasEnded: true, rest: Array("GET".utf8)))
    }

    @Test("A chunked body ends behind its trailers, wherever it is cut")
    func chunked() throws {
        try Self.check(
            "5\r\nhello\r\n1;a=b\r\n \r\n005\r\nworld\r\n0\r\nX: y\r\n\r\nGET",
            "Transfer-Encoding: chunked",
            Outcome(content: Array("hello world".utf8), hasEnded: true, rest: Array("GET".utf8))
        )
    }

    @Test("An empty chunked body is an end without content")
    func emptyChunked() throws {
        try Self.check("0\r\n\r\n", "Transfer-Encoding: chunked", Outcome(hasEnded: true))
    }

    @Test("A broken chunk fails behind the content before it, wherever it is cut")
    func broken() throws {
        try Self.check(
            "2\r\nhi\r\nx\r\n",
            "Transfer-Encoding: chunked",
            Outcome(content: Array("hi".utf8), failure: .malformedChunk),
            isRestExact: false
        )
    }

    @Test("A body that stops in the middle is waited for")
    func starved() throws {
        try Self.check("hel", "Content-Length: 11", Outcome(content: Array("hel".utf8)))
        try Self.check("5\r\nhel", "Transfer-Encoding: chunked", Outcome(content: Array("hel".utf8)))
    }
}
