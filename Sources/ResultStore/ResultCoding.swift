/// How a result's bytes travel (the content codings of RFC 9110 §8.4.1 that the store knows).
public enum ResultCoding: UInt8, Sendable {
    /// As they are.
    case identity = 0
    /// As a gzip file.
    case gzip = 1
}
