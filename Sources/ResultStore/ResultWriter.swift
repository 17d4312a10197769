/// Takes one result as it arrives, checks it, compresses it and stores it.
///
/// Any thread may call it; calls wait for each other, and for the disk. From its first byte on it holds about 512 KiB
/// whatever the result's length. Until ``finish(length:sha256:at:)`` nothing can be seen in the store; a writer that is
/// let go of without it leaves nothing behind.
public final class ResultWriter: Sendable {
    /// How far a result has come.
    public enum Stage: Sendable {
        /// It is on its way: what can be read of it, which has the number 0; nil before the first byte.
        case arriving(StoredResult?)
        /// It is whole and in the store, under this number.
        case stored(UInt64)
        /// It was given up.
        case over
    }

    /// The media type that the sender gave.
    public let mediaType: String
    /// The file name that the sender gave.
    public let name: String?

    private let store: ResultStore
    private let key: String?
    private let state: Guarded<ResultWriterState>

    init(
        _ description: ResultDescription,
        limit: Int,
        level: Int,
        folder: ResultFolder,
        quota: Quota,
        key: String?,
        store: ResultStore
    ) {
        self.store = store
        self.key = key
        mediaType = description.mediaType
        name = description.name
        state = Guarded(ResultWriterState(description, limit: limit, level: level, folder: folder, quota: quota))
    }

    deinit {
        if let key { store.forgetArrival(key) }
    }

    /// How far the result has come. What is shown of it is up to date within a tenth of a second. Waits for the disk,
    /// and for a piece that is being taken.
    ///
    /// - Parameter wall: the present time in milliseconds since 1970 UTC.
    public func stage(at wall: Int64) -> Stage {
        state.withLock { $0.stage(at: wall) }
    }

    /// The bytes taken so far, counted as they are sent: in gzip when the result comes in gzip. A sender that lost its
    /// connection goes on from here.
    public var held: Int { state.withLock { $0.held } }

    /// True while the result takes the memory that its compression needs.
    var holdsMemory: Bool { state.withLock { $0.holdsMemory } }

    /// Takes the next bytes, and returns what is wrong with the result, if anything is. After a failure every further
    /// call returns the same one.
    public func append(_ bytes: UnsafeRawBufferPointer) -> ResultFailure? {
        state.withLock { $0.append(bytes) }
    }

    /// Takes bytes that begin at `offset` of what is sent. What is held already is passed over, so that a resent piece
    /// is harmless; it is not compared.
    ///
    /// A piece that begins behind what is held is refused with ``ResultFailure/missingBytes(held:)`` and changes
    /// nothing.
    public func append(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> ResultFailure? {
        state.withLock { $0.append(bytes, at: offset) }
    }

    /// Ends the result and puts it into the store.
    ///
    /// - Parameters:
    ///   - length: the number of bytes that the sender counted, where it says so.
    ///   - sha256: the SHA-256 digest of what was sent, 32 bytes, where the sender gives it.
    ///   - wall: the present time in milliseconds since 1970 UTC.
    /// - Throws: what is wrong with the result; ``ResultFailure/wrongLength(held:)`` leaves the writer usable.
    public func finish(
        length: Int? = nil,
        sha256: [UInt8]? = nil,
        at wall: Int64
    ) throws(ResultFailure) -> StoredResult {
        try state.withLock { (state) throws(ResultFailure) in
            try state.finish(length: length, sha256: sha256, at: wall, store: store)
        }
    }

    /// Gives up the result and frees what it took. Without effect after ``finish(length:sha256:at:)``.
    public func abandon() {
        state.withLock { $0.abandon() }
    }
}
