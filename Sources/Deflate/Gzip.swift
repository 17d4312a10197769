/// The parts of a gzip member (RFC 1952) that stand around deflate blocks which exist already.
///
/// A member made of ``header``, stored prefix, segments, stored suffix, ``lastBlock`` and ``trailer(checksum:length:)``
/// is an ordinary one: any reader decodes it, and nothing in it was compressed for it.
public enum Gzip {
    /// The header: deflate, no name, no time, no operating system, so that equal content makes equal bytes.
    public static let header: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0xFF]

    /// An empty block with fixed codes that is marked as the last (RFC 1951 §3.2.3).
    public static let lastBlock: [UInt8] = [0x03, 0x00]

    /// The length of the trailer in bytes.
    public static let trailerLength = 8

    /// The trailer for content of `length` bytes with `checksum`. Only the low 32 bits of the length go in.
    public static func trailer(checksum: CRC32, length: Int) -> [UInt8] {
        let bits = UInt64(checksum.value) | UInt64(UInt32(truncatingIfNeeded: length)) << 32
        return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    }

    /// `content` as stored blocks (RFC 1951 §3.2.4), none of them the last: five bytes more for each 65,535.
    public static func stored(_ content: [UInt8]) -> [UInt8] {
        var blocks: [UInt8] = []
        blocks.reserveCapacity(storedLength(of: content.count))
        var start = 0
        while start < content.count {
            let length = min(content.count - start, DeflateLimits.storedBlockLength)
            let low = UInt8(truncatingIfNeeded: length)
            let high = UInt8(truncatingIfNeeded: length >> 8)
            blocks += [0, low, high, ~low, ~high]
            blocks += content[start..<start + length]
            start += length
        }
        return blocks
    }

    /// The length of what ``stored(_:)`` makes of `length` bytes.
    public static func storedLength(of length: Int) -> Int {
        let blocks = (length + DeflateLimits.storedBlockLength - 1) / DeflateLimits.storedBlockLength
        return length + 5 * blocks
    }
}
