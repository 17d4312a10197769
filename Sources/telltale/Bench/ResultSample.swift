import Deflate
import Glibc

/// The results of a measurement: any number of bytes of text whose every part can be told again.
struct ResultSample: Sendable {
    /// Longer than the window of deflate, so that its repetition helps no compressor.
    private static let period = 1_048_576
    private let block: [UInt8]
    /// The number of bytes.
    let length: Int

    init(length: Int) {
        self.length = length
        var choices = Choices(among: 16, seed: 1)
        let digits = Array("0123456789abcdef".utf8)
        block = (0..<Self.period).map { _ in digits[choices.next().job] }
    }

    /// Calls `body` with bytes from `offset` on, at least one before the end.
    func withBytes<R, E>(from offset: Int, _ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let start = offset % Self.period
        let count = min(length - offset, Self.period - start)
        return try block.span.bytes.withUnsafeBytes { (bytes) throws(E) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        }
    }

    /// True when `bytes` are those from `offset` on.
    func matches(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard bytes.count <= length - offset else { return false }
        var rest = bytes
        var position = offset
        while !rest.isEmpty {
            let (count, isEqual) = withBytes(from: position) { own in
                let count = min(own.count, rest.count)
                guard let left = own.baseAddress, let right = rest.baseAddress else { return (count, count == 0) }
                return (count, memcmp(left, right, count) == 0)
            }
            guard isEqual, count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            position += count
        }
        return true
    }

    /// The checksum of the whole.
    func checksum() -> CRC32 {
        var checksum = CRC32()
        var offset = 0
        while offset < length {
            offset += withBytes(from: offset) { bytes in
                checksum.update(bytes)
                return bytes.count
            }
        }
        return checksum
    }
}
