internal import CSQLite

/// What SQLite said when it refused something.
public struct DatabaseFailure: Error, Equatable, Sendable {
    /// SQLite's extended result code (https://www.sqlite.org/rescode.html).
    public let code: Int32
    /// What was tried, as a verb and its object.
    public let attempt: String
    /// SQLite's words.
    public let reason: String

    init(_ attempt: String, code: Int32, reason: String) {
        self.attempt = attempt
        self.code = code
        self.reason = reason
    }

    /// What kind of fault it is, for who decides what to do next.
    public enum Kind: Sendable {
        /// No room on the disk, or a limit on the size of files.
        case full
        /// The folder or the file may not be written.
        case readOnly
        /// Another process has the database.
        case locked
        /// The disk failed.
        case input
        /// The file is damaged, or no database.
        case damaged
        /// Anything else: a fault of this program, or memory that ran out.
        case other
    }

    public var kind: Kind {
        // The low byte is the primary code.
        switch code & 0xFF {
        case SQLITE_FULL: .full
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN: .readOnly
        case SQLITE_BUSY, SQLITE_LOCKED: .locked
        case SQLITE_IOERR: .input
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
        default: .other
        }
    }
}

extension DatabaseFailure {
    /// What people can do about it.
    public var advice: String {
        switch kind {
        case .full: "make room on the disk"
        case .readOnly: "make the folder and its files writable for this user"
        case .locked: "another program holds a lock on the database: end it"
        case .input: "look for a disk that fails, a full one, or a limit on the size of files (ulimit -f)"
        case .damaged: "keep the file aside and put a backup in its place"
        case .other: "look up the code at https://www.sqlite.org/rescode.html"
        }
    }
}

extension DatabaseFailure: CustomStringConvertible {
    /// One line for people, such as `cannot commit: database or disk is full (code 13)`.
    public var description: String { "cannot \(attempt): \(reason) (SQLite code \(code))" }
}
