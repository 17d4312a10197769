import CSQLite
import FuzzSupport
import JSON

/// One input: a byte that says into how many pieces the rest is cut, the cuts as two bytes each, and a text. The verdict
/// on it must not depend on where it is cut, and must be that of two readers by other people: SQLite knows the grammar
/// of RFC 8259 and the standard library UTF-8.
@c(LLVMFuzzerTestOneInput)
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let cuts = (0..<Int(input.byte() % 8)).map { _ in Int(input.byte()) | Int(input.byte()) << 8 }
    let text = Array(input.take())
    let verdict = judge(text, cutAt: [])
    promise(judge(text, cutAt: cuts) == verdict, "cut at \(cuts), \(text.count) bytes are judged otherwise")
    if let verdict { promise(verdict.offset <= text.count, "wrong at \(verdict.offset) of \(text.count)") }
    // Behind what is too deep anything may stand.
    guard verdict?.reason != .tooDeep else { return 0 }
    promise(isJSON(text) == (verdict == nil), verdict.map { "refused: \($0)" } ?? "accepted")
    return 0
}

/// What is wrong with a text that arrives in pieces; nil for nothing.
private func judge(_ text: [UInt8], cutAt cuts: [Int]) -> JSONFailure? {
    var validator = JSONValidator()
    var rest = text[...]
    for end in cuts.map({ min($0, text.count) }).sorted() {
        // A failure stays what it is, whatever comes behind it.
        _ = validator.feed(Array(rest.prefix(end - rest.startIndex)))
        rest = text[end...]
    }
    _ = validator.feed(Array(rest))
    return validator.finish()
}

/// What others say.
private func isJSON(_ text: [UInt8]) -> Bool {
    // SQLite takes a NUL for the end, and does not look at what the bytes in a string are.
    guard !text.contains(0), String(validating: text, as: UTF8.self) != nil else { return false }
    return SQLite.shared.isValid(text)
}

private final class SQLite {
    nonisolated(unsafe) static let shared = SQLite()

    private var connection: OpaquePointer?
    private var statement: OpaquePointer?

    private init() {
        sqlite3_open(":memory:", &connection)
        let isReady = sqlite3_prepare_v2(connection, "SELECT json_valid(?1)", -1, &statement, nil) == SQLITE_OK
        promise(isReady, "SQLite has no json_valid")
    }

    func isValid(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { bytes in
            // Nothing is kept beyond this call, so that the bytes need not be copied.
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text(statement, 1, start, CInt(bytes.count), nil)
            defer {
                sqlite3_reset(statement)
                sqlite3_clear_bindings(statement)
            }
            promise(sqlite3_step(statement) == SQLITE_ROW, "SQLite says nothing")
            return sqlite3_column_int(statement, 0) == 1
        }
    }
}
