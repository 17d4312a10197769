import HTTP1
import Testing

@Suite("Limits of a request")
struct RequestLimitsTests {
    private let limits = RequestLimits(targetBytes: 20, fieldCount: 3, headBytes: 100, bodyBytes: 1_000)

    @Test("A target of the longest length passes, one byte more is 414")
    func target() {
        let longest = "/" + String(repeating: "a", count: 19)
        #expect(Parsed("GET \(longest) HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits).path == longest)
        #expect(Parsed("GET \(longest)a", limits: limits).failure == .targetTooLong)
        #expect(Parsed("GET \(longest)", limits: limits).outcome == .incomplete)
    }

    @Test("One field too many is 431")
    func fieldCount() {
        let fields = "Host: a\r\nB: 1\r\nC: 2\r\n"
        #expect(Parsed("GET / HTTP/1.1\r\n\(fields)\r\n", limits: limits).consumed != nil)
        #expect(Parsed("GET / HTTP/1.1\r\n\(fields)D", limits: limits).failure == .tooManyFields)
    }

    @Test("A head of the largest size passes, one byte more is 431, empty lines before it count")
    func headSize() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let largest = start + String(repeating: "x", count: 100 - start.utf8.count - 4) + "\r\n\r\n"
        #expect(Parsed(largest, limits: limits).consumed == 100)
        #expect(Parsed("\r\n" + largest, limits: limits).failure == .headTooLarge)
        #expect(Parsed(String(repeating: "\r\n", count: 50), limits: limits).failure == .headTooLarge)
        #expect(Parsed(largest + "GET / HTTP/1.1\r\n", limits: limits).consumed == 100)
    }

    @Test("A declared length above the limit is 413")
    func bodyLength() {
        let head = { (length: Int) in "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n" }
        #expect(Parsed(head(1_000), limits: limits).body == .known(1_000))
        #expect(Parsed(head(1_001), limits: limits).failure == .bodyTooLarge)
    }

    @Test("A thousand generated task ids fit into a target")
    func manyIDs() {
        let ids = Array(repeating: "01JD3Q8ZK4T2N7V5XWYBCDEFGH", count: 1_000).joined(separator: ",")
        #expect(Parsed("GET /api/jobs?ids=\(ids) HTTP/1.1\r\nHost: a\r\n\r\n").query == "ids=\(ids)")
    }

    @Test("Limits that contradict each other are told apart from good ones")
    func consistency() {
        #expect(RequestLimits().areConsistent)
        #expect(!RequestLimits(targetBytes: 100, headBytes: 100).areConsistent)
        #expect(!RequestLimits(targetBytes: 0).areConsistent)
        #expect(!RequestLimits(headBytes: 1 << 33).areConsistent)
    }

    @Test("A parser is not made with contradicting limits")
    func inconsistentLimitsTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = RequestParser(limits: RequestLimits(targetBytes: 100, headBytes: 100))
        }
    }
}
