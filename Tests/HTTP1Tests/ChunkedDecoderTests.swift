import HTTP1
import Testing

enum ChunkedSamples {
    static let accepted: [(Wire, String)] = [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("1\r\na\r\n00002\r\nbc\r\n000\r\n\r\n", "abc"),
        ("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"),
        ("2;a\r\nhi\r\n0;last\r\n\r\n", "hi"),
        ("2;a=b;c=\"d; \\\"e\\\\\";f\r\nhi\r\n0\r\n\r\n", "hi"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("1\r\nx\r\n0\r\nA: b\r\nC:\r\nD: e\tf \r\n\r\n", "x"),
        ("0\r\nContent-Lengt: 1\r\nTransfer-Encodings: 1\r\n\r\n", ""),
    ]

    static let refused: [(Wire, RequestFailure)] = [
        ("\r\n", .malformedChunk),
        ("x\r\n", .malformedChunk),
        (" 1\r\n", .malformedChunk),
        ("1 \r\n", .malformedChunk),
        ("1 ;a\r\n", .malformedChunk),
        ("+1\r\n", .malformedChunk),
        ("-1\r\n", .malformedChunk),
        ("0x1\r\n", .malformedChunk),
        (";a\r\n", .malformedChunk),
        ("1;\r\n", .malformedChunk),
        ("1; a\r\n", .malformedChunk),
        ("1;a=\r\n", .malformedChunk),
        ("1;a=\"b\r\n", .malformedChunk),
        ("1;a=\"b\"c\r\n", .malformedChunk),
        ("1;a\u{0}\r\n", .malformedChunk),
        ("1\n", .bareLineEnd),
        ("1;a\n", .bareLineEnd),
        ("1\rx", .bareLineEnd),
        ("1\r\nab", .malformedChunk),
        ("1\r\na\n", .malformedChunk),
        ("1\r\na\rb", .bareLineEnd),
        ("0\r\n\n", .bareLineEnd),
        ("0\r\n\rx", .bareLineEnd),
        ("0\r\n a: b\r\n", .malformedTrailer),
        ("0\r\na : b\r\n", .malformedTrailer),
        ("0\r\n: b\r\n", .malformedTrailer),
        ("0\r\na\r\n", .malformedTrailer),
        ("0\r\na: \u{0}\r\n", .malformedTrailer),
        ("0\r\ncontent-length: 1\r\n", .malformedTrailer),
        ("0\r\na: b\r\nTransfer-Encoding:chunked\r\n", .malformedTrailer),
        ("0\r\nConnection: close\r\n", .malformedTrailer),
        ("0\r\nupgrade: x\r\n", .malformedTrailer),
        ("0\r\nHOST: a\r\n", .malformedTrailer),
        ("0\r\na: b\n", .bareLineEnd),
        ("0\r\na: b\rc", .bareLineEnd),
        ("1000000000000000\r\n", .malformedChunk),
        ("0000000000000001\r\n", .malformedChunk),
        ("fffffffffffffff\r\n", .bodyTooLarge),
    ]

    static let all = accepted.map(\.0) + refused.map(\.0)
}

@Suite("Reading chunked bodies")
struct ChunkedDecoderTests {
    @Test("Chunks, extensions and trailers are read to the end", arguments: ChunkedSamples.accepted)
    func accepted(body: Wire, content: String) {
        let decoded = Unchunked(body.text + "GET")
        #expect(decoded.state == .end)
        #expect(decoded.text == content)
        #expect(decoded.rest == 3)
    }

    @Test("Anything but a well-formed chunk is refused", .tags(.unit005), arguments: ChunkedSamples.refused)
    func refused(body: Wire, failure: RequestFailure) {
        #expect(Unchunked(body.text).state == .failed(failure))
    }

    @Test("A body may be as long as the limit, and a chunk beyond it is refused when it is announced")
    func limit() {
        #expect(Unchunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", limit: 5).text == "abcde")
        #expect(Unchunked("3\r\nabc\r\n3\r\n", limit: 5).state == .failed(.bodyTooLarge))
        #expect(Unchunked("3\r\nabc\r\n3\r\n", limit: 5).text == "abc")
    }

    @Test("Extensions and trailers may be as long as their limits, one byte more is refused")
    func longLines() {
        let name = String(repeating: "a", count: 1_024)
        #expect(Unchunked("1;\(name.dropLast())\r\nx\r\n0\r\n\r\n").state == .end)
        #expect(Unchunked("1;\(name)\r\n").state == .failed(.malformedChunk))
        let value = String(repeating: "b", count: 8_192 - 6)
        #expect(Unchunked("0\r\na:\(value)\r\n\r\n").state == .end)
        #expect(Unchunked("0\r\na:b\(value)\r\n\r\n").state == .failed(.headTooLarge))
    }

    @Test("A finished or refused body stays so")
    func sticky() {
        for (body, state) in [("0\r\n\r\n", ChunkedDecoder.State.end), ("x", .failed(.malformedChunk))] {
            var decoder = ChunkedDecoder()
            for _ in 0..<2 {
                let step = Array(body.utf8).withUnsafeBytes { decoder.decode($0) }
                #expect(step.state == state)
            }
        }
    }
}
