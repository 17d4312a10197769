import JSON
import Testing

@Suite("Values of small documents")
struct JSONValueTests {
    private func value(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    private func refusal(_ text: String) -> JSONFailure? {
        do {
            _ = try value(text)
            return nil
        } catch {
            return error as? JSONFailure
        }
    }

    @Test("A request body reads as it was written")
    func requestBody() throws {
        let text =
            #" {"taskId" : "a1", "progress":42.5,"done":false, "tags":[1, "two",null], "metadata": { "a": 1 } } "#
        let body = try value(text)
        #expect(body["taskId"]?.string == "a1")
        #expect(body["progress"]?.double == 42.5)
        #expect(body["progress"]?.integer == nil)
        #expect(body["done"]?.bool == false)
        #expect(body["tags"]?[0]?.integer == 1)
        #expect(body["tags"]?[1]?.string == "two")
        #expect(body["tags"]?[2]?.isNull == true)
        #expect(body["tags"]?[3] == nil)
        #expect(body["tags"]?.array?.count == 3)
        #expect(body["nothing"] == nil)
        #expect(body.object?.map(\.key) == ["taskId", "progress", "done", "tags", "metadata"])
        let metadata = try #require(body.object?.last)
        #expect(Array(text.utf8)[metadata.range].elementsEqual(#"{ "a": 1 }"#.utf8))
        #expect(Array(text.utf8)[body.object![1].range].elementsEqual("42.5".utf8))
    }

    @Test("Values of another kind answer nil")
    func otherKinds() throws {
        let number = try value("1")
        #expect(number.string == nil && number.bool == nil && number.array == nil && number.object == nil)
        #expect(number["a"] == nil && number[0] == nil && !number.isNull)
        #expect(try value("\"1\"").number == nil)
        #expect(try value("null").isNull)
    }

    @Test("Escapes become characters")
    func escapes() throws {
        #expect(try value(#""\"\\\/\b\f\n\r\t""#).string == "\"\\/\u{8}\u{C}\n\r\t")
        #expect(try value(#""a\u00e9\u20ACb\uD83D\uDE00c""#).string == "aé€b😀c")
        #expect(try value(#""\u0000""#).string == "\0")
        #expect(try value(#""é\n€""#).string == "é\n€")
        #expect(try value(#"{"\u0061":1}"#)["a"]?.integer == 1)
    }

    @Test(
        "Half of a surrogate pair is refused where it stands",
        arguments: [#""\uD800""#, #""\uDC00""#, #""\uD800\uD800""#, #""\uD800x""#, #""\uD800\n""#, #""\uDC00\uD800""#]
    )
    func surrogates(text: String) {
        #expect(refusal(text) == JSONFailure(offset: 1, reason: .loneSurrogate))
    }

    @Test("A key that is there already is refused, also when it is spelled with escapes")
    func duplicates() {
        #expect(refusal(#"{"a":1,"b":2,"a":3}"#) == JSONFailure(offset: 13, reason: .duplicateKey))
        #expect(refusal(#"{"a":1,"\u0061":2}"#)?.reason == .duplicateKey)
        #expect(refusal(#"{"x":{"a":1},"y":{"a":1}}"#) == nil)
        let many = (0..<100).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(refusal("{\(many)}") == nil)
        #expect(refusal("{\(many),\"k3\":0}")?.reason == .duplicateKey)
        #expect(refusal("{\(many),\"k77\":0}")?.reason == .duplicateKey)
    }

    @Test("Keys are bytes: two spellings of one character are two keys")
    func canonicalEquivalence() throws {
        let text = "{\"\u{E9}\":1,\"e\u{301}\":2,\"\u{212A}\":3}"
        let document = try value(text)
        #expect(document["\u{E9}"]?.integer == 1)
        #expect(document["e\u{301}"]?.integer == 2)
        #expect(document["K"] == nil)
        #expect(try value("\"\u{E9}\"") != value("\"e\u{301}\""))
    }

    @Test("Numbers keep their text and say what they are")
    func numbers() throws {
        #expect(try value("9223372036854775807").integer == .max)
        #expect(try value("9223372036854775808").integer == nil)
        #expect(try value("-7").integer == -7)
        #expect(try value("7.0").integer == 7)
        #expect(try value("7e2").integer == 700)
        #expect(try value("1e300").integer == nil)
        #expect(try value("9007199254740993.0").integer == 9_007_199_254_740_992)
        #expect(try value("0.5").integer == nil)
        #expect(try value("1e400").double == nil)
        #expect(try value("-0.0").double == 0)
        #expect(try value("1.50").number?.text == "1.50")
    }

    @Test("Equality looks at kind, order and content, and not at whitespace")
    func equality() throws {
        #expect(try value(#"{"a":[1,true,null,"x"]}"#) == value(#" { "a" : [ 1 , true , null , "x" ] } "#))
        #expect(try value(#"{"a":1,"b":2}"#) != value(#"{"b":2,"a":1}"#))
        #expect(try value("1") != value("1.0"))
        #expect(try value("1") != value("\"1\""))
        #expect(try value("[1]") != value("[1,2]"))
    }

    @Test("Depth and length are bounded")
    func bounds() {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(refusal(deep) == nil)
        #expect(refusal("[\(deep)]") == JSONFailure(offset: 64, reason: .tooDeep))
        let long = "\"" + String(repeating: "a", count: JSONLimits.documentLength - 2) + "\""
        #expect(refusal(long) == nil)
        #expect(refusal(long + " ")?.reason == .tooLong)
    }

    @Test("A failure describes itself in one line", arguments: 0...9 as ClosedRange<UInt8>)
    func descriptions(reason: UInt8) throws {
        let failure = JSONFailure(offset: 3, reason: try #require(.init(rawValue: reason)))
        #expect(failure.description.hasSuffix(" at byte 3"))
        #expect(!failure.description.contains("\n"))
    }
}
