import Foundation
import JSON
import Testing

@testable import telltale

@Suite("The demo's sanitizer")
struct DemoSanitizerTests {
    /// Sanitizes `bytes` in pieces of `size`.
    private static func sanitize(_ bytes: [UInt8], by size: Int = .max) -> (text: String, sanitizer: Sanitizer) {
        var sanitizer = Sanitizer()
        var output: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            sanitizer.append(rest.prefix(size), to: &output)
            rest = rest.dropFirst(size)
        }
        sanitizer.finish(to: &output)
        return (String(decoding: output, as: UTF8.self), sanitizer)
    }

    private static func sanitize(_ text: String) -> (text: String, sanitizer: Sanitizer) {
        sanitize(Array(text.utf8))
    }

    @Test("leaves clean text as it is, tab, line feed and carriage return too")
    func cleanText() {
        let text = "fn main() {\r\n\tprint(\"Grüße, 世界 👋\")\n}\n"
        let (sanitized, sanitizer) = Self.sanitize(text)
        #expect(sanitized.unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(sanitizer.findings == Findings())
        #expect(sanitizer.originalLength == text.utf8.count && sanitizer.sanitizedLength == text.utf8.count)
        #expect(sanitizer.findings.summary == "nothing hidden")
    }

    @Test(
        "takes out each kind of hidden character and counts it",
        arguments: [
            ("\u{200B}", HiddenCharacter.zeroWidth), ("\u{200D}", .zeroWidth), ("\u{2060}", .zeroWidth),
            ("\u{FEFF}", .zeroWidth), ("\u{202E}", .bidirectionalControl), ("\u{2066}", .bidirectionalControl),
            ("\u{061C}", .bidirectionalControl), ("\u{200F}", .bidirectionalControl), ("\u{00AD}", .invisible),
            ("\u{034F}", .invisible), ("\u{180E}", .invisible), ("\u{3164}", .invisible), ("\u{FE0F}", .invisible),
            ("\u{E0041}", .invisible), ("\u{E0100}", .invisible), ("\u{FFF9}", .invisible), ("\u{FFFE}", .invisible),
            ("\u{0}", .controlCode), ("\u{1B}", .controlCode), ("\u{7F}", .controlCode), ("\u{85}", .controlCode),
            ("\u{9B}", .controlCode),
        ]
    )
    func hiddenCharacters(character: String, kind: HiddenCharacter) {
        let (sanitized, sanitizer) = Self.sanitize("a\(character)b")
        #expect(sanitized.unicodeScalars.elementsEqual("ab".unicodeScalars))
        #expect(sanitizer.findings.counts == [kind: 1])
    }

    @Test("says where, by offset, line and column of the original")
    func places() {
        let (_, sanitizer) = Self.sanitize("ä\u{200B}\nx\u{7}y\u{202E}")
        let found = sanitizer.findings.first
        #expect(found.map(\.kind) == [.zeroWidth, .controlCode, .bidirectionalControl])
        #expect(found.map(\.place.offset) == [2, 7, 9])
        #expect(found.map(\.place.line) == [1, 2, 2])
        #expect(found.map(\.place.column) == [2, 2, 4])
        #expect(sanitizer.findings.summary == "1 zero-width, 1 bidirectional control, 1 control code")
    }

    @Test(
        "composes, marks in any order and Hangul too, and counts what it changed",
        arguments: [
            ("e\u{301}", "\u{E9}"), ("a\u{302}\u{301}", "\u{1EA5}"), ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"), ("\u{212B}", "\u{C5}"), ("\u{F900}", "\u{8C48}"),
            ("\u{0958}", "\u{0915}\u{093C}"), ("\u{30AB}\u{3099}", "\u{30AC}"), ("e\u{200B}\u{301}", "\u{E9}"),
        ]
    )
    func composition(text: String, composed: String) {
        let (sanitized, sanitizer) = Self.sanitize(text)
        #expect(sanitized.unicodeScalars.elementsEqual(composed.unicodeScalars))
        #expect(sanitizer.findings.counts[.notComposed] == 1)
        #expect(sanitizer.sanitizedLength == composed.utf8.count)
    }

    @Test("agrees with the composition of the whole text, for every scalar value before and after a letter")
    func wholeText() {
        var seed = SplitMix(state: 0x5EED)
        for _ in 0..<300 {
            var text = String.UnicodeScalarView()
            for _ in 0..<40 {
                let pools: [ClosedRange<UInt32>] = [
                    0x41...0x7A, 0xC0...0x17F, 0x300...0x36F, 0x370...0x3FF, 0x900...0x9FF, 0xB80...0xBFF,
                    0x1100...0x11FF, 0x1B00...0x1B7F, 0x1E00...0x1FFF, 0x2100...0x214F, 0x3040...0x30FF,
                    0xAC00...0xAC80, 0xF900...0xFAFF, 0xFB1D...0xFB4F, 0x110A0...0x110C0, 0x11300...0x1137F,
                    0x1D150...0x1D1BF, 0x2F800...0x2FA1D,
                ]
                let pool = pools.randomElement(using: &seed)!
                guard let scalar = Unicode.Scalar(UInt32.random(in: pool, using: &seed)) else { continue }
                if HiddenCharacter(scalar) == nil { text.append(scalar) }
            }
            let whole = String(text).precomposedStringWithCanonicalMapping
            let (sanitized, _) = Self.sanitize(String(text))
            #expect(
                sanitized.unicodeScalars.elementsEqual(whole.unicodeScalars),
                "\(text.map { String($0.value, radix: 16) })"
            )
        }
    }

    @Test("gives the same whatever the pieces", arguments: [1, 2, 3, 5, 7, 64])
    func chunks(size: Int) {
        let parts = [
            "plain text\r\n", "e\u{301}\u{323}", "\u{1112}\u{1161}\u{11AB}", "👩‍👩‍👧", "\u{202E}\u{200B}", "世界", "\u{1B}[2J",
        ]
        var bytes = Array(parts.joined().utf8)
        bytes += [0xFF, 0xE2, 0x82, 0x41, 0xF0, 0x9F, 0x91, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0x65, 0xCC, 0x81, 0xF0, 0x9F]
        let whole = Self.sanitize(bytes)
        let pieces = Self.sanitize(bytes, by: size)
        #expect(pieces.text.unicodeScalars.elementsEqual(whole.text.unicodeScalars))
        #expect(pieces.sanitizer.findings == whole.sanitizer.findings)
        #expect(pieces.sanitizer.originalLength == bytes.count)
        #expect(pieces.sanitizer.sanitizedLength == whole.text.utf8.count)
    }

    @Test("replaces bytes that are not UTF-8 as the Unicode standard advises")
    func malformedBytes() {
        let (sanitized, sanitizer) = Self.sanitize([0x61, 0xFF, 0x62, 0xE2, 0x82, 0x63, 0xED, 0xA0, 0x80, 0xE2, 0x82])
        #expect(sanitized == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
        #expect(sanitizer.findings.counts == [.malformedBytes: 6])
    }

    @Test("keeps its memory and its report small for a text of nothing but marks, or nothing but findings")
    func bounded() {
        let marks = "a" + String(repeating: "\u{301}", count: 5_000)
        let (sanitized, _) = Self.sanitize(marks)
        #expect(sanitized.unicodeScalars.count == 5_000)
        let (empty, sanitizer) = Self.sanitize(String(repeating: "\u{200B}", count: 5_000))
        #expect(empty == "")
        #expect(sanitizer.findings.total == 5_000 && sanitizer.findings.first.count == Findings.placesKept)
    }

    @Test("writes a result with the content and what was found")
    func document() throws {
        var sanitizer = Sanitizer()
        var content: [UInt8] = []
        sanitizer.append("say \"hi\"\u{200B}\n\u{1B}".utf8, to: &content)
        sanitizer.finish(to: &content)
        let json = SanitizedDocument(content: content, sanitizer: sanitizer, finishedAt: 1_795_440_000_000).json()
        let value = try JSONValue(parsing: json)
        #expect(value.object?.map(\.key) == ["sanitizedContent", "metadata"])
        #expect(value["sanitizedContent"]?.string == "say \"hi\"\n")
        let metadata = try #require(value["metadata"])
        #expect(metadata.object?.map(\.key) == ["originalLength", "sanitizedLength", "findings", "timestamp"])
        #expect(metadata["originalLength"]?.integer == 13 && metadata["sanitizedLength"]?.integer == 9)
        #expect(metadata["findings"]?["total"]?.integer == 2)
        #expect(metadata["findings"]?["counts"]?["zeroWidth"]?.integer == 1)
        #expect(metadata["findings"]?["first"]?[1]?["character"]?.string == "U+001B")
        #expect(metadata["findings"]?["first"]?[1]?["line"]?.integer == 2)
        #expect(metadata["timestamp"]?.string == "2026-11-23T13:20:00.000Z")
    }
}

/// A small generator with a seed, so that a failure can be replayed (Steele, Lea, Flood: SplitMix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
