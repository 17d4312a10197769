internal import Deflate

/// The segments of a result, as they become whole.
struct SegmentIndex: Sendable {
    private(set) var parts: [StoredResult.Part] = []
    /// The content bytes of all of them.
    private(set) var length = 0
    /// Their stored bytes.
    private(set) var storedLength = 0
    /// The checksum of their content.
    private(set) var checksum = CRC32()

    /// Adds the next segment.
    mutating func append(_ segment: Segment) {
        parts.append(StoredResult.Part(offset: length, storedOffset: storedLength, segment: segment))
        length += segment.length
        storedLength += segment.storedLength
        checksum.append(segment.checksum, length: segment.length)
    }
}
