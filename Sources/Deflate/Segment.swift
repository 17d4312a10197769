/// One byte-aligned run of deflate blocks that needs nothing before it.
public struct Segment: Sendable, Equatable {
    /// The number of bytes that went in.
    public let length: Int
    /// The number of bytes that came out.
    public let storedLength: Int
    /// The checksum of the bytes that went in.
    public let checksum: CRC32

    /// A segment of `length` bytes in `storedLength`.
    public init(length: Int, storedLength: Int, checksum: CRC32) {
        self.length = length
        self.storedLength = storedLength
        self.checksum = checksum
    }
}
