internal import CZlib

/// The checksum of gzip (RFC 1952 §8), over bytes that come in pieces or that were summed apart.
public struct CRC32: Sendable, Equatable {
    /// The checksum of the bytes so far; 0 for none.
    public private(set) var value: UInt32

    /// The checksum of no bytes, or one that was kept.
    public init(_ value: UInt32 = 0) {
        self.value = value
    }

    /// The checksum of `bytes`.
    public init(of bytes: UnsafeRawBufferPointer) {
        value = 0
        update(bytes)
    }

    /// Goes on with `bytes`.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start.assumingMemoryBound(to: UInt8.self), bytes.count))
    }

    /// Goes on with `length` bytes whose own checksum is `following`, without seeing them.
    ///
    /// Costs a fraction of a microsecond whatever the length.
    public mutating func append(_ following: CRC32, length: Int) {
        precondition(length >= 0, "checksum of \(length) bytes")
        value = UInt32(truncatingIfNeeded: crc32_combine(UInt(value), UInt(following.value), length))
    }
}
