internal import Glibc
public import StatusCore

/// What a database of ours has of each job, for who wants to add to it: read beside a server or before one, without
/// changing anything.
public struct StoredNames: Sendable {
    public struct Job: Sendable, Equatable {
        /// Milliseconds since 1970 UTC.
        public var updatedAt: Int64
        public var version: UInt64
        public var result: ResultID
    }

    public var jobs: [TaskID: Job] = [:]
    public var tombstones: Set<TaskID> = []

    /// Reads the database at `path`, of whatever schema version; where there is none, nothing is there.
    public init(reading path: String) throws(DatabaseFailure) {
        guard access(path, F_OK) == 0 else { return }
        let connection = try Connection(path, isReadOnly: true)
        let jobs = try connection.prepare("SELECT task_id, updated_at, version, result FROM jobs WHERE tenant = 0")
        while try jobs.step() {
            guard let id = jobs.withBytes(0, { TaskID($0) }) else { continue }
            self.jobs[id] = Job(
                updatedAt: jobs.integer(1),
                version: UInt64(bitPattern: jobs.integer(2)),
                result: ResultID(UInt64(bitPattern: jobs.integer(3)))
            )
        }
        let tombstones = try connection.prepare("SELECT task_id FROM tombstones WHERE tenant = 0")
        while try tombstones.step() {
            if let id = tombstones.withBytes(0, { TaskID($0) }) { self.tombstones.insert(id) }
        }
    }
}
