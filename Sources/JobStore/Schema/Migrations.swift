/// The steps from an empty database to the present schema. `PRAGMA user_version` counts those that were made.
///
/// A step that has been released never changes. What the tables mean is said in `spec/database.md`.
enum Migrations {
    /// `PRAGMA application_id` of our databases: “Tell”, as in the header of the file.
    static let applicationID: Int64 = 0x5465_6C6C

    /// The statements of each step.
    static let steps: [String] = [version1, version2]

    /// Results: small ones whole, of large ones what has to be known beside their file.
    private static let version2 = """
        CREATE TABLE results (
            id INTEGER PRIMARY KEY,
            media_type TEXT NOT NULL,
            name TEXT,
            json INTEGER NOT NULL,
            stored_at INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            gzip_sha256 BLOB NOT NULL,
            segments BLOB NOT NULL,
            content BLOB
        ) STRICT;
        """

    /// Times are milliseconds since 1970 UTC, progress is in hundredths of a per cent.
    private static let version1 = """
        CREATE TABLE jobs (
            number INTEGER PRIMARY KEY,
            task_id TEXT NOT NULL,
            tenant INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL
                CHECK (state IN ('queued', 'processing', 'completed', 'failed', 'cancelled')),
            progress INTEGER NOT NULL CHECK (progress BETWEEN 0 AND 10000),
            attempt INTEGER NOT NULL,
            version INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            expires_at INTEGER NOT NULL,
            done INTEGER,
            total INTEGER,
            unit TEXT,
            step INTEGER,
            steps INTEGER,
            step_name TEXT,
            message TEXT,
            failure_code TEXT,
            failure_text TEXT,
            cancel_reason TEXT,
            worker_answer TEXT CHECK (worker_answer IN ('received', 'stopped', 'refused')),
            result INTEGER,
            result_at INTEGER,
            type TEXT,
            labels TEXT,
            metadata TEXT,
            parent_id TEXT,
            idempotency_key BLOB,
            result_ttl_seconds INTEGER NOT NULL,
            stall_seconds INTEGER,
            on_stall TEXT NOT NULL DEFAULT 'report' CHECK (on_stall IN ('report', 'fail')),
            stalled INTEGER NOT NULL DEFAULT 0,
            bound INTEGER NOT NULL DEFAULT 0,
            failure_retryable INTEGER NOT NULL DEFAULT 0,
            removed INTEGER NOT NULL DEFAULT 0,
            words_lost INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE UNIQUE INDEX jobs_by_task_id ON jobs (task_id, tenant);
        CREATE TABLE tombstones (
            number INTEGER PRIMARY KEY,
            task_id TEXT NOT NULL,
            tenant INTEGER NOT NULL DEFAULT 0,
            expired_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE producers (
            name TEXT NOT NULL,
            tenant INTEGER NOT NULL DEFAULT 0,
            epoch INTEGER NOT NULL,
            named_epoch INTEGER NOT NULL,
            first INTEGER NOT NULL,
            applied INTEGER NOT NULL,
            heard_at INTEGER NOT NULL,
            PRIMARY KEY (name, tenant)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE facts (
            name TEXT NOT NULL PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO facts VALUES ('highest_version', 0);
        CREATE VIEW job_overview AS
        SELECT
            task_id, state, progress / 100.0 AS percent, attempt, type, message,
            strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch') AS created,
            strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000.0, 'unixepoch') AS updated,
            strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') AS expires
        FROM jobs;
        """
}
