import UpdateProtocol

/// Everything of an answer but its body and its framing: the transports turn it into bytes and add `Content-Length` or
/// `Transfer-Encoding`, `Connection` and `Date` themselves.
///
/// The names and values to send, and their order, come from ``forEachField(_:)``, for both transports alike.
struct ResponseFields: Sendable {
    /// The status code.
    var status: Int
    /// The media type of what the bridge writes; nil when there is no body, or when ``texts`` says it.
    var contentType: ContentType?
    /// True for the 200s of the kept routes: `X-API-Version: 1.1` and `X-Async-Processing: true`.
    var isJobAnswer = false
    /// True for what a cache must not keep: `Cache-Control: no-store`.
    var isNotStored = true
    /// True when the answer depends on `Accept-Encoding`.
    var varyAcceptEncoding = false
    /// True when the body that the transport sends is compressed: `Content-Encoding: gzip`.
    var isGzip = false
    /// True when the transport must close the connection after the answer.
    var closes = false
    /// Seconds after which asking again makes sense.
    var retryAfter: Int?
    /// The methods that the route knows, with a 405.
    var allow: StaticString?
    /// Fields with values of their own, in order.
    private(set) var texts: [TextField] = []

    /// False for answers that never have a body, and must not say how long it would be (RFC 9110 §8.6), and for those
    /// whose body has no end.
    var hasLength: Bool { status != 204 && status != 304 && contentType != .events }

    /// What the bridge writes itself.
    enum ContentType: Sendable {
        case json, problem, events, metrics

        var text: StaticString {
            switch self {
            case .json: "application/json; charset=utf-8"
            case .problem: "application/problem+json"
            case .events: "text/event-stream"
            case .metrics: "text/plain; version=0.0.4; charset=utf-8"
            }
        }
    }

    /// A field whose value is not known beforehand.
    struct TextField: Sendable {
        let name: StaticString
        let lowercase: StaticString
        let value: String
    }

    init(_ status: Int, _ contentType: ContentType? = .json) {
        self.status = status
        self.contentType = contentType
    }

    /// Adds a field whose value is not known beforehand.
    mutating func add(_ name: StaticString, _ lowercase: StaticString, _ value: String) {
        texts.append(TextField(name: name, lowercase: lowercase, value: value))
    }

    /// Where the job is found that a 202 speaks of.
    mutating func setLocation(_ path: String) {
        texts.append(TextField(name: "Location", lowercase: "location", value: path))
    }

    /// The version of the job that the answer is about.
    mutating func setVersionTag(_ version: UInt64) {
        texts.append(TextField(name: "ETag", lowercase: "etag", value: "W/\"\(version)\""))
    }

    /// The wait that was asked for is granted, for at most that long (RFC 7240 §3 and §4.3).
    mutating func setWait(_ seconds: Int) {
        texts.append(
            TextField(name: "Preference-Applied", lowercase: "preference-applied", value: "wait=\(seconds)")
        )
    }

    /// The body is frames for a worker.
    mutating func setUpdates() {
        let type = UpdateMediaType.name.description
        texts.append(TextField(name: "Content-Type", lowercase: "content-type", value: type))
    }

    /// The body is a stored result as it is.
    ///
    /// - Parameter disposition: the value of `Content-Disposition`, where there is one.
    mutating func setStored(mediaType: String, disposition: String?) {
        texts.append(TextField(name: "Content-Type", lowercase: "content-type", value: mediaType))
        // A document that a worker stored must not run as a page of this origin.
        texts.append(
            TextField(name: "Content-Security-Policy", lowercase: "content-security-policy", value: "sandbox")
        )
        guard let disposition else { return }
        texts.append(TextField(name: "Content-Disposition", lowercase: "content-disposition", value: disposition))
    }
}
