public import Deflate

/// A whole result: what it is, and where its segments are.
///
/// It never changes, and any number of threads may read it. Its bytes live for as long as someone holds it or a
/// ``ResultReader`` of it, also when the store has forgotten it.
public final class StoredResult: Sendable {
    /// One segment, and where it begins.
    public struct Part: Sendable {
        /// The number of content bytes before it.
        public let offset: Int
        /// The number of stored bytes before it.
        public let storedOffset: Int
        /// Its lengths and checksum.
        public let segment: Segment
    }

    /// The store's number for it, never used again; not 0.
    public let id: UInt64
    /// The media type that the sender gave.
    public let mediaType: String
    /// The file name that the sender gave.
    public let name: String?
    /// True when the content was checked to be one JSON value in UTF-8.
    public let isJSON: Bool
    /// The number of bytes of the content.
    public let length: Int
    /// The checksum of the content.
    public let checksum: CRC32
    /// The digests of what is sent to readers.
    public let digests: ResultDigests
    /// When it was whole, in milliseconds since 1970 UTC.
    public let storedAt: Int64
    /// The segments in order.
    public let parts: [Part]

    /// The compressed bytes.
    let content: ResultContent
    /// The content as it came, when it is at most ``ResultLimits/plainLength`` bytes long.
    public let plainContent: [UInt8]?

    /// The number of bytes that the segments take.
    public var storedLength: Int { content.length }

    /// True when reading it touches no file.
    public var isInMemory: Bool {
        if case .memory = content.place { true } else { false }
    }

    /// A new descriptor of the file that holds the stored bytes, from its beginning on, for those who send it by
    /// themselves and close it; nil when ``isInMemory``.
    public func openFile() throws(ResultFailure) -> Int32? {
        guard case .file(let file) = content.place else { return nil }
        do throws(DiskFailure) {
            return try file.duplicate()
        } catch {
            throw .disk(error)
        }
    }

    /// Waits until these stored bytes can be sent without waiting for the disk.
    public func load(_ range: Range<Int>) throws(ResultFailure) {
        guard case .file(let file) = content.place else { return }
        do throws(DiskFailure) {
            try file.load(range)
        } catch {
            throw .disk(error)
        }
    }

    init(
        id: UInt64,
        description: ResultDescription,
        storedAt: Int64,
        index: SegmentIndex,
        digests: ResultDigests,
        content: ResultContent,
        plainContent: [UInt8]?
    ) {
        self.id = id
        mediaType = description.mediaType
        name = description.name
        isJSON = description.isJSON
        length = index.length
        checksum = index.checksum
        parts = index.parts
        self.digests = digests
        self.storedAt = storedAt
        self.content = content
        self.plainContent = plainContent
    }

    /// The number of the segment that holds the content byte at `offset`, of the last one for the content's end.
    func indexOfPart(at offset: Int) -> Int {
        var low = 0
        var high = parts.count
        // Of the parts before `high` and from `low` on, the one wanted is the last that does not begin behind `offset`.
        while high - low > 1 {
            let middle = (low + high) / 2
            if parts[middle].offset <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The whole content, for results that are small enough to be wanted in one piece.
    ///
    /// - Throws: ``ResultFailure/tooLarge(limit:)`` when it is longer than `limit` bytes, ``ResultFailure/disk(_:)`` or
    ///   ``ResultFailure/damaged`` when it cannot be read back. Blocks for the disk unless ``isInMemory``.
    public func copyContent(limit: Int) throws(ResultFailure) -> [UInt8] {
        if let plainContent, plainContent.count <= limit { return plainContent }
        guard length <= limit else { throw .tooLarge(limit: limit) }
        if length == 0 { return [] }
        let reader = ResultReader(self, coding: .identity)
        var content = [UInt8](repeating: 0, count: length)
        let outcome = content.withUnsafeMutableBytes { reader.read(into: $0) }
        switch outcome {
        case .bytes(length): return content
        case .failed(let failure): throw failure
        default: throw .damaged
        }
    }

    /// Copies stored bytes from `offset` on until `memory` is full or the segments end, and returns how many; for those
    /// who build a body from ``ResultFraming`` themselves. Blocks for the disk unless ``isInMemory``.
    public func readStored(
        at offset: Int,
        into memory: UnsafeMutableRawBufferPointer
    ) throws(ResultFailure) -> Int {
        try content.read(at: offset, into: memory)
    }
}
