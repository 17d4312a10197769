import ResultStore
import StatusCore

/// A result that is about to arrive: what `PUT …/result` said before its body.
struct ResultUpload: Sendable {
    let taskID: TaskID
    /// As it was sent, checked against RFC 9110 §8.3.1, at most 255 bytes; `application/octet-stream` when absent.
    let mediaType: String
    /// From `Content-Disposition`, at most 255 bytes, no control characters.
    let name: String?
    /// How the body is coded on the wire.
    let coding: ResultCoding
    /// True when the bytes must be checked as one JSON value while they arrive.
    let isJSON: Bool
    /// The attempt that the result belongs to; 0 is the current one.
    let attempt: UInt32
    /// True when the job completes with it (`?complete=1`).
    let completes: Bool
    /// What the answer needs of the request.
    let context: AnswerContext

    /// How the transport's part ended.
    enum Outcome: Sendable {
        /// Every byte is in the store.
        case stored(StoredResult)
        /// The body is not what it was declared to be (JSON, gzip); `String` says where and why, for people.
        case malformed(String)
        /// It is larger than a result may be.
        case tooLarge
        /// The store's quota is used up.
        case full
        /// The store cannot keep it: disk full, I/O error.
        case failed(String)
    }
}
