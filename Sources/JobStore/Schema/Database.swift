/// Opens the database of jobs and brings its schema up to date.
enum Database {
    /// A connection to the database at `path`, which is made where there is none, ready for use: write-ahead log, and
    /// every commit forced to the disk.
    ///
    /// A database of a newer server, or of another program, is left as it is.
    static func open(_ path: String) throws(StoreFailure) -> Connection {
        let connection = try wrap { () throws(DatabaseFailure) -> Connection in
            let connection = try Connection(path)
            // Some other program may be reading at this very moment.
            try connection.run("PRAGMA busy_timeout = 5000")
            return connection
        }
        guard try wrap({ () throws(DatabaseFailure) -> Bool in try isOurs(connection) }) else {
            throw .foreign(path: path)
        }
        let found = try wrap { () throws(DatabaseFailure) -> Int64 in
            try connection.integer("PRAGMA user_version") ?? 0
        }
        let known = Int64(Migrations.steps.count)
        guard found <= known else { throw .newer(path: path, found: found, known: known) }
        try wrap { () throws(DatabaseFailure) in
            try configure(connection)
            try migrate(connection, from: Int(found))
        }
        return connection
    }

    /// True for a database of ours and for an empty one.
    private static func isOurs(_ connection: Connection) throws(DatabaseFailure) -> Bool {
        let name = try connection.integer("PRAGMA application_id") ?? 0
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema")
        return name == Migrations.applicationID || name == 0 && tables == 0
    }

    private static func configure(_ connection: Connection) throws(DatabaseFailure) {
        // Takes effect before the first table is there and never after.
        try connection.run("PRAGMA auto_vacuum = INCREMENTAL")
        try connection.run("PRAGMA journal_mode = WAL")
        try connection.run("PRAGMA synchronous = FULL")
        // SQLite answers what it could do, not what it was asked.
        let mode = try connection.text("PRAGMA journal_mode")
        let level = try connection.integer("PRAGMA synchronous")
        guard mode == "wal", level == 2 else {
            throw DatabaseFailure(
                "keep commits safe",
                code: 1,
                reason: "journal_mode is \(mode ?? "unknown") and synchronous \(level ?? -1), not wal and 2"
            )
        }
        // A log that one large commit made long does not stay so.
        try connection.run("PRAGMA journal_size_limit = \(Limits.logSize)")
        try connection.run("PRAGMA cache_size = -\(Limits.pageCache / 1_024)")
        try connection.run("PRAGMA temp_store = MEMORY")
    }

    /// Makes the steps that are missing, each whole or not at all.
    private static func migrate(_ connection: Connection, from version: Int) throws(DatabaseFailure) {
        for step in version..<Migrations.steps.count {
            try connection.transaction { () throws(DatabaseFailure) in
                try connection.run(Migrations.steps[step])
                try connection.run("PRAGMA application_id = \(Migrations.applicationID)")
                try connection.run("PRAGMA user_version = \(step + 1)")
            }
        }
    }

    private static func wrap<R>(_ body: () throws(DatabaseFailure) -> R) throws(StoreFailure) -> R {
        do throws(DatabaseFailure) {
            return try body()
        } catch {
            throw .database(error)
        }
    }
}
