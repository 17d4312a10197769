import JobStore
import ResultStore

extension StoredResultRow {
    /// What the database keeps of a result.
    init(_ record: ResultRecord) {
        self.init(
            id: record.id,
            mediaType: record.mediaType,
            name: record.name,
            isJSON: record.isJSON,
            storedAt: record.storedAt,
            digest: record.digests.identity,
            gzipDigest: record.digests.gzip,
            segments: record.segments,
            content: record.content
        )
    }

    /// What the result store makes the result of again.
    var record: ResultRecord {
        ResultRecord(
            id: id,
            mediaType: mediaType,
            name: name,
            isJSON: isJSON,
            storedAt: storedAt,
            digests: ResultDigests(identity: digest, gzip: gzipDigest),
            segments: segments,
            content: content
        )
    }
}
