import Testing

@testable import LoadGenerator

@Suite("Reading answers")
struct AnswerReaderTests {
    private let expected = Array(#"{"taskId":"a""#.utf8)

    private func answer(_ body: String, status: Int = 200, fields: String = "Date: now\r\n") -> String {
        "HTTP/1.1 \(status) Word\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// What a reader makes of one text after the other.
    private func read(_ texts: String...) -> [AnswerReader.Reading] {
        var reader = AnswerReader()
        return texts.map { text in
            Array(text.utf8).withUnsafeBytes { reader.read($0, from: 0, expecting: expected) }
        }
    }

    @Test("The expected answer is right, also when its head is that of the one before")
    func right() {
        let text = answer(#"{"taskId":"a","x":1}"#)
        #expect(read(text, text) == [.right(end: text.utf8.count), .right(end: text.utf8.count)])
    }

    @Test("Another job, another status, and a body that ends too soon are wrong")
    func wrong() {
        let good = answer(#"{"taskId":"a"}"#)
        for text in [
            answer(#"{"taskId":"b"}"#), answer(#"{"taskId":"a"}"#, status: 404), answer(#"{"taskId":"#), answer(""),
        ] {
            // First with a head that has to be read, then with one that is known.
            #expect(read(good, text, text).dropFirst() == [.wrong(end: text.utf8.count), .wrong(end: text.utf8.count)])
        }
    }

    @Test("A body that is too short is not completed by the answer behind it")
    func shortBody() {
        let first = answer(#"{"taskId":"#)
        #expect(read(first + #""a""# + answer("")) == [.wrong(end: first.utf8.count)])
    }

    @Test("An answer cut anywhere is incomplete, and the next one is left alone")
    func cuts() {
        let text = answer(#"{"taskId":"a","x":1}"#)
        for length in 0..<text.utf8.count {
            let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            #expect(read(cut) == [.incomplete])
            // With the head known, too.
            #expect(read(text, cut).last == .incomplete)
        }
        #expect(read(text + text) == [.right(end: text.utf8.count)])
    }

    @Test("Pipelined answers are read one after the other")
    func pipeline() {
        let first = answer(#"{"taskId":"a"}"#)
        let bytes = Array((first + answer(#"{"taskId":"a","y":2}"#)).utf8)
        var reader = AnswerReader()
        bytes.withUnsafeBytes { bytes in
            #expect(reader.read(bytes, from: 0, expecting: expected) == .right(end: first.utf8.count))
            #expect(reader.read(bytes, from: first.utf8.count, expecting: expected) == .right(end: bytes.count))
        }
    }

    @Test(
        "What has no end that can be told is broken",
        arguments: [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        ]
    )
    func broken(_ text: String) {
        #expect(read(text) == [.broken])
    }
}
