import HTTP1

/// What a request that reads one job asks for beyond the kept contract.
struct ReadOptions: Sendable {
    /// Seconds for which the answer may wait, cut to what the server allows; nil for an answer at once.
    private(set) var wait: Int?
    /// The version that the client has seen: the wait ends with any other. Without it, with the job's end.
    private(set) var seenVersion: UInt64?
    /// `If-None-Match`; nil when there was none, and then the answer has no `ETag` either.
    private(set) var condition: VersionTags?
    /// `result=0`: a status answer without the result.
    private(set) var leavesResultOut = false
    /// `raw=1`: the stored bytes without an envelope.
    private(set) var isRaw = false
    /// `partial=1`: what there is of the result, whatever the job's state.
    private(set) var isPartial = false
    /// `follow=1`: and what is still to come of it.
    private(set) var follows = false
    /// What it says about stored bytes; looked at for results only.
    var conditions: ResultConditions?
    /// The client takes gzip.
    var allowsGzip = false

    /// Nothing of it: an answer to the kept contract, at once.
    init() {}

    /// - Parameter maximumWait: in seconds; longer waits are cut to it.
    init(_ request: BridgeRequest, maximumWait: Int) throws(ErrorAnswer) {
        if !request.query.isEmpty { try take(request.query, maximumWait) }
        take(request.fields, request.bytes, maximumWait)
        // A HEAD asks what there is, not for what will be.
        if request.method == .head { wait = nil }
    }

    /// Of parameters of one name the first counts; empty ones ask for nothing, as a form sends them.
    private mutating func take(_ query: UnsafeRawBufferPointer, _ maximumWait: Int) throws(ErrorAnswer) {
        var items = QueryItems()
        var version: UInt64?
        var hasResult = false
        var hasRaw = false
        var (hasPartial, hasFollow) = (false, false)
        while let item = items.next(in: query) {
            let name = query.part(item.name)
            guard let range = item.value, !range.isEmpty else { continue }
            let value = query.part(range)
            if wait == nil, PercentEncoding.matches(name, "wait") {
                guard let seconds = Self.seconds(value) else {
                    throw .malformed("wait must be a whole number of seconds")
                }
                wait = min(seconds, maximumWait)
            } else if version == nil, PercentEncoding.matches(name, "version") {
                guard let number = Digits.parse(value) else { throw .malformed("version must be a whole number") }
                version = UInt64(number)
            } else if !hasResult, PercentEncoding.matches(name, "result") {
                hasResult = true
                leavesResultOut = ASCII.equal(value, "0")
            } else if !hasRaw, PercentEncoding.matches(name, "raw") {
                hasRaw = true
                isRaw = ASCII.equal(value, "1")
            } else if !hasPartial, PercentEncoding.matches(name, "partial") {
                hasPartial = true
                isPartial = ASCII.equal(value, "1")
            } else if !hasFollow, PercentEncoding.matches(name, "follow") {
                hasFollow = true
                follows = ASCII.equal(value, "1")
            }
        }
        seenVersion = version
    }

    private mutating func take(_ fields: [HeaderField], _ bytes: UnsafeRawBufferPointer, _ maximumWait: Int) {
        for field in fields {
            switch field.name.count {
            case 6 where wait == nil && Self.isNamed(field, "prefer", in: bytes):
                wait = Prefer.wait(in: bytes.part(field.value)).map { min($0, maximumWait) }
            case 13 where Self.isNamed(field, "if-none-match", in: bytes):
                var tags = condition ?? VersionTags()
                tags.add(bytes.part(field.value))
                condition = tags
            default:
                break
            }
        }
    }

    /// A whole number, however large: what is too long to wait is cut, not refused.
    private static func seconds(_ value: UnsafeRawBufferPointer) -> Int? {
        Digits.parse(value) ?? (value.allSatisfy { (0x30...0x39).contains($0) } ? .max : nil)
    }

    private static func isNamed(
        _ field: HeaderField,
        _ lowercaseName: StaticString,
        in bytes: UnsafeRawBufferPointer
    ) -> Bool {
        ASCII.equalIgnoringCase(bytes.part(field.name), lowercaseName.bytes)
    }
}
