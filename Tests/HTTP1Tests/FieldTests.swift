import Bytes
import HTTP1
import Testing

@Suite("Reading field values")
struct FieldTests {
    /// A field list as the parser would give it.
    private struct Head {
        var bytes: [UInt8] = []
        var fields: [HeaderField] = []

        init(_ lines: [(String, String)]) {
            for (name, value) in lines {
                let start = bytes.count
                bytes += Array("\(name)\(value)".utf8)
                let nameEnd = start + name.utf8.count
                fields.append(HeaderField(name: start..<nameEnd, value: nameEnd..<bytes.count))
            }
        }
    }

    @Test("Fields are found by name in any case, the first one first")
    func lookup() {
        let head = Head([("X-A", "1"), ("ACCEPT", "2"), ("accept", "3")])
        head.bytes.withUnsafeBytes { bytes in
            #expect(head.fields.value(of: "accept", in: bytes) == 10..<11)
            #expect(head.fields.value(of: "x-b", in: bytes) == nil)
            #expect(head.fields.count(of: "accept", in: bytes) == 2)
            var values = ""
            head.fields.forEachValue(of: "accept", in: bytes) { values += String(decoding: $0, as: UTF8.self) }
            #expect(values == "23")
        }
    }

    @Test(
        "gzip is allowed where Accept-Encoding gives it weight",
        arguments: [
            (["gzip, compress, deflate, br"], true), ([], false), ([""], false), (["identity"], false), (["br"], false),
            (["GZIP"], true), (["x-gzip"], true), (["gzip;q=0"], false), (["gzip;q=0.000"], false),
            (["gzip;q=0.001"], true), (["gzip ; q=0.5"], true), (["gzip;Q=1.000"], true), (["gzip;q=1.001"], false),
            (["gzip;q="], false), (["gzip;q=x"], false), (["gzip;q=0.0001"], false), (["*"], true), (["*;q=0"], false),
            (["*, gzip;q=0"], false), (["*;q=0, gzip"], true), (["br", "gzip"], true), (["gzipped, agzip"], false),
            ([",,gzip,"], true),
        ]
    )
    func acceptEncoding(lines: [String], isAllowed: Bool) {
        let head = Head(lines.map { ("Accept-Encoding", $0) })
        #expect(head.bytes.withUnsafeBytes { head.fields.allowsGzip(in: $0) } == isAllowed)
    }

    @Test(
        "Problem documents go only to clients that name them",
        arguments: [
            (["application/problem+json"], true), (["application/json, Application/Problem+JSON;q=0.1"], true),
            (["application/problem+json;q=0"], false), (["application/problem+json ; v=1"], true), (["*/*"], false),
            (["application/*"], false), (["application/json"], false), ([], false),
            (["text/html", "application/problem+json"], true), (["a/b;c=\",application/problem+json\""], false),
        ]
    )
    func accept(lines: [String], isNamed: Bool) {
        let head = Head(lines.map { ("accept", $0) })
        #expect(head.bytes.withUnsafeBytes { head.fields.acceptsProblemJSON(in: $0) } == isNamed)
    }

    @Test(
        "The wait of Prefer is its first one, in whole seconds",
        arguments: [
            ("wait=10", 10), ("respond-async, wait=5", 5), ("WAIT = \"7\"; x=y", 7), ("wait=1, wait=2", 1),
            ("wait", nil),
            ("wait=", nil), ("wait=-1", nil), ("wait=1.5", nil), ("await=3", nil), ("wait=99999999999999999999", nil),
        ] as [(String, Int?)]
    )
    func prefer(value: String, seconds: Int?) {
        let head = Head([("Prefer", value)])
        #expect(head.bytes.withUnsafeBytes { head.fields.preferredWait(in: $0) } == seconds)
    }

    @Test(
        "Media types follow RFC 9110",
        arguments: [
            ("text/plain", true), ("Text/HTML;Charset=\"utf-8\"", true),
            ("application/vnd.x+json ; a=b; c=\"d\\\"e\"", true),
            ("a/b;", true), ("a/b;;c=d", true), ("", false), ("text", false), ("/plain", false), ("text/", false),
            ("text /plain", false), ("text/plain x", false), ("text/plain; charset", false), ("text/plain;a=", false),
            ("text/plain;a =b", false), ("a/b;c=\"d", false), ("a/b;c=\"d\"e", false), ("a/b,c/d", false),
            ("a/b;c=\"\u{e9}\"", false), ("a/b\r\n", false), ("a/b;c=\"\n\"", false), ("*/*", true),
        ] as [(Wire, Bool)]
    )
    func mediaTypes(text: Wire, isValid: Bool) {
        #expect(text.withBytes(MediaType.isValid) == isValid)
    }

    @Test("A media type has at most 255 bytes")
    func longMediaTypes() {
        let longest = Wire("a/" + String(repeating: "b", count: 253))
        #expect(longest.withBytes(MediaType.isValid))
        #expect(!Wire(longest.text + "b").withBytes(MediaType.isValid))
    }

    @Test(
        "A media type is recognised whatever its case and parameters",
        arguments: [
            ("application/json", true), ("Application/JSON ; charset=utf-8", true), ("application/jsonp", false),
            ("application/problem+json", false), ("", false),
        ] as [(Wire, Bool)]
    )
    func essence(text: Wire, isJSON: Bool) {
        #expect(text.withBytes { MediaType.matches($0, "application/json") } == isJSON)
    }

    @Test(
        "File names come from filename* before filename, and are checked",
        arguments: [
            ("attachment", .absent), ("inline; filename=a.txt", .name("a.txt")),
            ("attachment;filename=\"a b\"", .name("a b")),
            ("attachment; filename=\"a\\\"b\\\\c\"", .name("a\"b\\c")), ("x; FileName=a", .name("a")),
            ("a; filename=\"\"", .absent), ("a; filename=\"\u{20ac}\"", .name("\u{20ac}")),
            ("a; filename=a; filename*=UTF-8''%e2%82%ac", .name("\u{20ac}")),
            ("a; filename*=utf-8'en'x%20y", .name("x y")),
            ("a; filename*=ISO-8859-1''x; filename=y", .name("y")), ("a; filename*=UTF-8''%0a", .malformed),
            ("a; filename*=UTF-8''%ff", .malformed), ("a; filename*=UTF-8''%4", .malformed),
            ("a; filename*=x", .malformed),
            ("a; filename=a; filename=b", .malformed), ("a; filename=\"\u{85}\"", .malformed),
            ("a; filename", .malformed),
            ("; filename=a", .malformed), ("", .malformed), ("a; filename=\"x", .malformed),
        ] as [(Wire, ContentDisposition.FileName)]
    )
    func fileNames(value: Wire, name: ContentDisposition.FileName) {
        #expect(value.withBytes(ContentDisposition.fileName) == name)
    }

    @Test("A file name has at most 255 bytes")
    func longFileNames() {
        let longest = String(repeating: "x", count: 255)
        #expect(Wire("a; filename=\(longest)").withBytes(ContentDisposition.fileName) == .name(longest))
        #expect(Wire("a; filename=\(longest)x").withBytes(ContentDisposition.fileName) == .malformed)
        #expect(!Wire("").withBytes(ContentDisposition.isValidFileName))
    }

    @Test(
        "Hosts and ports are told apart",
        arguments: [
            ("", "", nil), ("localhost", "localhost", nil), ("a.b:80", "a.b", 80), ("a:", "a", nil),
            ("[::1]", "::1", nil),
            ("[::ffff:1.2.3.4]:65535", "::ffff:1.2.3.4", 65_535), ("x%20y:0", "x%20y", 0),
        ] as [(Wire, String, UInt16?)]
    )
    func authorities(text: Wire, host: String, port: UInt16?) throws {
        let authority = try #require(text.withBytes { Authority($0) })
        #expect(String(decoding: text.bytes[authority.host], as: UTF8.self) == host)
        #expect(authority.port == port)
        #expect(authority.isBracketed == text.text.hasPrefix("["))
    }

    @Test(
        "Digits are digits alone",
        arguments: [
            ("0", 0), ("007", 7), ("9223372036854775807", .max), ("9223372036854775808", nil), ("", nil), ("+1", nil),
            ("1 ", nil), ("\u{661}", nil),
        ] as [(Wire, Int?)]
    )
    func digits(text: Wire, value: Int?) {
        #expect(text.withBytes(Digits.parse) == value)
    }

    @Test(
        "Methods are case-sensitive",
        arguments: [
            ("GET", HTTPMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("PATCH", .patch),
            ("DELETE", .delete), ("OPTIONS", .options), ("CONNECT", .connect), ("TRACE", .trace), ("get", .other),
            ("", .other), ("GETS", .other),
        ] as [(Wire, HTTPMethod)]
    )
    func methods(text: Wire, method: HTTPMethod) {
        #expect(text.withBytes { HTTPMethod($0) } == method)
    }
}
