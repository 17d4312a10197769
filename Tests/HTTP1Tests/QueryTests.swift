import Bytes
import HTTP1
import Testing

@Suite("Percent-encoding and query strings")
struct QueryTests {
    @Test(
        "Decoding happens once",
        arguments: [
            ("abc", "abc"), ("a%2Fb", "a/b"), ("%61%62", "ab"), ("%252F", "%2F"), ("a+b", "a+b"), ("", ""),
            ("%e2%82%ac", "\u{20ac}"), ("%", nil), ("%4", nil), ("%4g", nil), ("a%zz", nil), ("%ff", nil),
            ("%%41", nil),
        ] as [(Wire, String?)]
    )
    func decoding(text: Wire, decoded: String?) {
        #expect(text.withBytes { PercentEncoding.string($0) } == decoded)
    }

    @Test("A plus is a space in queries only")
    func plus() {
        #expect(Wire("a+b%2B").withBytes { PercentEncoding.string($0, plusIsSpace: true) } == "a b+")
        #expect(Wire("a+b").withBytes { PercentEncoding.isPlain($0) })
        #expect(!Wire("a+b").withBytes { PercentEncoding.isPlain($0, plusIsSpace: true) })
        #expect(!Wire("a%41").withBytes { PercentEncoding.isPlain($0) })
    }

    @Test("Malformed encoding leaves the buffer as it was")
    func rollback() {
        var output = OutputBuffer()
        output.append("kept")
        #expect(!Wire("ab%4").withBytes { PercentEncoding.decode($0, into: &output) })
        #expect(output.copy() == Array("kept".utf8))
        #expect(Wire("%41b").withBytes { PercentEncoding.decode($0, into: &output) })
        #expect(output.copy() == Array("keptAb".utf8))
    }

    @Test(
        "Encoded text is compared by what it means",
        arguments: [
            ("wait", true), ("%77ait", true), ("Wait", false), ("wai", false), ("waits", false), ("wait%", false),
        ] as [(Wire, Bool)]
    )
    func comparing(text: Wire, isWait: Bool) {
        #expect(text.withBytes { PercentEncoding.matches($0, "wait") } == isWait)
    }

    @Test(
        "A query is walked pair by pair",
        arguments: [
            ("", []), ("a=1&b=2", ["a=1", "b=2"]), ("a&b=", ["a", "b="]), ("&&a=b=c&", ["a=b=c"]), ("=x", ["=x"]),
            ("ids%5B0%5D=a&ids%5B1%5D=b", ["ids%5B0%5D=a", "ids%5B1%5D=b"]),
        ] as [(Wire, [String])]
    )
    func pairs(query: Wire, expected: [String]) {
        var found: [String] = []
        var items = QueryItems()
        while let item = query.withBytes({ items.next(in: $0) }) {
            let text = { (range: Range<Int>) in String(decoding: query.bytes[range], as: UTF8.self) }
            found.append(text(item.name) + (item.value.map { "=" + text($0) } ?? ""))
        }
        #expect(found == expected)
    }

    @Test(
        "A value is found by its decoded name, the first one first",
        arguments: [
            ("wait=5", "5"), ("a=1&%77ait=2&wait=3", "2"), ("wait", ""), ("a=wait", nil), ("", nil), ("await=1", nil),
        ] as [(Wire, String?)]
    )
    func values(query: Wire, value: String?) {
        let range = query.withBytes { QueryItems.value(of: "wait", in: $0) }
        #expect(range.map { String(decoding: query.bytes[$0], as: UTF8.self) } == value)
    }
}
