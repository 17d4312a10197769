/// What the fields that rule framing and connection have said so far (RFC 9112 sections 3.2, 6 and 9).
struct Framing: Sendable {
    /// The value of Content-Length.
    private var length: Int?
    /// What Transfer-Encoding said.
    private var coding = Coding.none
    /// Whether a Host came; its range may be replaced by an absolute target's.
    private var hasHost = false
    /// `keep-alive` was among the options of Connection.
    private var keepsAlive = false
    /// `100-continue` was expected.
    private var expectsContinue = false

    private enum Coding {
        case none
        /// `chunked` and nothing else: the one coding that is accepted.
        case chunked
        /// Several codings, of which the last is `chunked`.
        case unsupported
        /// Anything else, and any second line.
        case malformed
    }

    init() {}

    /// Takes notice of a field.
    @inline(__always)
    mutating func note(
        _ view: ByteView,
        name: Range<Int>,
        value: Range<Int>,
        _ head: inout RequestHead
    ) -> RequestFailure? {
        // Of the lengths below, Accept and Cookie share 6 and User-Agent 10; most fields end here.
        switch name.count {
        case 4 where view.matches(name, "host"):
            return noteHost(view, value, &head)
        case 6 where view.matches(name, "expect"):
            if view.matches(value, "100-continue") { expectsContinue = true }
        case 10 where view.matches(name, "connection"):
            noteConnection(view, value, &head)
        case 14 where view.matches(name, "content-length"):
            return noteLength(view, value)
        case 17 where view.matches(name, "transfer-encoding"):
            noteCoding(view, value)
        default: break
        }
        return nil
    }

    private mutating func noteHost(
        _ view: ByteView,
        _ value: Range<Int>,
        _ head: inout RequestHead
    ) -> RequestFailure? {
        guard !hasHost else { return .severalHosts }
        hasHost = true
        guard Authority(view, in: value) != nil else { return .malformedHost }
        // The authority of an absolute target replaces Host (RFC 9112 section 3.2.2).
        if head.host == nil { head.host = value }
        return nil
    }

    private mutating func noteConnection(_ view: ByteView, _ value: Range<Int>, _ head: inout RequestHead) {
        if view.matches(value, "close") { return head.hasConnectionClose = true }
        var members = ListMembers(view, value)
        while let member = members.next() {
            if view.matches(member, "close") { head.hasConnectionClose = true }
            if view.matches(member, "keep-alive") { keepsAlive = true }
        }
    }

    private mutating func noteLength(_ view: ByteView, _ value: Range<Int>) -> RequestFailure? {
        // Equal repetitions may be merged or refused (RFC 9110 section 8.6); a client of ours sends none.
        guard length == nil else { return .severalLengths }
        length = view.decimal(in: value)
        return length == nil ? .malformedLength : nil
    }

    private mutating func noteCoding(_ view: ByteView, _ value: Range<Int>) {
        guard coding == .none else { return coding = .malformed }
        if view.matches(value, "chunked") { return coding = .chunked }
        var last: Range<Int>?
        var members = ListMembers(view, value)
        while let member = members.next() { last = member }
        guard let last else { return coding = .malformed }
        coding = view.matches(last, "chunked") ? .unsupported : .malformed
    }

    /// Draws the conclusions when all fields have been seen.
    func conclude(_ limits: RequestLimits, _ head: inout RequestHead) -> RequestFailure? {
        if head.minorVersion > 0, !hasHost { return .missingHost }
        head.closes = head.hasConnectionClose || (head.minorVersion == 0 && !keepsAlive)
        if coding != .none {
            if length != nil { return .lengthWithCoding }
            if head.minorVersion == 0 { return .codingInOldVersion }
        }
        switch coding {
        case .malformed: return .malformedCoding
        case .unsupported: return .unsupportedCoding
        case .chunked: head.bodyLength = .chunked
        case .none:
            guard let length, length > 0 else { break }
            guard length <= limits.bodyBytes else { return .bodyTooLarge }
            head.bodyLength = .known(length)
        }
        // Without content there is nothing to continue with, and HTTP/1.0 has no 100 (RFC 9110 section 10.1.1).
        head.expectsContinue = expectsContinue && head.minorVersion > 0 && head.bodyLength != .none
        return nil
    }
}
