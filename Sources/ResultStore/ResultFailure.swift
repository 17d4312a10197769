public import JSON

/// Why a result cannot be stored, or read.
public enum ResultFailure: Error, Equatable, Sendable {
    /// It was declared JSON and is not; the offset is one of the content, before any coding.
    case malformedJSON(JSONFailure)
    /// It is longer than the limit for one result, in bytes before compression.
    case tooLarge(limit: Int)
    /// It was declared gzip and is not, or its checksum or length is wrong, or its end is missing.
    case corruptGzip
    /// Bytes between those held and those offered are missing; the sender goes on at `held`. The writer stays usable.
    case missingBytes(held: Int)
    /// The sender counted another number of bytes than the `held` ones. The writer stays usable.
    case wrongLength(held: Int)
    /// The bytes that arrived do not have the digest that the sender gave.
    case wrongDigest
    /// The store has no room: its quota of bytes or files is used up.
    case storeFull
    /// The disk refused.
    case disk(DiskFailure)
    /// The writer was finished or abandoned before.
    case ended
    /// What was stored does not read back as it was written.
    case damaged
}

extension ResultFailure: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .malformedJSON(let failure): "not valid JSON: \(failure)"
        case .tooLarge(let limit): "the result is longer than \(limit) bytes"
        case .corruptGzip: "not a valid gzip file"
        case .missingBytes(let held): "bytes are missing after the first \(held)"
        case .wrongLength(let held): "the length does not match the \(held) bytes that arrived"
        case .wrongDigest: "the digest does not match the bytes that arrived"
        case .storeFull: "there is no room for more results"
        case .disk(let failure): "\(failure)"
        case .ended: "the result was finished or abandoned before"
        case .damaged: "the stored result is damaged"
        }
    }
}
