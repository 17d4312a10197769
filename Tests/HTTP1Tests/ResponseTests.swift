import Bytes
import HTTP1
import Testing

@Suite("Writing answers")
struct ResponseTests {
    /// What `write` appends, as text.
    private func written(_ write: (inout OutputBuffer) -> Void) -> String {
        var output = OutputBuffer()
        write(&output)
        return String(decoding: output.copy(), as: UTF8.self)
    }

    @Test("A head is written line by line", .tags(.unit007))
    func head() {
        let text = written {
            var date = DateField()
            $0.appendStatusLine(200)
            $0.appendHeader("Content-Type", "application/json; charset=utf-8")
            date.append(at: 784_111_777_000, to: &$0)
            $0.appendContentLength(0)
            $0.appendEndOfHead()
        }
        let expected =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
            + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n"
        #expect(text == expected)
    }

    @Test(
        "Every status of the contract has its phrase",
        .tags(.unit005),
        arguments: [
            (202, "Accepted"), (204, "No Content"), (304, "Not Modified"), (404, "Not Found"), (410, "Gone"),
            (413, "Content Too Large"), (421, "Misdirected Request"), (429, "Too Many Requests"),
            (431, "Request Header Fields Too Large"), (503, "Service Unavailable"), (507, "Insufficient Storage"),
            (299, ""),
        ]
    )
    func statusLines(status: Int, phrase: String) {
        #expect(written { $0.appendStatusLine(status) } == "HTTP/1.1 \(status) \(phrase)\r\n")
    }

    @Test("The statuses of all refusals have phrases", .tags(.unit005), arguments: RequestFailure.allCases)
    func refusals(failure: RequestFailure) {
        #expect(StatusLine.reason(failure.status).utf8CodeUnitCount > 0)
    }

    @Test(
        "A value from elsewhere cannot start another field",
        arguments: [
            ("a", "a"), ("a\r\nB: c", "a  B: c"), ("\u{0}\u{7f}x\n", "  x "), ("tab\tstays", "tab\tstays"),
            ("caf\u{e9}", "caf\u{e9}"), ("", ""),
        ] as [(Wire, String)]
    )
    func foreignValues(value: Wire, sent: String) {
        #expect(written { $0.appendHeader("X", text: value.text) } == "X: \(sent)\r\n")
        #expect(written { output in value.withBytes { output.appendHeader("X", $0) } } == "X: \(sent)\r\n")
    }

    @Test(
        "Connection is echoed as the client needs it",
        arguments: [
            ("1.1", "x", false, ""), ("1.1", "close", false, "Connection: close\r\n"),
            ("1.1", "x", true, "Connection: close\r\n"), ("1.0", "x", false, "Connection: close\r\n"),
            ("1.0", "keep-alive", false, "Connection: keep-alive\r\n"),
            ("1.0", "keep-alive", true, "Connection: close\r\n"),
        ]
    )
    func connection(version: String, option: String, closes: Bool, line: String) {
        var parser = RequestParser()
        var head = RequestHead()
        let request = Wire("GET / HTTP/\(version)\r\nHost: a\r\nConnection: \(option)\r\n\r\n")
        _ = request.withBytes { parser.parse($0, into: &head) }
        #expect(written { $0.appendConnection(for: head, closes: closes) } == line)
        #expect(head.allowsChunkedAnswer == (version == "1.1"))
    }

    @Test(
        "Chunks are framed so that the decoder reads them back",
        arguments: [1, 9, 10, 15, 16, 255, 256, 4_096, 70_000]
    )
    func chunks(size: Int) {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        var output = OutputBuffer()
        content.withUnsafeBytes { output.appendChunk($0) }
        output.appendChunk(UnsafeRawBufferPointer(start: nil, count: 0))
        output.appendLastChunk()
        let decoded = Unchunked(output.copy())
        #expect(decoded.state == .end)
        #expect(decoded.content == content)
        #expect(output.copy().starts(with: Array("\(String(size, radix: 16))\r\n".utf8)))
    }

    @Test("Only the last chunk can end a body")
    func emptyChunk() async {
        await #expect(processExitsWith: .failure) {
            var output = OutputBuffer()
            output.appendChunkHeader(size: 0)
        }
    }

    @Test("100 Continue is a whole head")
    func interim() {
        #expect(written { $0.appendContinue() } == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test(
        "Dates are right over leap years and bounds",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799_999, "Tue, 29 Feb 2000 23:59:59 GMT"), (951_868_800_000, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 GMT"), (1_795_433_690_123, "Mon, 23 Nov 2026 11:34:50 GMT"),
            (-1, "Thu, 01 Jan 1970 00:00:00 GMT"), (.min, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (253_402_300_799_999, "Fri, 31 Dec 9999 23:59:59 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)]
    )
    func dates(wall: Int64, text: String) {
        var date = DateField()
        date.withValue(at: 1_000_000_000_000) { _ in }
        date.withValue(at: wall) { #expect(String(decoding: $0, as: UTF8.self) == text) }
    }

    @Test(
        "File names are sent so that every client reads them",
        arguments: [
            ("a.txt", "attachment; filename=\"a.txt\""), (nil, "attachment"),
            ("\u{20ac} \"x\"", "attachment; filename=\"_ _x_\"; filename*=UTF-8''%E2%82%AC%20%22x%22"),
            ("50%\r\n", "attachment; filename=\"50___\"; filename*=UTF-8''50%25%0D%0A"),
        ] as [(String?, String)]
    )
    func fileNames(name: String?, value: String) {
        #expect(written { $0.appendContentDisposition(isAttachment: true, fileName: name) } == value)
    }

    @Test("A file name that was accepted comes back the same")
    func fileNameRoundTrip() {
        for name in ["a", "a b;c", "\"\\%", "\u{1f600}.json", "..", "caf\u{e9}"] {
            let value = Wire(written { $0.appendContentDisposition(isAttachment: false, fileName: name) })
            #expect(value.withBytes(ContentDisposition.fileName) == .name(name))
        }
    }
}
