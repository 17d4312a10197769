internal import Deflate
internal import Glibc
internal import Synchronization

/// Keeps results for as long as the process runs: small ones in memory, others in files without a name.
///
/// It may be used by any thread. Writing, and reading what is in a file, blocks for the disk: do both away from event
/// loops. It never drops a result by itself: whoever owns the job says when.
public final class ResultStore: Sendable {
    /// How a store is set up.
    public struct Configuration: Sendable {
        /// The folder that files are made in.
        public var temporaryFolder: String
        /// Files keep a name in that folder, and are safe there before ``ResultWriter/finish(length:sha256:at:)``
        /// returns, so that another process can bring them back (``ResultStore/restore(_:)``).
        public var keepsFiles = false
        /// zlib's level, 0 to 9.
        public var level: Int
        /// The longest result, in bytes before compression.
        public var maximumLength: Int
        /// The most that all results together may use.
        public var maximumUsage: ResultUsage

        /// The usual limits, and files in `temporaryFolder`.
        public init(temporaryFolder: String = "/tmp") {
            self.temporaryFolder = temporaryFolder
            level = DeflateLimits.level
            maximumLength = ResultLimits.length
            maximumUsage = ResultUsage()
            maximumUsage.storedBytes = ResultLimits.storedBytes
            maximumUsage.memoryBytes = ResultLimits.memoryBytes
            maximumUsage.files = ResultLimits.files
        }
    }

    private struct Contents {
        var results: [UInt64: StoredResult] = [:]
        var lastID: UInt64 = 0
        /// Removed results whose kept files are still there, for their readers.
        var leaving: [UInt64: Departure] = [:]
        var arriving: [String: Arrival] = [:]
    }

    private struct Departure {
        weak var content: ResultContent?
    }

    private struct Arrival {
        weak var writer: ResultWriter?
    }

    private let configuration: Configuration
    let quota: Quota
    let folder: ResultFolder
    private let contents = Mutex(Contents())

    /// An empty store.
    ///
    /// - Throws: what the system says when no file can be made in the temporary folder.
    public init(configuration: Configuration) throws(DiskFailure) {
        folder = ResultFolder(path: configuration.temporaryFolder, keepsFiles: configuration.keepsFiles)
        _ = try TemporaryFile(in: folder)
        self.configuration = configuration
        quota = Quota(limit: configuration.maximumUsage)
    }

    /// Begins a result of at most `limit` bytes before compression; the configuration's limit holds besides.
    ///
    /// - Parameter key: a name by which ``arriving(_:)`` finds the writer while someone holds it; of two with the same
    ///   name the later one.
    public func begin(_ description: ResultDescription, limit: Int = .max, key: String? = nil) -> ResultWriter {
        let writer = ResultWriter(
            description,
            limit: min(limit, configuration.maximumLength),
            level: configuration.level,
            folder: folder,
            quota: quota,
            key: key,
            store: self
        )
        if let key { contents.withLock { $0.arriving[key] = Arrival(writer: writer) } }
        return writer
    }

    /// The result with the number `id`; nil when there is none, or it was removed.
    public func result(_ id: UInt64) -> StoredResult? {
        contents.withLock { $0.results[id] }
    }

    /// The result that was begun under `key` and is on its way.
    public func arriving(_ key: String) -> ResultWriter? {
        contents.withLock { $0.arriving[key]?.writer }
    }

    /// The writer that was begun under `key` is gone; a later one of that name stays.
    func forgetArrival(_ key: String) {
        contents.withLock { contents in
            if contents.arriving[key]?.writer == nil { contents.arriving[key] = nil }
        }
    }

    /// Forgets a result. Its bytes go when the last reader is done with them. Without such a result nothing happens.
    public func remove(_ id: UInt64) {
        // Taken out under the lock and let go of after it: closing a big file can take the kernel a while.
        let removed = contents.withLock { contents in
            let removed = contents.results.removeValue(forKey: id)
            if folder.keepsFiles, let content = removed?.content, case .file = content.place {
                contents.leaving[id] = Departure(content: content)
            }
            return removed
        }
        withExtendedLifetime(removed) {}
    }

    /// Removes the file of a result that was removed, once nothing kept elsewhere speaks of it any more. Those who read
    /// it read on.
    public func removeFile(of id: UInt64) {
        guard let path = folder.path(of: id) else { return }
        let left = contents.withLock { $0.leaving.removeValue(forKey: id)?.content }
        if case .file(let file) = left?.place { file.leave() } else { unlink(path) }
    }

    /// What is used at the moment, by results being written and by removed ones that are still being read too.
    public var usage: ResultUsage { quota.usage }

    /// The number of results.
    public var count: Int { contents.withLock { $0.results.count } }

    /// Keeps what `make` makes of a new number and of the content.
    ///
    /// - Parameter content: its bytes, which a store that keeps files makes safe first.
    func keep(
        _ content: ResultContent,
        _ make: (UInt64, ResultContent) -> StoredResult
    ) throws(ResultFailure) -> StoredResult {
        var content = content
        let id = contents.withLock { contents in
            contents.lastID += 1
            return contents.lastID
        }
        if let path = folder.path(of: id), case .file(let file) = content.place {
            do throws(DiskFailure) {
                try file.keep(as: path)
            } catch {
                throw .disk(error)
            }
            // Whoever reads what has arrived so far has the descriptor; from here on none is needed.
            guard let kept = TemporaryFile(kept: path, length: content.length) else { throw .damaged }
            _ = content.share.take(files: -1)
            content = ResultContent(place: .file(kept), length: content.length, share: content.share)
        }
        let result = make(id, content)
        contents.withLock { $0.results[id] = result }
        return result
    }

    /// Takes a result that has its number already.
    func put(_ result: StoredResult) {
        contents.withLock { contents in
            contents.results[result.id] = result
            contents.lastID = max(contents.lastID, result.id)
        }
    }
}
