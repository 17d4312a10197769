/// The SQLite file of the service that Telltale stands in for. It is opened for reading and never written.
///
/// Three generations of the table `job_status` are known; columns that a file has not are read as their defaults. The
/// table `job_results` is there in some of them.
public final class LegacyFile {
    private let connection: Connection
    private let columns: Set<String>
    private let hasResults: Bool

    /// Opens the file at `path`.
    ///
    /// - Throws: when there is no such file, or no table `job_status` in it.
    public init(_ path: String) throws(DatabaseFailure) {
        connection = try Connection(path, isReadOnly: true)
        columns = try connection.columns(of: "job_status")
        let required: Set = ["id", "jobId", "status", "createdAt", "updatedAt"]
        guard columns.isSuperset(of: required) else {
            let missing = required.subtracting(columns).sorted().joined(separator: ", ")
            throw DatabaseFailure("read \(path)", code: 1, reason: "its table job_status lacks: \(missing)")
        }
        // One moment for all that is read, while that service may still write.
        try connection.run("BEGIN")
        hasResults = try connection.columns(of: "job_results").isSuperset(of: ["jobId", "result"])
    }

    /// The rows of `job_status`, those included that a newer one of the same job hides.
    public func countRows() throws(DatabaseFailure) -> Int {
        Int(try connection.integer("SELECT count(*) FROM job_status") ?? 0)
    }

    /// Calls `receive` with every job in the order of creation: of several rows of one the newest, and of several
    /// results too.
    public func forEachJob(_ receive: (LegacyJob) throws(DatabaseFailure) -> Void) throws(DatabaseFailure) {
        let statement = try connection.prepare(select)
        while try statement.step() { try receive(statement.legacyJob()) }
    }

    private var select: String {
        func column(_ name: String, or other: String = "NULL") -> String {
            columns.contains(name) ? "s.\(name)" : other
        }
        let created = milliseconds("s.createdAt")
        let expires = columns.contains("expiresAt") ? milliseconds("s.expiresAt") : "(\(created)) + 86400000"
        let times = ["createdAt", "updatedAt"] + (columns.contains("expiresAt") ? ["expiresAt"] : [])
        let unknown = times.map { "(\(milliseconds("s.\($0)"))) IS NULL" }.joined(separator: " OR ")
        let newest =
            "row_number() OVER (PARTITION BY jobId ORDER BY coalesce(julianday(createdAt), julianday(updatedAt)) DESC, "
            + "julianday(updatedAt) DESC, id DESC)"
        let results =
            hasResults
            ? "LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY jobId ORDER BY julianday(createdAt) DESC) AS place "
                + "FROM job_results) AS r ON r.jobId = s.jobId AND r.place = 1"
            : ""
        let result = column("result")
        return """
            SELECT CAST(s.jobId AS TEXT), CAST(s.status AS TEXT), \(created), \(milliseconds("s.updatedAt")),
                \(expires), CAST(\(column("retryCount", or: "0")) AS INTEGER), \(column("errorMessage")),
                CAST(\(column("progress", or: "0")) AS REAL), CAST(\(column("currentStep")) AS TEXT),
                CAST(\(column("totalSteps")) AS INTEGER),
                CAST(\(hasResults ? "coalesce(r.result, \(result))" : result) AS TEXT),
                \(hasResults ? milliseconds("r.expiresAt") : "NULL"), \(unknown)
            FROM (SELECT *, \(newest) AS place FROM job_status) AS s \(results)
            WHERE s.place = 1
            ORDER BY 3, s.id
            """
    }

    /// The time in a column, in milliseconds since 1970 UTC; null for what SQLite takes for none. It reads ISO 8601
    /// with and without an offset (https://www.sqlite.org/lang_datefunc.html), and counts in days.
    private func milliseconds(_ column: String) -> String {
        "CAST(round((julianday(\(column)) - 2440587.5) * 86400000) AS INTEGER)"
    }
}

extension Connection {
    /// The names of a table's columns; none where there is no such table.
    fileprivate func columns(of table: String) throws(DatabaseFailure) -> Set<String> {
        let statement = try prepare("SELECT name FROM pragma_table_info('\(table)')")
        var names: Set<String> = []
        while try statement.step() { names.insert(statement.text(0)) }
        return names
    }
}

extension Statement {
    fileprivate func legacyJob() -> LegacyJob {
        LegacyJob(
            taskID: text(0),
            state: text(1),
            createdAt: integerOrNil(2),
            updatedAt: integerOrNil(3),
            expiresAt: integerOrNil(4),
            retries: integer(5),
            errorMessage: textOrNil(6),
            progress: real(7),
            step: textOrNil(8),
            totalSteps: integerOrNil(9),
            result: textOrNil(10),
            resultExpiresAt: integerOrNil(11),
            hasUnknownTime: integer(12) != 0
        )
    }
}
