/// What a request's head says, as offsets into the bytes that were parsed.
///
/// ``RequestParser`` fills it; a connection keeps one and uses it again for each request, so that the memory of
/// ``fields`` is allocated once. Offsets count from the first byte handed to the parser and mean something only
/// beside those bytes, and only after ``ParseOutcome/complete(consumed:)``.
public struct RequestHead: Sendable {
    /// The method.
    public internal(set) var method: HTTPMethod = .other
    /// Where the method stands, for a method that ``HTTPMethod`` does not know.
    public internal(set) var methodRange: Range<Int> = 0..<0
    /// The form of the request target.
    public internal(set) var targetForm: TargetForm = .origin
    /// The whole request target as sent.
    public internal(set) var target: Range<Int> = 0..<0
    /// The path, percent-encoded as sent, from its first slash on. Empty, which means `/`, when an absolute target
    /// has none; empty also for ``TargetForm/authority`` and ``TargetForm/asterisk``.
    public internal(set) var path: Range<Int> = 0..<0
    /// What follows the question mark, percent-encoded as sent; nil without a question mark.
    public internal(set) var query: Range<Int>?
    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    public internal(set) var minorVersion: UInt8 = 1
    /// The host asked for, with its port where one was sent, checked by the rules of ``Authority``: the authority of
    /// an absolute target, else the value of Host, which may be empty; nil for HTTP/1.0 without either.
    public internal(set) var host: Range<Int>?
    /// How much content follows the head.
    public internal(set) var bodyLength: BodyLength = .none
    /// True when the connection must end after the answer: the client asked for it, or speaks HTTP/1.0 and did not ask
    /// for keep-alive. The answer must then say `Connection: close`.
    public internal(set) var closes = false
    /// True when the client sent `Connection: close`.
    public internal(set) var hasConnectionClose = false
    /// True when the client waits for `100 Continue` before it sends the content that it announced.
    public internal(set) var expectsContinue = false
    /// All fields in the order sent.
    public internal(set) var fields: [HeaderField] = []

    /// An empty head without memory of its own.
    public init() {}

    /// True when a client of HTTP/1.0 asked for keep-alive and must be told `Connection: keep-alive` to rely on it.
    public var needsKeepAliveEcho: Bool { minorVersion == 0 && !closes }

    /// True when the answer may be chunked; HTTP/1.0 does not know chunks (RFC 9112 section 7.1), and content of
    /// unknown length then ends with the connection.
    public var allowsChunkedAnswer: Bool { minorVersion > 0 }

    /// Where the value of the first field of that name stands; `lowercaseName` is ASCII without capitals, and `bytes`
    /// are those that were parsed.
    public func value(of lowercaseName: StaticString, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        unsafe fields.value(of: lowercaseName, in: bytes)
    }

    /// Makes the head empty and keeps the memory of ``fields``.
    mutating func removeAll() {
        methodRange = 0..<0
        target = 0..<0
        path = 0..<0
        query = nil
        minorVersion = 1
        host = nil
        bodyLength = .none
        closes = false
        hasConnectionClose = false
        expectsContinue = false
        fields.removeAll(keepingCapacity: true)
    }
}

/// The forms of a request target (RFC 9112 section 3.2).
public enum TargetForm: UInt8, Sendable {
    /// `/path?query`.
    case origin
    /// `http://host/path?query`, as sent to proxies; servers must accept it.
    case absolute
    /// `host:port`, with CONNECT only.
    case authority
    /// `*`, with OPTIONS only.
    case asterisk
}

/// How much content follows a head.
public enum BodyLength: Sendable, Equatable {
    /// None: no framing field, or a length of 0.
    case none
    /// This many bytes, at least 1.
    case known(Int)
    /// Chunks, to be read by a ``ChunkedDecoder``.
    case chunked
}
