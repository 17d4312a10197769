internal import CSQLite

/// A compiled statement. For one thread at a time.
///
/// Parameters are numbered from 1, columns from 0, as in SQLite. The handle belongs to this object.
final class Statement {
    private let handle: OpaquePointer
    /// Kept, for it must not be closed before its statements.
    private let connection: Connection

    fileprivate init(compiled: OpaquePointer, connection: Connection) {
        handle = compiled
        self.connection = connection
    }

    convenience init(_ compiled: OpaquePointer, of connection: Connection) {
        self.init(compiled: compiled, connection: connection)
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Goes on to the next row; false when there is none left, after which the statement begins anew.
    func step() throws(DatabaseFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default:
            let failure = connection.failure("run ‘\(sql.prefix(60))’")
            sqlite3_reset(handle)
            throw failure
        }
    }

    /// Runs to the end, whatever rows come, and begins anew.
    func run() throws(DatabaseFailure) {
        while try step() {}
    }

    /// Begins anew before the last row.
    func reset() {
        sqlite3_reset(handle)
    }

    private var sql: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "" }
}

// MARK: Parameters. SQLite refuses one only for a number that the statement has not, or for want of memory.

extension Statement {
    func bind(_ index: Int32, _ value: Int64) {
        sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ index: Int32, _ value: Int64?) {
        guard let value else { return bindNull(index) }
        sqlite3_bind_int64(handle, index, value)
    }

    func bindNull(_ index: Int32) {
        sqlite3_bind_null(handle, index)
    }

    /// Text that outlives every use of the statement.
    func bind(_ index: Int32, _ literal: StaticString) {
        literal.withUTF8Buffer { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                // Never freed and never moved, so that no copy is needed: SQLITE_STATIC is a null destructor.
                sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), nil)
            }
        }
    }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                CSQLite_bind_text(handle, index, $0.baseAddress ?? Statement.noText, Int32($0.count))
            }
        }
    }

    /// UTF-8.
    func bind(_ index: Int32, utf8 bytes: UnsafeRawBufferPointer) {
        bytes.withMemoryRebound(to: CChar.self) {
            _ = CSQLite_bind_text(handle, index, $0.baseAddress ?? Statement.noText, Int32($0.count))
        }
    }

    func bind(_ index: Int32, blob bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes {
            CSQLite_bind_blob(handle, index, $0.baseAddress ?? UnsafeRawPointer(Statement.noText), Int32($0.count))
        }
    }

    /// Where empty text lies: a null pointer would bind a null.
    private static var noText: UnsafePointer<CChar> {
        UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

// MARK: Columns of the row that ``Statement/step()`` came to.

extension Statement {
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// 0 for a null.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// 0 for a null, and for text that is no number.
    func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    func integerOrNil(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func textOrNil(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// Empty for a null.
    func text(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// Empty for a null.
    func blob(_ column: Int32) -> [UInt8] {
        withBytes(column) { Array($0) }
    }

    /// Calls `body` with the bytes of a text or a blob, good for the call; none for a null.
    func withBytes<R>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        // The pointer first: asking for it may convert the value, and so change its length.
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
