import Testing

@testable import telltale

/// All that a finder reports of `text`, which reaches it in pieces of `length` bytes.
func progress(in text: String, piecesOf length: Int = .max, from stream: ProgressFinder.Stream = .error) -> [Progress] {
    var finder = ProgressFinder()
    var found: [Progress] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let piece = rest.prefix(length)
        rest = rest.dropFirst(piece.count)
        if let progress = piece.withUnsafeBytes({ finder.feed($0, from: stream) }) { found.append(progress) }
    }
    return found
}

extension Progress: CustomTestStringConvertible {
    /// "45%", "45.3%" or "12/345".
    public var testDescription: String {
        switch self {
        case .percent(let basisPoints) where basisPoints % 100 == 0: "\(basisPoints / 100)%"
        case .percent(let basisPoints): "\(Double(basisPoints) / 100)%"
        case .units(let done, let total): "\(done)/\(total)"
        }
    }
}

@Suite("Progress in what programs print")
struct ProgressFinderTests {
    @Test(
        "a number whose form says progress is believed at once",
        arguments: [
            ("45%\n", "45%"), ("  7.5 %\n", "7.5%"), ("[ 12/345]\n", "12/345"), ("[12/345] Building x\n", "12/345"),
            ("(3/10) upgrading foo\n", "3/10"), ("[001/345] x\n", "1/345"), ("[ 12%] Building x\n", "12%"),
            ("Progress: 10%\n", "10%"), ("progress=10%\n", "10%"), ("It is 45% complete.\n", "45%"),
            ("45% done\n", "45%"), ("12/345\n", "12/345"), ("=====>    45%\n", "45%"), ("████████▌  | 45%\n", "45%"),
            ("45% [====>     ]\n", "45%"), (" 45%|████▌     | 45/100\n", "45%"), ("tests ....... [ 29%]\n", "29%"),
            ("\rworking 12/345 x\r", "12/345"), ("\rworking 45% x\r", "45%"), ("\rSize 1.5/3.0 MB \r", "50%"),
            ("#7 [2/5] RUN apt-get install\n", "2/5"), ("\u{1B}[32m[12/345]\u{1B}[0m x\n", "12/345"),
            ("\u{1B}[1A\u{1B}[2K[###.......] 45%\u{1B}[1B\u{1B}[G", "45%"), ("[1,234/56,789]\n", "1234/56789"),
            ("0%\n", "0%"), ("[0/9]\n", "0/9"),
        ]
    )
    func certain(_ text: String, _ expected: String) {
        #expect(progress(in: text).map(\.testDescription) == [expected])
    }

    @Test(
        "a number that grows is believed after the second or third time",
        arguments: [
            ("12/345 files\n13/345 files\n", "13/345"),
            ("Compiling foo (3/10)\nCompiling barbaz (4/10)\n", "4/10"),
            ("Step 1/7 : FROM x\nStep 2/7 : RUN y\nStep 3/7 : RUN z\n", "3/7"),
            ("Processing 1 of 20\nProcessing 2 of 20\nProcessing 3 of 20\n", "3/20"),
            ("Copied 10% of it\nCopied 20% of it\nCopied 30% of it\n", "30%"),
            ("[download]  1.2% of 10.00MiB\n[download]  9.5% of 10.00MiB\n[download] 45.3% of 10.00MiB\n", "45.3%"),
            ("\r[===>       ]\r[=====>     ]\r[=======>   ]\r", "63.63%"),
        ]
    )
    func grows(_ text: String, _ expected: String) {
        #expect(progress(in: text).last?.testDescription == expected)
    }

    @Test(
        "dates, paths, versions, ratios and fractions in prose are no progress",
        arguments: [
            "2026/11/23 13:34:50 started", "11/23 13:34:50 started", "23/11/2026", "05/11", "[23/11/2026] x",
            "/usr/lib/1/2/3", "a/1/2", "src/3/40.txt", "http://x/1/2", "10.0.0.0/24", "192.168.1.1/24 up",
            "HTTP/1.1 200",
            "1/2 cup of sugar", "we ate 1/2 of it, and 3/4 of that", "in 1/2, 2/3 and 3/4 of all cases",
            "open 24/7", "16/9 and 4/3", "and/or", "5/s", "1/2-inch", "v1.2/3", "3/4.5", "x=1/2", "10/10", "0/0",
            "coverage: 92% of statements", "50% faster than before", "90% tests passed, 1 tests failed out of 10",
            "disk is 91% full", "3 packets transmitted, 3 received, 0% packet loss, time 2003ms", "a%20b", "100%20",
            "%d of %d", "100%", "[345/345] done", "-45%", "~45%", "v45%", "45%x", "1.2.45%", "120%", "1/2/3",
            "Need to get 1,234 kB/5,678 kB of archives.", "99999999999999999999/999999999999999999999",
            "/dev/sda1        50G   20G   28G  42% /\ntmpfs           1.6G     0  1.6G   0% /x\ntmpfs  1G  1M  1G   1% /y",
            "[ <=>        ]", "a [note] on it", "TODO 3/4: nothing", "",
        ]
    )
    func none(_ text: String) {
        #expect(progress(in: text + "\n") == [])
        #expect(progress(in: text + "\n", piecesOf: 1) == [])
    }

    @Test(
        "a bar that wanders is no progress",
        arguments: ["\r[===       ]\r[ ===      ]\r[  ===     ]\r[===       ]\r", "\r[<=>       ]\r[ <=>      ]\r"]
    )
    func wandering(_ text: String) {
        #expect(progress(in: text) == [])
    }

    static let samples: [(String, [String])] = [
        (ProgressSamples.curl, ["0%", "23%", "70%"]),
        (ProgressSamples.curlWithoutLength, []),
        (ProgressSamples.curlBar, ["15.3%", "54%"]),
        (ProgressSamples.wgetDots, ["1%", "3%", "58%"]),
        (ProgressSamples.wgetBar, ["0%", "41%", "93%"]),
        (ProgressSamples.rsync, ["10%", "54%"]),
        (ProgressSamples.rsyncWhole, ["2%", "70%", "80%"]),
        (ProgressSamples.ninja, ["1/345", "12/345"]),
        (ProgressSamples.make, ["2%", "47%"]),
        (ProgressSamples.tqdm, ["0%", "5%", "55%"]),
        (ProgressSamples.pytest, ["29%", "65%"]),
        (ProgressSamples.pip, []),
        (ProgressSamples.pipInTerminal, ["0%", "31.25%"]),
        (ProgressSamples.aptDownload, ["0%", "12%", "34%"]),
        (ProgressSamples.aptInstall, ["5%", "95%"]),
        (ProgressSamples.git, ["12%", "45%"]),
        (ProgressSamples.xz, ["33.1%"]),
        (ProgressSamples.dd, []),
        (ProgressSamples.cargo, ["12/345", "133/345"]),
        (ProgressSamples.ffmpeg, []),
        (ProgressSamples.sevenZip, ["0%", "12%", "40%"]),
    ]

    @Test("the progress of real programs is found, and in them nothing else", arguments: samples)
    func realPrograms(_ sample: String, _ expected: [String]) {
        // One byte at a time shows each step; the whole at once only where it ends.
        #expect(progress(in: sample, piecesOf: 1).map(\.testDescription) == expected)
        #expect(progress(in: sample).last?.testDescription == expected.last)
    }

    @Test("where reads are cut makes no difference", arguments: samples.map(\.0))
    func cuts(_ sample: String) {
        let whole = progress(in: sample).last
        for length in [1, 2, 3, 5, 7, 11, 64] {
            #expect(progress(in: sample, piecesOf: length).last == whole, "pieces of \(length)")
        }
    }

    @Test("both streams count together and progress never goes back")
    func streams() {
        var finder = ProgressFinder()
        let feed = { (text: String, stream: ProgressFinder.Stream) in
            Array(text.utf8).withUnsafeBytes { finder.feed($0, from: stream) }
        }
        #expect(feed("Progress: 4", .output) == nil)
        #expect(feed("20%\n", .error) == .percent(basisPoints: 2_000))
        #expect(feed("5%\n", .output) == .percent(basisPoints: 4_500))
        #expect(feed("30%\n", .error) == nil)
        #expect(feed("46/100\n", .error) == .units(done: 46, total: 100))
    }

    @Test("what a part says is passed over once a counter in brackets counts the parts")
    func leading() {
        #expect(progress(in: "[1/3] get a\r50%\r99%\n[2/3] get b\n80%\n").last == .units(done: 2, total: 3))
        #expect(progress(in: "[0/1] get a\r 50%\r 75%\r").last == .percent(basisPoints: 7_500))
    }

    @Test(
        "what was said last counts once the program has ended, all of it too",
        arguments: [
            ("1/4\n2/4\n3/4\n4/4\n", "4/4"), ("1/40\n40/40", "40/40"), ("progress: 30%\nprogress: 100%\n", "100%"),
            ("progress: 30%\nprogress: 50%", "50%"), ("\r 50%|██  | 1/2\r100%|████| 2/2\n", "100%"),
            ("[1/2] a\n[2/2] b\n[1/2] c\n", "1/2"), ("[1/3] a\n100% of a\n", "1/3"), ("1/40\n5/5\n", "1/40"),
            ("[345/345] done\n", nil), ("100%\n", nil), ("0/0\n", nil),
        ] as [(String, String?)]
    )
    func last(_ text: String, _ expected: String?) {
        var finder = ProgressFinder()
        Array(text.utf8).withUnsafeBytes { _ = finder.feed($0, from: .output) }
        #expect(finder.finish()?.testDescription == expected)
    }

    @Test("a stream that is no text is not looked at any more; the other one still is")
    func binary() {
        var finder = ProgressFinder()
        let feed = { (text: String, stream: ProgressFinder.Stream) in
            Array(text.utf8).withUnsafeBytes { finder.feed($0, from: stream) }
        }
        #expect(feed("10/100\n", .output) == .units(done: 10, total: 100))
        #expect(feed("20/100\n\0", .output) == nil)
        #expect(feed("30/100\n", .output) == nil)
        #expect(feed("\u{1B}[32m40/100\u{1B}(B\u{1B}[m\u{0F}\n", .error) == .units(done: 40, total: 100))
        #expect(finder.finish() == .units(done: 40, total: 100))
    }

    @Test("a line without end takes no more memory than a line may have")
    func longLine() {
        let text = String(repeating: "x", count: 3_000_000) + " 45%\n46%\n"
        #expect(progress(in: text, piecesOf: 65_536) == [.percent(basisPoints: 4_600)])
    }
}
