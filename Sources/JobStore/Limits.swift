/// Every bound of the store, with its reason.
enum Limits {
    /// Bytes that the write-ahead log keeps once it has been copied into the database: what a second of progress of
    /// ten thousand jobs takes.
    static let logSize = 16 << 20
    /// Bytes of pages that SQLite keeps: the index over a million ids, which are written in no order.
    static let pageCache = 64 << 20
    /// Pages that are given back to the file system after a commit that took jobs away: a few milliseconds.
    static let pagesFreedPerCommit = 256
}
