import HTTP1
import Testing

@Suite("Reading request heads")
struct RequestParserTests {
    @Test("n8n's status request is read in full")
    func n8nStatus() {
        let parsed = Parsed(Samples.n8nStatus)
        #expect(parsed.consumed == Samples.n8nStatus.utf8.count)
        #expect(parsed.method == "GET")
        #expect(parsed.path == "/api/jobs/1/status")
        #expect(parsed.query == nil)
        #expect(parsed.host == "127.0.0.1:8080")
        #expect(parsed.body == .none)
        #expect(parsed.closes)
        #expect(parsed.fields.count == 5)
        #expect(parsed.fields[2] == "Accept-Encoding: gzip, compress, deflate, br")
    }

    @Test(
        "Target forms give path, query and host",
        arguments: [
            ("GET /", TargetForm.origin, "/", nil, "h"),
            ("GET /a/b%2Fc?x=1?y&z", .origin, "/a/b%2Fc", "x=1?y&z", "h"),
            ("GET //a?", .origin, "//a", "", "h"),
            ("GET /[{|}]^`\\", .origin, "/[{|}]^`\\", nil, "h"),
            ("GET http://a.b:8080/p?q", .absolute, "/p", "q", "a.b:8080"),
            ("GET HTTPS://a.b", .absolute, "", nil, "a.b"),
            ("GET http://[::1]?a/b", .absolute, "", "a/b", "[::1]"),
            ("OPTIONS *", .asterisk, "", nil, "h"),
            ("CONNECT a:443", .authority, "", nil, "a:443"),
        ] as [(String, TargetForm, String, String?, String)]
    )
    func targets(line: String, form: TargetForm, path: String, query: String?, host: String) {
        let parsed = Parsed("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(parsed.consumed != nil)
        #expect(parsed.form == form)
        #expect(parsed.path == path)
        #expect(parsed.query == query)
        #expect(parsed.host == host)
    }

    @Test(
        "Version and Connection decide whether the connection ends",
        arguments: [
            ("1.1", "", false), ("1.1", "close", true), ("1.1", "Close", true), ("1.1", "keep-alive, close", true),
            ("1.1", "keep-alive", false), ("1.1", "closed", false), ("1.1", "upgrade\r\nConnection: close", true),
            ("1.0", "", true), ("1.0", "keep-alive", false), ("1.0", "Keep-Alive, foo", false),
            ("1.0", "keep-alive, close", true),
        ]
    )
    func connection(version: String, options: String, closes: Bool) {
        let parsed = Parsed("GET / HTTP/\(version)\r\nHost: h\r\nConnection: \(options)\r\n\r\n")
        #expect(parsed.closes == closes)
    }

    @Test(
        "Framing fields tell how much content follows",
        arguments: [
            ("X: 1", BodyLength.none), ("Content-Length: 0", .none), ("Content-Length: 000", .none),
            ("content-length:\t7 ", .known(7)), ("Content-Length: 0012", .known(12)),
            ("Transfer-Encoding: chunked", .chunked), ("TRANSFER-ENCODING: \t CHUNKED\t", .chunked),
        ]
    )
    func framing(field: String, body: BodyLength) {
        #expect(Parsed("POST / HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n").body == body)
    }

    @Test(
        "100-continue counts only where content follows, and not in HTTP/1.0",
        arguments: [
            ("1.1", "100-continue", 1, true), ("1.1", "100-CONTINUE", 1, true), ("1.1", "100-continue", 0, false),
            ("1.1", "something", 1, false), ("1.0", "100-continue", 1, false),
        ]
    )
    func expectation(version: String, value: String, length: Int, expected: Bool) {
        let head = "POST / HTTP/\(version)\r\nHost: h\r\nExpect: \(value)\r\nContent-Length: \(length)\r\n\r\n"
        #expect(Parsed(head).expectsContinue == expected)
    }

    @Test("What smuggling and sloppiness live on is refused", .tags(.unit005), arguments: Samples.refused)
    func refusals(request: Wire, failure: RequestFailure) {
        #expect(Parsed(request.text).failure == failure)
    }

    @Test("A refused head stays refused until the parser is reset")
    func refusalIsSticky() {
        var parser = RequestParser()
        var head = RequestHead()
        let bad = Array("GET / HTTP/1.1\r\n Host: a\r\n\r\n".utf8)
        let good = Array(Samples.n8nStatus.utf8)
        #expect(bad.withUnsafeBytes { parser.parse($0, into: &head) } == .failed(.foldedField))
        #expect(good.withUnsafeBytes { parser.parse($0, into: &head) } == .failed(.foldedField))
        parser.reset()
        #expect(good.withUnsafeBytes { parser.parse($0, into: &head) } == .complete(consumed: good.count))
    }

    @Test("Pipelined requests are read one after the other, and content is left alone")
    func pipelining() {
        let requests = [
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n", "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", "GET",
        ]
        let bytes = Array(requests.joined().utf8)
        var parser = RequestParser()
        var head = RequestHead()
        var start = 0
        for request in requests {
            let outcome = bytes[start...].withUnsafeBytes { parser.parse($0, into: &head) }
            let isWhole = request.hasSuffix("\r\n\r\n")
            #expect(outcome == (isWhole ? .complete(consumed: request.utf8.count) : .incomplete))
            #expect(parser.isIdle == isWhole)
            start += request.utf8.count
        }
    }

    @Test("Nothing of one request is left in the next")
    func reuse() {
        var parser = RequestParser()
        var head = RequestHead()
        let first = Array("PUT http://a/p?q HTTP/1.0\r\nContent-Length: 3\r\nConnection: close\r\nX: y\r\n\r\n".utf8)
        let second = Array("GET / HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
        _ = first.withUnsafeBytes { parser.parse($0, into: &head) }
        _ = second.withUnsafeBytes { parser.parse($0, into: &head) }
        #expect(head.query == nil)
        #expect(head.host == 22..<23)
        #expect(head.bodyLength == .none)
        #expect(!head.closes && !head.hasConnectionClose)
        #expect(head.minorVersion == 1)
        #expect(head.fields.count == 1)
    }

    @Test("The memory of the field list is kept from request to request", .tags(.unit007))
    func steadyState() {
        var parser = RequestParser()
        var head = RequestHead()
        let bytes = Array(Samples.n8nStatus.utf8)
        var addresses: Set<UInt> = []
        for _ in 0..<100 {
            _ = bytes.withUnsafeBytes { parser.parse($0, into: &head) }
            head.fields.withUnsafeBytes { _ = addresses.insert(UInt(bitPattern: $0.baseAddress)) }
        }
        #expect(addresses.count == 1)
    }

    @Test("Every failure has a status of the contract, a code of its own and a text", .tags(.unit005))
    func failures() {
        let codes = Set(RequestFailure.allCases.map { "\($0.code)" })
        #expect(codes.count == RequestFailure.allCases.count)
        for failure in RequestFailure.allCases {
            #expect([400, 413, 414, 431, 501, 505].contains(failure.status))
            #expect("\(failure.code)" == "\(failure)")
            #expect(!"\(failure.text)".isEmpty)
        }
    }
}
