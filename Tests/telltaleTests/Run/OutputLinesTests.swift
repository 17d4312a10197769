import Testing

@testable import telltale

/// The pieces of `text`, previews left out, as they come in reads of `length` bytes; redrawn ones begin with "~".
private func pieces(of text: String, readsOf length: Int = .max) -> [String] {
    var lines = OutputLines()
    var pieces: [String] = []
    let collect = { (piece: OutputLines.Piece) in
        if !piece.isPreview {
            pieces.append((piece.isRedrawn ? "~" : "") + String(decoding: piece.text, as: UTF8.self))
        }
    }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        rest.prefix(length).withUnsafeBytes { lines.feed($0, collect) }
        rest = rest.dropFirst(length)
    }
    lines.finish(collect)
    return pieces
}

@Suite("Lines of output")
struct OutputLinesTests {
    static let cases: [(String, [String])] = [
        ("a\nb", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("a\r\r\nb", ["a", "b"]),
        ("a\rb\rc\n", ["~a", "~b", "~c"]),
        ("a\u{8}b", ["~a", "~b"]),
        ("\u{1B}[1;31mred\u{1B}[0m end\n", ["red end"]),
        ("a\u{1B}[2K\u{1B}[1Ab\n", ["~a", "~b"]),
        ("\u{1B}]0;title 50%\u{7}a\n", ["a"]),
        ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\\n", ["link"]),
        ("\u{1B}(Ba\u{1B}7b\n", ["ab"]),
        ("a\tb\u{0}c\u{7F}\n", ["a bc"]),
        ("\n\n\r\n", []),
        ("ä█\n", ["ä█"]),
    ]

    @Test("lines, redraws and escape sequences are told apart wherever reads are cut", arguments: cases)
    func cut(_ text: String, _ expected: [String]) {
        #expect(pieces(of: text) == expected)
        #expect(pieces(of: text, readsOf: 1) == expected)
        #expect(pieces(of: text, readsOf: 2) == expected)
    }

    @Test("of a longer line the beginning is kept")
    func long() {
        let text = String(repeating: "x", count: 5_000)
        #expect(pieces(of: text + "\nb\n", readsOf: 700) == [String(repeating: "x", count: RunLimits.lineBytes), "b"])
    }
}

@Suite("The last line")
struct LastLineTests {
    static let cases: [(String, String?)] = [
        ("", nil), ("\n \n\t\n", nil), ("a\nb\n", "b"), ("a\nb", "b"), ("a\n\n  \n", "a"), ("  a b \n", "a b"),
        ("10%\r20%\rfailed: x\r\n", "failed: x"), ("\u{1B}[31merror: x\u{1B}[0m\n", "error: x"),
        ("a\u{0}\u{7}b\n", "ab"),
        ("ok\n\u{1B}[K\n", "ok"),
    ]

    @Test("the last line that is not blank is kept, without what only a terminal would understand", arguments: cases)
    func kept(_ text: String, _ expected: String?) {
        var line = LastLine()
        for byte in text.utf8 { withUnsafeBytes(of: byte) { line.feed($0) } }
        #expect(line.text() == expected)
        #expect(line.text() == expected, "asking changes nothing")
    }

    @Test("it is text of at most 1,024 bytes whatever was printed")
    func bounded() throws {
        var line = LastLine()
        [UInt8](repeating: 0xFF, count: 5_000).withUnsafeBytes { line.feed($0) }
        let text = try #require(line.text())
        #expect(text.utf8.count <= RunLimits.lineBytes)
        #expect(text.utf8.count > RunLimits.lineBytes - 3)
    }
}
