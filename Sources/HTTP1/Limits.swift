/// What a request may be at most. What exceeds a limit is refused with the status named beside it.
///
/// A relation between two limits that cannot work (a target longer than the head it stands in) is a programmer's
/// error and traps in ``RequestParser/init(limits:)``; who takes limits from a user checks ``areConsistent`` first.
public struct RequestLimits: Sendable, Equatable {
    /// Bytes of the request target; more is 414.
    public var targetBytes: Int
    /// Header fields; more is 431.
    public var fieldCount: Int
    /// Bytes of the whole head, from the request line to the empty line that ends it; more is 431.
    public var headBytes: Int
    /// Bytes of content, declared or counted chunk by chunk; more is 413. Routes may allow less.
    public var bodyBytes: Int

    /// Limits as given, each with the default that its constant explains.
    public init(
        targetBytes: Int = RequestLimits.defaultTargetBytes,
        fieldCount: Int = RequestLimits.defaultFieldCount,
        headBytes: Int = RequestLimits.defaultHeadBytes,
        bodyBytes: Int = RequestLimits.defaultBodyBytes
    ) {
        self.targetBytes = targetBytes
        self.fieldCount = fieldCount
        self.headBytes = headBytes
        self.bodyBytes = bodyBytes
    }

    /// True when every limit is positive, the target fits into the head, and offsets into the head fit 32 bits.
    public var areConsistent: Bool {
        targetBytes > 0 && fieldCount >= 0 && bodyBytes >= 0
            && headBytes > targetBytes && headBytes <= Int(UInt32.max)
    }

    /// 32 KiB: `GET /api/jobs?ids=` with 1,000 generated task ids of 26 characters takes 27 kB. RFC 9112 section 3
    /// asks for at least 8,000 bytes of request line.
    public static let defaultTargetBytes = 32 * 1_024

    /// 100, as Apache has it: n8n sends six, a browser behind two proxies about thirty.
    public static let defaultFieldCount = 100

    /// 64 KiB: the longest target, and as much again for the fields; large cookies and tokens of gateways end at 16.
    public static let defaultHeadBytes = 64 * 1_024

    /// 1 TiB: the last line of defence against a length that no disk holds; each route has its own, lower limit.
    public static let defaultBodyBytes = 1 << 40
}

/// Limits that the format itself gives no reason to change.
enum FixedLimit {
    /// Bytes of a method. The longest one registered, UPDATEREDIRECTREF, has 17.
    static let methodBytes = 32

    /// Bytes of the extensions of one chunk: signatures of object stores, the only ones in use, take 85. Unbounded,
    /// they let a client keep a server reading without ever giving it a byte of content.
    static let chunkExtensionBytes = 1_024

    /// Hexadecimal digits of a chunk size, zeros included: 60 bits, so that the sum of two sizes cannot overflow.
    static let chunkSizeDigits = 15

    /// Bytes of a body's trailer section, which is checked and dropped.
    static let trailerBytes = 8 * 1_024

    /// Bytes of a media type (the contract's limit; RFC 6838 section 4.2 allows 127 for each half of the name).
    static let mediaTypeBytes = 255

    /// Bytes of a file name (the contract's limit, and that of a name in Linux file systems).
    static let fileNameBytes = 255
}
