import JSON
import Testing

/// Texts that RFC 8259 allows.
private let accepted: [String] = [
    "null", "true", "false", "0", "-0", "7", "-7", "10", "1.5", "-0.25", "0e0", "1E+2", "1e-2", "12.5e10", "0.0E0",
    "1e999999", "123456789012345678901234567890",
    "\"\"", "\"a\"", #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\uD83D\uDE00""#, #""\udead""#, "\"\u{7F}\"", "\"\u{80}\"",
    "\"é\"", "\"\u{7FF}\"", "\"\u{800}\"", "\"€\"", "\"\u{D7FF}\"", "\"\u{E000}\"", "\"\u{FFFF}\"", "\"😀\"",
    "\"\u{10FFFF}\"", "\"\u{2028}\u{2029}\"",
    "[]", "[ ]", "[1]", "[1,2]", "[[],[[]]]", "[ 1 , 2 ]", "[null,true,false,\"\",0,{}]",
    "{}", "{ }", #"{"":0}"#, #"{"a":{"b":[{}]}}"#, #"{"a":1,"a":2}"#, "{ \"a\" : 1 , \"b\" : 2 }",
    " null", "null ", "\t\r\n 1 \t\r\n", "\n\n                    [\n                        1\n]",
]

/// Texts that it does not.
private let rejected: [String] = [
    "", " ", "nul", "nulll", "Null", "TRUE", "tru e", "undefined", "NaN", "Infinity", "-Infinity", "'a'", "a",
    "+1", "-", "--1", "01", "-01", "00", "1.", ".5", "-.5", "1.e2", "1e", "1e+", "1E-", "1e1.5", "1e1e1", "0x10",
    "1_000",
    "1 2", "1a", "- 1", "1 .5", "1,", ",1", "1:2",
    "\"", "\"a", "a\"", #""\""#, #""\x""#, #""\a""#, #""\u""#, #""\u12""#, #""\u123""#, #""\u12G4""#, #""\U0041""#,
    #""\'""#,
    "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "\"a\" \"b\"", "\"a\"b",
    "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1;2]", "[1,,2]", "[}", "[1}", "[1]]", "[1:2]", "[\"a\":1]",
    "{", "}", "{]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\",1}", "{1:1}",
    "{a:1}",
    "{'a':1}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "{\"a\":1}}", "{\"a\":1]", "{null:1}", "{\"a\":}", "{:1}", "{[]:1}",
    "null//", "/* */null", "null#", "[1]//", "\u{FEFF}null", "\u{A0}null", "null\u{B}", "\u{C}1", "null\0",
]

/// Strings that are not UTF-8 (RFC 3629), each between quotation marks.
private let notUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC2, 0xC2], [0xE0, 0x80, 0x80],
    [0xE0, 0x9F, 0xBF],
    [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
    [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x80],
]

@Suite("The grammar of RFC 8259")
struct GrammarTests {
    @Test("What it allows passes, however it is cut", arguments: accepted)
    func accepts(text: String) {
        for length in 1...9 { #expect(verdict(on: Array(text.utf8), pieceLength: length) == nil) }
        #expect(verdict(on: Array(text.utf8)) == nil)
    }

    @Test("What it forbids fails at the same byte, however it is cut", arguments: rejected)
    func rejects(text: String) throws {
        let failure = try #require(verdict(on: Array(text.utf8)))
        #expect(failure.offset <= text.utf8.count)
        for length in 1...9 { #expect(verdict(on: Array(text.utf8), pieceLength: length) == failure) }
    }

    @Test("A string that is not UTF-8 fails", arguments: notUTF8)
    func rejectsBytes(bytes: [UInt8]) {
        let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
        let failure = verdict(on: quoted)
        #expect(failure?.reason == .invalidUTF8)
        for length in 1...4 { #expect(verdict(on: quoted, pieceLength: length) == failure) }
    }

    @Test("Every byte below 0x20 must be escaped, and no other in ASCII but two")
    func controlCharacters() {
        for byte in UInt8(0)..<0x80 {
            let failure = verdict(on: Array("\"abcdefgh".utf8) + [byte] + Array("\"".utf8))
            switch byte {
            case 0..<0x20: #expect(failure == JSONFailure(offset: 9, reason: .controlCharacter))
            case UInt8(ascii: "\""): #expect(failure?.reason == .trailingBytes)
            case UInt8(ascii: "\\"): #expect(failure?.reason == .unexpectedEnd)
            default: #expect(failure == nil)
            }
        }
    }

    @Test("A special byte is found at each place of a word of eight")
    func positions() {
        for position in 0..<24 {
            for (special, reason) in [(UInt8(0x1F), JSONFailure.Reason.controlCharacter), (0xFF, .invalidUTF8)] {
                var bytes = Array("\"\(String(repeating: "a", count: 24))\"".utf8)
                bytes[position + 1] = special
                #expect(verdict(on: bytes) == JSONFailure(offset: position + 1, reason: reason))
            }
        }
    }

    @Test("Nesting is allowed up to the limit and not beyond, in arrays, objects and both")
    func depth() {
        func nested(_ open: [String], _ close: [String], _ depth: Int) -> [UInt8] {
            let opened = (0..<depth).map { open[$0 % open.count] }.joined()
            let closed = (0..<depth).reversed().map { close[$0 % close.count] }.joined()
            return Array((opened + "1" + closed).utf8)
        }
        for (open, close) in [(["["], ["]"]), (["{\"k\":"], ["}"]), (["[", "{\"k\":"], ["]", "}"])] {
            for limit in [0, 1, 63, 64, 65, 512] {
                #expect(verdict(on: nested(open, close, limit), maximumDepth: limit) == nil)
                #expect(verdict(on: nested(open, close, limit + 1), maximumDepth: limit)?.reason == .tooDeep)
            }
        }
        #expect(verdict(on: Array(String(repeating: "[", count: 100_000).utf8))?.offset == 512)
    }

    @Test("Brackets close what was opened, at each depth")
    func brackets() {
        let text = Array(repeating: "[{\"k\":", count: 200).joined() + "0" + Array(repeating: "}]", count: 200).joined()
        let bytes = Array(text.utf8)
        #expect(verdict(on: bytes) == nil)
        for position in stride(from: bytes.count - 400, to: bytes.count, by: 7) {
            var wrong = bytes
            wrong[position] = wrong[position] == UInt8(ascii: "]") ? UInt8(ascii: "}") : UInt8(ascii: "]")
            #expect(verdict(on: wrong) == JSONFailure(offset: position, reason: .unexpectedByte))
        }
    }

    @Test("A failure stays, and says where in the whole document it was")
    func failureStays() {
        var validator = JSONValidator()
        #expect(validator.feed(Array("[1,2,".utf8)) == nil)
        let failure = validator.feed(Array("3,x".utf8))
        #expect(failure == JSONFailure(offset: 7, reason: .unexpectedByte))
        #expect(failure?.description == "unexpected byte at byte 7")
        #expect(validator.feed(Array("]".utf8)) == failure)
        #expect(validator.finish() == failure)
    }

    @Test("Empty pieces change nothing")
    func emptyPieces() {
        var validator = JSONValidator()
        for byte in Array(#"{"a":[1,"é"]}"#.utf8) {
            #expect(validator.feed([UInt8]()) == nil)
            #expect(validator.feed(UnsafeRawBufferPointer(start: nil, count: 0)) == nil)
            #expect(validator.feed([byte]) == nil)
        }
        #expect(validator.finish() == nil)
    }
}
