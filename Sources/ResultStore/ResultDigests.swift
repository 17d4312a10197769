internal import Crypto
internal import Deflate

/// The SHA-256 digests of a result's two forms, each of 32 bytes; without an envelope around them.
public struct ResultDigests: Sendable, Equatable {
    /// The digest of the content.
    public let identity: [UInt8]
    /// The digest of the whole gzip file that a reader gets.
    public let gzip: [UInt8]

    public init(identity: [UInt8], gzip: [UInt8]) {
        self.identity = identity
        self.gzip = gzip
    }

    /// The digest of the form that goes out in `coding`.
    public subscript(coding: ResultCoding) -> [UInt8] {
        switch coding {
        case .identity: identity
        case .gzip: gzip
        }
    }
}

/// The digests of a result on its way in.
struct ArrivalHashes {
    private var content = SHA256()
    private var gzip = SHA256()
    /// Of the bytes as they are sent, where these are neither of the two.
    private var sent: SHA256?

    init(_ coding: ResultCoding) {
        sent = coding == .gzip ? SHA256() : nil
        Gzip.header.withUnsafeBytes { gzip.update(bufferPointer: $0) }
    }

    /// Takes the next bytes as they are sent.
    mutating func addSent(_ bytes: UnsafeRawBufferPointer) {
        sent?.update(bufferPointer: bytes)
    }

    /// Takes the next bytes of the content.
    mutating func addContent(_ bytes: UnsafeRawBufferPointer) {
        content.update(bufferPointer: bytes)
    }

    /// Takes the next bytes of the segments.
    mutating func addStored(_ bytes: UnsafeRawBufferPointer) {
        gzip.update(bufferPointer: bytes)
    }

    /// The digest of what was sent so far.
    func digestOfSent() -> [UInt8] {
        Array((sent ?? content).finalize())
    }

    /// The digests of the whole.
    ///
    /// - Parameter index: the segments of which the bytes were taken.
    func digests(_ index: SegmentIndex) -> ResultDigests {
        var gzip = gzip
        let tail = Gzip.lastBlock + Gzip.trailer(checksum: index.checksum, length: index.length)
        tail.withUnsafeBytes { gzip.update(bufferPointer: $0) }
        return ResultDigests(identity: Array(content.finalize()), gzip: Array(gzip.finalize()))
    }
}
