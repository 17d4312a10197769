/// Reads request heads by RFC 9112, strictly, in one pass.
///
/// Sans-IO: the connection collects bytes and calls ``parse(_:into:)`` after each arrival with everything from the
/// head's first byte on. The parser remembers where it stopped, so that all calls together look at each byte once, and
/// it comes to the same outcome however the bytes are cut. It allocates nothing of its own; only
/// ``RequestHead/fields`` grows, once.
///
/// What request smuggling lives on is refused rather than repaired: see ``RequestFailure``.
public struct RequestParser: Sendable {
    /// The limits given.
    public let limits: RequestLimits

    /// What comes next.
    enum Phase: UInt8 {
        /// The first byte of the method, or of an empty line before it.
        case start
        /// The line feed of an empty line before the request line; then `start`.
        case emptyLineEnd
        /// More of the method, or the space behind it; then `target`.
        case method
        /// More of the target, or the space behind it; then `version`.
        case target
        /// More of `HTTP/1.x` and its line end; then `fieldStart`.
        case version
        /// The first byte of a field line, or of the empty line at the end; then `fieldName` or `headEnd`.
        case fieldStart
        /// More of a name, or its colon; then `valueStart`.
        case fieldName
        /// Whitespace before a value, or its first byte; then `value`.
        case valueStart
        /// More of a value, or the carriage return behind it; then `fieldEnd`.
        case value
        /// The line feed that ends a field line; then `fieldStart`.
        case fieldEnd
        /// The line feed that ends the head; then the parser starts again.
        case headEnd
        /// Refused, for the reason in `failure`; stays so until ``RequestParser/reset()``.
        case failed
    }

    /// What a phase came to.
    enum Step {
        /// The next phase can go on.
        case advanced
        /// The bytes ran out.
        case starved
        /// The head is complete.
        case finished
        case refused(RequestFailure)
    }

    var phase = Phase.start
    /// The next byte to look at; everything before it has been judged.
    var position = 0
    /// Where the element that is being read starts: method, target, version or field name.
    var start = 0
    /// Where the name of the present field ends.
    var nameEnd = 0
    /// Where the value of the present field starts.
    var valueStart = 0
    /// The first question mark of the target.
    var questionMark: Int?
    /// What the framing fields said so far.
    var framing = Framing()
    /// Why the head was refused.
    private var failure: RequestFailure?

    /// A parser that waits for the first byte of a head. `limits` must be consistent.
    public init(limits: RequestLimits = RequestLimits()) {
        precondition(limits.areConsistent, "inconsistent limits: \(limits)")
        self.limits = limits
    }

    /// Reads on.
    ///
    /// `bytes` start at the first byte of the head in every call and never get shorter until the head is complete or
    /// refused. Empty lines before a request line are skipped (RFC 9112 section 2.2) and count as part of the head.
    /// After ``ParseOutcome/complete(consumed:)`` the next call starts a new head, and what follows the consumed bytes
    /// is content or the next request.
    public mutating func parse(_ bytes: UnsafeRawBufferPointer, into head: inout RequestHead) -> ParseOutcome {
        let view = unsafe ByteView(bytes)
        precondition(view.count >= position, "parse() was given \(view.count) bytes after \(position) were read")
        // Looking no further than the limit makes the outcome independent of how much has arrived.
        let end = min(view.count, limits.headBytes)
        while true {
            switch advance(view, end, &head) {
            case .advanced:
                continue
            case .starved:
                guard end == limits.headBytes else { return .incomplete }
                return refuse(.headTooLarge)
            case .finished:
                let consumed = position
                reset()
                return .complete(consumed: consumed)
            case .refused(let failure):
                return refuse(failure)
            }
        }
    }

    /// Forgets the present head, so that the next call starts a new one.
    public mutating func reset() {
        phase = .start
        position = 0
        questionMark = nil
        framing = Framing()
        failure = nil
    }

    /// True when nothing of a head has been seen: a connection may be closed here without cutting a request short.
    public var isIdle: Bool { phase == .start && position == 0 }

    private mutating func refuse(_ failure: RequestFailure) -> ParseOutcome {
        phase = .failed
        self.failure = failure
        return .failed(failure)
    }

    @inline(__always)
    private mutating func advance(_ view: ByteView, _ end: Int, _ head: inout RequestHead) -> Step {
        switch phase {
        case .start, .emptyLineEnd: readStart(view, end, &head)
        case .method: readMethod(view, end, &head)
        case .target: readTarget(view, end, &head)
        case .version: readVersion(view, end, &head)
        case .fieldStart, .fieldName, .valueStart, .value, .fieldEnd, .headEnd: readFields(view, end, &head)
        case .failed: .refused(failure ?? .malformedRequestLine)
        }
    }
}

/// What a call of ``RequestParser/parse(_:into:)`` came to.
public enum ParseOutcome: Sendable, Equatable {
    /// The head goes on beyond the bytes given.
    case incomplete
    /// The head is in `head` and took this many bytes.
    case complete(consumed: Int)
    /// The request is refused; the answer says why and closes the connection.
    case failed(RequestFailure)
}
