import Testing

@testable import telltale

@Suite("The progress bar")
struct ProgressBarTests {
    private static let unicode = TerminalTraits(
        isTerminal: true,
        columns: 80,
        rows: 24,
        usesColour: false,
        isUnicode: true
    )
    private static let ascii = TerminalTraits(
        isTerminal: true,
        columns: 80,
        rows: 24,
        usesColour: false,
        isUnicode: false
    )

    @Test(
        "is never as wide as the terminal, whatever it shows",
        arguments: [1, 2, 5, 9, 10, 11, 20, 39, 40, 80, 200],
        ["plain", "日本語のファイル名.txt", "e\u{301}\u{302}", "👩‍👩‍👧 family", "", String(repeating: "long ", count: 60)]
    )
    func neverWraps(columns: Int, text: String) {
        var traits = Self.unicode
        traits.columns = columns
        for basisPoints in [-5, 0, 1, 4_237, 9_999, 10_000, 99_999] {
            let line = ProgressLine(label: text, basisPoints: basisPoints, state: .running, detail: text)
            let drawn = ProgressBar.render(line, labelColumns: 30, traits: traits)
            #expect(TerminalText.columns(of: drawn) < max(columns, 1), "\(drawn)")
        }
    }

    @Test("fills exactly its columns", arguments: [8, 13, 32])
    func width(columns: Int) {
        for basisPoints in stride(from: 0, through: 10_000, by: 37) {
            #expect(ProgressBar.bar(basisPoints, columns: columns, Self.unicode).count == columns)
            #expect(ProgressBar.bar(basisPoints, columns: columns, Self.ascii).count == columns)
        }
    }

    @Test("is full, and says 100 %, only when all is done")
    func fullOnlyWhenDone() {
        #expect(ProgressBar.bar(10_000, columns: 8, Self.unicode) == "████████")
        #expect(ProgressBar.bar(9_999, columns: 8, Self.unicode) == "███████▉")
        #expect(ProgressBar.bar(10_000, columns: 10, Self.ascii) == "[########]")
        #expect(ProgressBar.bar(9_999, columns: 10, Self.ascii) == "[#######.]")
        let line = ProgressLine(label: "a", basisPoints: 9_999, state: .running)
        #expect(ProgressBar.render(line, labelColumns: 1, traits: Self.unicode).contains(" 99.9%"))
    }

    @Test("lets no escape sequence, line feed or bidirectional control of a label or a detail through")
    func hostileText() {
        let hostile = "a\u{1B}[2J\u{7}\r\nb\u{202E}c\u{9B}31m\u{2028}\u{200B}"
        let line = ProgressLine(label: hostile, state: .running, detail: hostile)
        for text in [ProgressBar.render(line, labelColumns: 40, traits: Self.unicode), ProgressBar.plain(line)] {
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
            #expect(!text.unicodeScalars.contains("\u{202E}"))
        }
        #expect(TerminalText.harmless(hostile) == "a [2J   bc 31m ")
    }

    @Test("carries colours only where they are wanted")
    func colours() {
        let line = ProgressLine(label: "a", basisPoints: 5_000, state: .failed)
        #expect(!ProgressBar.render(line, labelColumns: 1, traits: Self.unicode).contains("\u{1B}"))
        var coloured = Self.unicode
        coloured.usesColour = true
        #expect(ProgressBar.render(line, labelColumns: 1, traits: coloured).contains("\u{1B}[31m"))
    }

    @Test("cuts text at whole characters and counts wide ones as two columns")
    func cutting() {
        #expect(TerminalText.columns(of: "日本") == 4)
        #expect(TerminalText.columns(of: "e\u{301}") == 1)
        #expect(TerminalText.columns(of: "👩‍👩‍👧") == 2)
        #expect(TerminalText.cut("日本語", to: 4, isUnicode: true) == "日…")
        #expect(TerminalText.cut("abcdef", to: 4, isUnicode: false) == "abc~")
        #expect(TerminalText.cut("abc", to: 0, isUnicode: true) == "")
        #expect(TerminalText.fit("日本語", to: 5, isUnicode: true) == "日本…")
        #expect(TerminalText.fit("ab", to: 5, isUnicode: true) == "ab   ")
    }
}

@Suite("The display of several jobs")
struct ProgressDisplayTests {
    private final class Sink {
        var text = ""
    }

    @Test("redraws its lines in place on a terminal")
    func redraws() {
        let sink = Sink()
        let traits = TerminalTraits(isTerminal: true, columns: 60, rows: 24, usesColour: false, isUnicode: true)
        var display = ProgressDisplay(traits: traits) { sink.text += $0 }
        let lines = [ProgressLine(label: "a"), ProgressLine(label: "b")]
        display.show(lines)
        #expect(!sink.text.contains("\u{1B}[2A"))
        display.show(lines)
        #expect(sink.text.contains("\u{1B}[2A"))
        sink.text = ""
        display.finish()
        display.show(lines)
        #expect(!sink.text.contains("A\r"))
    }

    @Test("never draws more lines than the screen has")
    func fitsTheScreen() {
        let sink = Sink()
        let traits = TerminalTraits(isTerminal: true, columns: 60, rows: 5, usesColour: false, isUnicode: true)
        var display = ProgressDisplay(traits: traits) { sink.text += $0 }
        display.show((0..<20).map { ProgressLine(label: "job \($0)") })
        #expect(sink.text.filter { $0 == "\n" }.count == 4)
        #expect(sink.text.contains("and 17 more"))
    }

    @Test("says in a pipe only what is new: a state, or ten percent more")
    func plainLines() {
        let sink = Sink()
        var display = ProgressDisplay(traits: .plain) { sink.text += $0 }
        for basisPoints in stride(from: 0, through: 2_500, by: 100) {
            display.show([ProgressLine(label: "a", basisPoints: basisPoints, state: .running)])
        }
        display.show([ProgressLine(label: "a", basisPoints: 10_000, state: .done, detail: "3 findings")])
        #expect(sink.text == "a: 0.0%\na: 10.0%\na: 20.0%\na: done  3 findings\n")
    }

    @Test("knows a terminal's traits from the environment where output is a pipe")
    func traitsOfAPipe() {
        let traits = TerminalTraits.of(fileDescriptor: -1, environment: ["LANG": "de_DE.UTF-8", "COLUMNS": "132"])
        #expect(traits == TerminalTraits(isTerminal: false, columns: 132, rows: 24, usesColour: false, isUnicode: true))
        let posix = TerminalTraits.of(fileDescriptor: -1, environment: ["LC_ALL": "C", "LANG": "de_DE.UTF-8"])
        #expect(!posix.isUnicode && posix.columns == 80)
    }
}
