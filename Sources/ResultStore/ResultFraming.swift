internal import Deflate

/// What stands before and after a result's bytes in a body.
///
/// For ``ResultCoding/gzip`` the body is ``head``, the stored bytes as they are, and ``tail``: one gzip member, in
/// which the prefix and the suffix are stored blocks. For ``ResultCoding/identity`` it is ``head``, the content, and
/// ``tail``.
public struct ResultFraming: Sendable {
    /// The bytes before.
    public let head: [UInt8]
    /// The bytes after.
    public let tail: [UInt8]
    /// The length of the whole body in bytes.
    public let length: Int

    /// The framing of `result` with `prefix` and `suffix` around its content, such as the two halves of a JSON
    /// envelope.
    public init(_ result: StoredResult, coding: ResultCoding, prefix: [UInt8] = [], suffix: [UInt8] = []) {
        switch coding {
        case .identity:
            head = prefix
            tail = suffix
            length = prefix.count + result.length + suffix.count
        case .gzip:
            var checksum = prefix.withUnsafeBytes { CRC32(of: $0) }
            checksum.append(result.checksum, length: result.length)
            suffix.withUnsafeBytes { checksum.update($0) }
            let contentLength = prefix.count + result.length + suffix.count
            head = Gzip.header + Gzip.stored(prefix)
            tail = Gzip.stored(suffix) + Gzip.lastBlock + Gzip.trailer(checksum: checksum, length: contentLength)
            length = head.count + result.storedLength + tail.count
        }
    }
}
