internal import Deflate
internal import Glibc

/// All of a stored result that has to be kept elsewhere for it to be found again by another process: everything but
/// the bytes of a large one, which are in a file.
public struct ResultRecord: Sendable, Equatable {
    /// The store's number for the result.
    public var id: UInt64
    public var mediaType: String
    public var name: String?
    /// The content was checked to be one JSON value in UTF-8.
    public var isJSON: Bool
    /// When it was whole, in milliseconds since 1970 UTC.
    public var storedAt: Int64
    /// The SHA-256 digests of the content and of the gzip file, 32 bytes each.
    public var digests: ResultDigests
    /// The segments in their order: of each three numbers of 32 bits, least significant byte first, for the length of
    /// its content, its stored length, and the CRC-32 of its content.
    public var segments: [UInt8]
    /// The compressed bytes of a small result; nil where they are in the file.
    public var content: [UInt8]?

    public init(
        id: UInt64,
        mediaType: String,
        name: String?,
        isJSON: Bool,
        storedAt: Int64,
        digests: ResultDigests,
        segments: [UInt8],
        content: [UInt8]?
    ) {
        self.id = id
        self.mediaType = mediaType
        self.name = name
        self.isJSON = isJSON
        self.storedAt = storedAt
        self.digests = digests
        self.segments = segments
        self.content = content
    }
}

extension StoredResult {
    /// What has to be kept of it.
    public var record: ResultRecord {
        var segments: [UInt8] = []
        segments.reserveCapacity(parts.count * ResultRecord.bytesPerSegment)
        for part in parts {
            let segment = part.segment
            for number in [segment.length, segment.storedLength, Int(segment.checksum.value)] {
                withUnsafeBytes(of: UInt32(number).littleEndian) { segments += $0 }
            }
        }
        var bytes: [UInt8]?
        if case .memory(let content) = content.place { bytes = content }
        return ResultRecord(
            id: id,
            mediaType: mediaType,
            name: name,
            isJSON: isJSON,
            storedAt: storedAt,
            digests: digests,
            segments: segments,
            content: bytes
        )
    }
}

extension ResultRecord {
    fileprivate static let bytesPerSegment = 12

    /// nil where the bytes are none of ours.
    fileprivate var index: SegmentIndex? {
        guard segments.count % Self.bytesPerSegment == 0 else { return nil }
        var index = SegmentIndex()
        for start in stride(from: 0, to: segments.count, by: Self.bytesPerSegment) {
            func number(_ place: Int) -> UInt32 {
                (0..<4).reduce(0) { $0 | UInt32(segments[start + 4 * place + $1]) << (8 * $1) }
            }
            index.append(
                Segment(length: Int(number(0)), storedLength: Int(number(1)), checksum: CRC32(number(2)))
            )
        }
        return index
    }
}

/// Results that another process stored in the folder of this one.
extension ResultStore {
    /// Brings a result back; false where its bytes are not there, or not all of them. Its number is taken from then on.
    /// Before the first result is begun.
    public func restore(_ record: ResultRecord) -> Bool {
        guard let index = record.index, record.digests.identity.count == 32, record.digests.gzip.count == 32,
            let content = content(of: record, length: index.storedLength)
        else { return false }
        var plain: [UInt8]?
        func make() -> StoredResult {
            StoredResult(
                id: record.id,
                description: ResultDescription(
                    mediaType: record.mediaType,
                    name: record.name,
                    coding: .identity,
                    isJSON: record.isJSON
                ),
                storedAt: record.storedAt,
                index: index,
                digests: record.digests,
                content: content,
                plainContent: plain
            )
        }
        if index.length <= ResultLimits.plainLength { plain = try? make().copyContent(limit: ResultLimits.plainLength) }
        put(make())
        return true
    }

    /// What is there counts, and stays where a limit is lower now.
    private func content(of record: ResultRecord, length: Int) -> ResultContent? {
        if let bytes = record.content {
            guard bytes.count == length else { return nil }
            let share = QuotaShare(of: quota, storedBytes: length, memoryBytes: length)
            return ResultContent(place: .memory(bytes), length: length, share: share)
        }
        guard let path = folder.path(of: record.id), let file = TemporaryFile(kept: path, length: length) else {
            return nil
        }
        let share = QuotaShare(of: quota, storedBytes: length, memoryBytes: 0)
        return ResultContent(place: .file(file), length: length, share: share)
    }

    /// Removes the files of results that this store does not have: what a process left that was killed. Returns how
    /// many there were.
    public func removeOrphans() -> Int {
        guard folder.keepsFiles, let directory = opendir(folder.path) else { return 0 }
        defer { closedir(directory) }
        var orphans: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if ResultFolder.isOurs(name), UInt64(name.dropFirst(ResultFolder.prefix.count)).flatMap(result) == nil {
                orphans.append(name)
            }
        }
        for name in orphans { unlink("\(folder.path)/\(name)") }
        return orphans.count
    }
}
