internal import CSQLite
internal import Glibc

/// One connection to a SQLite database. For one thread at a time.
///
/// The handle belongs to this object, which closes it; statements keep the object alive.
final class Connection {
    private let handle: OpaquePointer

    /// Opens the database at `path`, and makes it where there is none unless `isReadOnly`.
    init(_ path: String, isReadOnly: Bool = false) throws(DatabaseFailure) {
        // One thread at a time: no locks inside. A file name is a URI only where we made one of it.
        var access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        var name = path
        if isReadOnly, Connection.isClosedLog(path) {
            access |= SQLITE_OPEN_URI
            name = Connection.immutable(path)
        }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened else {
            throw DatabaseFailure("open \(path)", code: code, reason: "out of memory")
        }
        guard code == SQLITE_OK else {
            let reason = String(cString: sqlite3_errmsg(opened))
            sqlite3_close_v2(opened)
            throw DatabaseFailure("open \(path)", code: code, reason: reason)
        }
        handle = opened
    }

    /// True for a database with a write-ahead log that nobody has open. SQLite would make a log beside it in order to
    /// read it, and leave it there.
    private static func isClosedLog(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // The version that is needed to read the file: 2 for a write-ahead log
        // (https://www.sqlite.org/fileformat.html).
        var version: UInt8 = 0
        return pread(descriptor, &version, 1, 19) == 1 && version == 2 && access(path + "-wal", F_OK) != 0
    }

    /// The URI of a file that does not change while it is open.
    private static func immutable(_ path: String) -> String {
        var escaped = "file:"
        for scalar in path.unicodeScalars {
            if "%?#".unicodeScalars.contains(scalar) {
                escaped += "%" + String(scalar.value, radix: 16)
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "?immutable=1"
    }

    deinit {
        // Waits for statements that are left, of which there are none: they keep this object.
        sqlite3_close_v2(handle)
    }

    /// The failure that the last call met.
    func failure(_ attempt: String) -> DatabaseFailure {
        DatabaseFailure(
            attempt,
            code: sqlite3_extended_errcode(handle),
            reason: String(cString: sqlite3_errmsg(handle))
        )
    }

    /// Runs one or more statements that bring no rows, or whose rows do not matter.
    func run(_ sql: String) throws(DatabaseFailure) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw failure("run ‘\(sql.prefix(60))’")
        }
    }

    /// A statement, compiled once and used many times.
    func prepare(_ sql: String) throws(DatabaseFailure) -> Statement {
        var compiled: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        guard code == SQLITE_OK, let compiled else { throw failure("compile ‘\(sql.prefix(60))’") }
        return Statement(compiled, of: self)
    }

    /// The integer that the first row of `sql` begins with; nil without a row, or where it is null.
    func integer(_ sql: String) throws(DatabaseFailure) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integerOrNil(0) : nil
    }

    /// The text that the first row of `sql` begins with; nil without a row, or where it is null.
    func text(_ sql: String) throws(DatabaseFailure) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.textOrNil(0) : nil
    }

    /// Runs `body` as one transaction: whole, or not at all.
    func transaction(_ body: () throws(DatabaseFailure) -> Void) throws(DatabaseFailure) {
        try run("BEGIN IMMEDIATE")
        do {
            try body()
            try run("COMMIT")
        } catch {
            // A failed write may have ended it already.
            if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
            throw error
        }
    }
}
