import AsyncHTTPClient
import Crypto
import Glibc
import NIOHTTP1

/// A result on its way from a server: counts and hashes what passes, and shows how far it is.
struct ResultCopy: ~Copyable {
    /// The bytes so far, those of an earlier call included.
    private(set) var length = 0
    private var hash = SHA256()
    /// The length of the whole, where the server says it.
    private let total: Int?
    /// `Repr-Digest` of the whole (RFC 9530), where the server gives one.
    private let digest: String?
    private var bar: ResultProgress?

    /// - Parameter showsProgress: draws a bar on standard error where that is a terminal.
    init(_ response: HTTPClientResponse, named id: String, showsProgress: Bool) {
        total =
            ContentRange(response.headers)?.total
            ?? response.headers.first(name: "Content-Length").flatMap { Int($0) }
        digest = response.headers.first(name: "Repr-Digest")
        bar = showsProgress ? ResultProgress(id) : nil
    }

    /// Takes the next bytes, in order.
    mutating func add(_ bytes: [UInt8]) {
        hash.update(data: bytes)
        length += bytes.count
        bar?.show(length, of: total)
    }

    /// The whole has passed.
    ///
    /// - Throws: when it is not what the server has.
    mutating func finish() throws(CommandFailure) {
        bar?.end(length, of: total)
        guard let digest, digest.hasPrefix(Self.algorithm), digest.hasSuffix(":") else { return }
        let expected = digest.dropFirst(Self.algorithm.count).dropLast()
        guard hash.finalize().elementsEqual(Self.decoded(expected)) else {
            throw CommandFailure("the result that arrived is not the one that the server has: its digest differs")
        }
    }

    private static let algorithm = "sha-256=:"

    /// What `text` says in base 64; where it says nothing, nothing.
    private static func decoded(_ text: Substring) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for digit in text.utf8 {
            guard let value = alphabet.firstIndex(of: digit) else { break }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return bytes
    }
}

/// What `Content-Range: bytes FIRST-LAST/TOTAL` says.
struct ContentRange {
    let first: Int
    let total: Int

    init?(_ headers: HTTPHeaders) {
        guard let value = headers.first(name: "Content-Range"), value.hasPrefix("bytes ") else { return nil }
        let parts = value.dropFirst(6).split(whereSeparator: { $0 == "-" || $0 == "/" }).map { Int($0) }
        guard parts.count == 3, let first = parts[0], let total = parts[2] else { return nil }
        (self.first, self.total) = (first, total)
    }
}

/// A bar on standard error for one result.
struct ResultProgress: ~Copyable {
    private var display: ProgressDisplay
    private let id: String
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var shown: ContinuousClock.Instant?

    /// nil where standard error is no terminal.
    init?(_ id: String) {
        let environment = ProcessEnvironment.variables([
            "TERM", "NO_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "LANG",
        ])
        let traits = TerminalTraits.of(fileDescriptor: STDERR_FILENO, environment: environment)
        guard traits.isTerminal else { return nil }
        self.id = id
        start = clock.now
        display = ProgressDisplay(traits: traits) { text in
            try? Console.write(Array(text.utf8), to: STDERR_FILENO, called: "standard error")
        }
    }

    mutating func show(_ length: Int, of total: Int?) {
        let now = clock.now
        if let shown, now - shown < ReaderLimits.redraw { return }
        shown = now
        draw(length, of: total, .running)
    }

    mutating func end(_ length: Int, of total: Int?) {
        draw(length, of: total ?? length, .done)
        display.finish()
    }

    private mutating func draw(_ length: Int, of total: Int?, _ state: ProgressLine.State) {
        let part = total.map { $0 > 0 ? Int(Double(length) / Double($0) * 10_000) : 10_000 } ?? 0
        let seconds = (clock.now - start) / .seconds(1)
        let rate = seconds > 0 ? Int(Double(length) / seconds) : 0
        let whole = total.map { " of " + Self.megabytes($0) } ?? ""
        let detail = "\(Self.megabytes(length))\(whole) MB, \(Self.megabytes(rate)) MB/s"
        display.show([ProgressLine(label: id, basisPoints: part, state: state, detail: detail)])
    }

    private static func megabytes(_ bytes: Int) -> String {
        "\(bytes / 1_000_000).\(bytes / 100_000 % 10)"
    }
}
