import JSON
import Testing

@Suite("Taking members out of a JSON text")
struct JSONPrunerTests {
    private func prune(_ text: String) -> (String, Int) {
        let pruned = JSONPruner.prune(Array(text.utf8), of: "x")
        return (String(decoding: pruned.text, as: UTF8.self), pruned.removed)
    }

    @Test(
        "They go at every depth, wherever they stand among others",
        arguments: [
            (#"{"x":1}"#, "{}", 1), (#"{"x":1,"a":2}"#, #"{"a":2}"#, 1), (#"{"a":2,"x":1}"#, #"{"a":2}"#, 1),
            (#"{"a":1,"x":{"x":[{"x":1}]},"b":3}"#, #"{"a":1,"b":3}"#, 1), (#"{"x":1,"x":2}"#, "{}", 2),
            (#"[[{"x":1},{"b":{"x":null,"c":[]}}]]"#, #"[[{},{"b":{"c":[]}}]]"#, 2),
            (#"{"\u0078":1,"X":2,"xx":3}"#, #"{"X":2,"xx":3}"#, 1),
        ]
    )
    func removed(text: String, left: String, count: Int) {
        #expect(prune(text) == (left, count))
    }

    @Test(
        "All else stays byte for byte, without whitespace between tokens",
        arguments: [
            ("1.50e+2", "1.50e+2"), (#""x""#, #""x""#), ("  null ", "null"), ("[]", "[]"), ("{ }", "{}"),
            (#"{ "a" : [ 1 , "x:}],\"\\" ] , "b" : "é\u00e9 " }"#, #"{"a":[1,"x:}],\"\\"],"b":"é\u00e9 "}"#),
            (#"["x",{"y":"x"}]"#, #"["x",{"y":"x"}]"#),
        ]
    )
    func kept(text: String, left: String) {
        #expect(prune(text) == (left, 0))
    }

    @Test("The deepest text that passes the validator does not exhaust the stack")
    func deep() {
        let depth = JSONLimits.depth
        let text =
            String(repeating: #"{"a":"#, count: depth - 1) + #"{"x":1}"# + String(repeating: "}", count: depth - 1)
        let (left, count) = prune(text)
        #expect(count == 1 && left.utf8.count == text.utf8.count - 5)
    }
}
