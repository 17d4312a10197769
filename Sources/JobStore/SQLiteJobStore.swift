internal import Bytes
public import StatusCore

/// Jobs in a SQLite database: one writer, group commits, each on disk before it is acknowledged.
///
/// The write-ahead log is forced to the disk with every commit (`synchronous=FULL`), so that a commit survives the loss
/// of power (https://www.sqlite.org/pragma.html#pragma_synchronous). Other programs may read the database meanwhile;
/// one that writes makes commits wait five seconds and then fail. For one thread at a time.
public final class SQLiteJobStore: JobStoring {
    private let folder: DataFolder?
    let connection: Connection
    private let upsert: Statement
    private let deleteJob: Statement
    private let addTombstone: Statement
    private let upsertProducer: Statement
    private let setHighestVersion: Statement
    private let addResult: Statement
    private let deleteResult: Statement
    private var labels = OutputBuffer()
    public private(set) var highestVersion: UInt64
    /// How many tombstones there are, as far as this object has made or counted them.
    private var tombstones: Int

    /// Opens the database in `folder`, or makes one there, and holds the folder from then on.
    public convenience init(_ folder: DataFolder) throws(StoreFailure) {
        try self.init(path: folder.database, folder: folder)
    }

    /// Opens the database at `path`, which the caller keeps others from.
    init(path: String, folder: DataFolder? = nil) throws(StoreFailure) {
        self.folder = folder
        connection = try Database.open(path)
        do throws(DatabaseFailure) {
            upsert = try connection.prepare(JobColumn.upsert)
            deleteJob = try connection.prepare("DELETE FROM jobs WHERE task_id = ?1 AND tenant = ?2")
            addTombstone = try connection.prepare(
                "INSERT INTO tombstones (task_id, tenant, expired_at) VALUES (?1, ?2, ?3)"
            )
            upsertProducer = try connection.prepare(
                "REPLACE INTO producers (name, tenant, epoch, named_epoch, first, applied, heard_at) "
                    + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            )
            setHighestVersion = try connection.prepare("UPDATE facts SET value = ?1 WHERE name = 'highest_version'")
            addResult = try connection.prepare(
                "REPLACE INTO results (id, media_type, name, json, stored_at, sha256, gzip_sha256, segments, content) "
                    + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
            )
            deleteResult = try connection.prepare("DELETE FROM results WHERE id = ?1")
            let version = try connection.integer("SELECT value FROM facts WHERE name = 'highest_version'")
            highestVersion = UInt64(bitPattern: version ?? 0)
            tombstones = Int(try connection.integer("SELECT count(*) FROM tombstones") ?? 0)
        } catch {
            throw .database(error)
        }
    }

    public func loadJobs(_ receive: (JobImage) -> Bool) throws(DatabaseFailure) -> Int {
        let statement = try connection.prepare(JobColumn.select)
        var skipped = 0
        while try statement.step() {
            guard let image = statement.readJob() else {
                skipped += 1
                continue
            }
            if !receive(image) {
                statement.reset()
                break
            }
        }
        return skipped
    }

    public func loadTombstones(_ receive: (StoredTombstone) -> Void) throws(DatabaseFailure) {
        let statement = try connection.prepare("SELECT task_id, tenant, expired_at FROM tombstones ORDER BY number")
        while try statement.step() {
            guard let id = statement.withBytes(0, { TaskID($0) }) else { continue }
            let tenant = TenantID(UInt16(clamping: statement.integer(1)))
            receive(StoredTombstone(id: id, tenant: tenant, expiredAt: statement.integer(2)))
        }
    }

    public func loadProducers(_ receive: (StoredProducer) -> Void) throws(DatabaseFailure) {
        let statement = try connection.prepare(
            "SELECT name, tenant, epoch, named_epoch, first, applied, heard_at FROM producers ORDER BY heard_at"
        )
        while try statement.step() {
            receive(
                StoredProducer(
                    tenant: TenantID(UInt16(clamping: statement.integer(1))),
                    name: statement.text(0),
                    epoch: UInt64(bitPattern: statement.integer(2)),
                    named: UInt64(bitPattern: statement.integer(3)),
                    first: UInt64(bitPattern: statement.integer(4)),
                    applied: UInt64(bitPattern: statement.integer(5)),
                    heardAt: statement.integer(6)
                )
            )
        }
    }
}

extension SQLiteJobStore {
    public func loadResults(_ receive: (StoredResultRow) -> Void) throws(DatabaseFailure) {
        let statement = try connection.prepare(
            "SELECT id, media_type, name, json, stored_at, sha256, gzip_sha256, segments, content FROM results"
        )
        while try statement.step() {
            receive(
                StoredResultRow(
                    id: UInt64(bitPattern: statement.integer(0)),
                    mediaType: statement.text(1),
                    name: statement.isNull(2) ? nil : statement.text(2),
                    isJSON: statement.integer(3) != 0,
                    storedAt: statement.integer(4),
                    digest: statement.blob(5),
                    gzipDigest: statement.blob(6),
                    segments: statement.blob(7),
                    content: statement.isNull(8) ? nil : statement.blob(8)
                )
            )
        }
    }

    public func commit(_ batch: CommitBatch) throws(DatabaseFailure) {
        if batch.isEmpty { return }
        let highest = batch.jobs.reduce(highestVersion) { max($0, $1.version) }
        var left = tombstones
        try connection.transaction { () throws(DatabaseFailure) in
            for stone in batch.expired { try retire(stone) }
            for image in batch.jobs {
                upsert.bind(image, labels: &labels)
                try upsert.run()
            }
            if highest != highestVersion {
                setHighestVersion.bind(1, Int64(bitPattern: highest))
                try setHighestVersion.run()
            }
            for row in batch.results { try write(row) }
            for id in batch.removedResults {
                deleteResult.bind(1, Int64(bitPattern: id))
                try deleteResult.run()
            }
            for producer in batch.producers { try write(producer) }
            if let moment = batch.forgetProducersBefore {
                try connection.run("DELETE FROM producers WHERE heard_at < \(moment)")
            }
            left = try giveUpTombstones(batch, left + batch.expired.count)
        }
        highestVersion = highest
        tombstones = left
    }

    /// Gives pages that nothing uses back to the file system, up to ``Limits/pagesFreedPerCommit`` of them. An eighth
    /// of the file may stay unused: the next jobs want it, and giving it back and asking for it again costs more.
    public func giveSpaceBack() throws(DatabaseFailure) -> Bool {
        let free = try connection.integer("PRAGMA freelist_count") ?? 0
        let all = try connection.integer("PRAGMA page_count") ?? 0
        guard free > all / 8 else { return true }
        try connection.run("PRAGMA incremental_vacuum(\(Limits.pagesFreedPerCommit))")
        return free <= Limits.pagesFreedPerCommit
    }

    private func retire(_ stone: StoredTombstone) throws(DatabaseFailure) {
        stone.id.withBytes { deleteJob.bind(1, utf8: $0) }
        deleteJob.bind(2, Int64(stone.tenant.rawValue))
        try deleteJob.run()
        stone.id.withBytes { addTombstone.bind(1, utf8: $0) }
        addTombstone.bind(2, Int64(stone.tenant.rawValue))
        addTombstone.bind(3, stone.expiredAt)
        try addTombstone.run()
    }

    private func write(_ row: StoredResultRow) throws(DatabaseFailure) {
        addResult.bind(1, Int64(bitPattern: row.id))
        addResult.bind(2, row.mediaType)
        if let name = row.name { addResult.bind(3, name) } else { addResult.bindNull(3) }
        addResult.bind(4, row.isJSON ? 1 : 0 as Int64)
        addResult.bind(5, row.storedAt)
        addResult.bind(6, blob: row.digest)
        addResult.bind(7, blob: row.gzipDigest)
        addResult.bind(8, blob: row.segments)
        if let content = row.content { addResult.bind(9, blob: content) } else { addResult.bindNull(9) }
        try addResult.run()
    }

    private func write(_ producer: StoredProducer) throws(DatabaseFailure) {
        upsertProducer.bind(1, producer.name)
        upsertProducer.bind(2, Int64(producer.tenant.rawValue))
        upsertProducer.bind(3, Int64(bitPattern: producer.epoch))
        upsertProducer.bind(4, Int64(bitPattern: producer.named))
        upsertProducer.bind(5, Int64(bitPattern: producer.first))
        upsertProducer.bind(6, Int64(bitPattern: producer.applied))
        upsertProducer.bind(7, producer.heardAt)
        try upsertProducer.run()
    }

    /// Gives up what a batch says of `count` tombstones; returns how many are left.
    private func giveUpTombstones(_ batch: CommitBatch, _ count: Int) throws(DatabaseFailure) -> Int {
        var count = count
        if let moment = batch.giveUpTombstonesBefore {
            // They stand in about the order of their times: the first that is young enough ends the walk.
            let statement = try connection.prepare(
                "DELETE FROM tombstones WHERE number < coalesce("
                    + "(SELECT number FROM tombstones WHERE expired_at >= ?1 ORDER BY number LIMIT 1), "
                    + "(SELECT max(number) + 1 FROM tombstones)) RETURNING 1"
            )
            statement.bind(1, moment)
            while try statement.step() { count -= 1 }
        }
        if let limit = batch.tombstoneLimit, count > limit {
            try connection.run(
                "DELETE FROM tombstones WHERE number IN "
                    + "(SELECT number FROM tombstones ORDER BY number LIMIT \(count - limit))"
            )
            count = limit
        }
        return count
    }
}
