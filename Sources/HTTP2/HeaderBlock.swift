/// One head, a request's or a response's: all names and values in one run of bytes, and where each one stands.
///
/// Names are in lower case. Pseudo fields (RFC 9113 §8.3) are kept apart from ``fields`` and have accessors of their
/// own. A received block is checked by nghttp2: the pseudo fields that its kind of message must have are there once (a
/// request has method, scheme and path, but CONNECT has method and authority only), names and values hold only the
/// bytes that RFC 9113 §8.2.1 allows, and fields of a connection are absent.
///
/// It is a value: a copy may be kept after the call that brought it. A block that is emptied with ``removeAll()`` and
/// filled again keeps its memory.
public struct HeaderBlock: Sendable {
    /// Where one field's name and value stand in ``HeaderBlock/bytes``.
    public struct Field: Hashable, Sendable {
        /// Where the name stands.
        public let name: Range<Int>
        /// Where the value stands.
        public let value: Range<Int>
    }

    /// The pseudo fields of a message.
    enum Pseudo: Int, CaseIterable {
        case method, scheme, authority, path, status
    }

    /// Every name and value, one behind the other.
    public internal(set) var bytes: [UInt8] = []
    /// The fields without the pseudo fields, in the order in which they came; a name may come more than once.
    public internal(set) var fields: [Field] = []
    /// The pseudo fields, by the raw value of ``Pseudo``.
    var pseudo: [5 of Field?] = .init(repeating: nil)

    /// An empty block.
    public init() {}

    /// The value of `:method`, as a range of ``bytes``.
    public var method: Range<Int>? { pseudo[Pseudo.method.rawValue]?.value }
    /// The value of `:scheme`, as a range of ``bytes``.
    public var scheme: Range<Int>? { pseudo[Pseudo.scheme.rawValue]?.value }
    /// The value of `:authority`, as a range of ``bytes``.
    public var authority: Range<Int>? { pseudo[Pseudo.authority.rawValue]?.value }
    /// The value of `:path` with its query, as a range of ``bytes``; never empty.
    public var path: Range<Int>? { pseudo[Pseudo.path.rawValue]?.value }

    /// The status of a response, 100 to 999; nil in a request.
    public var status: Int? {
        guard let range = pseudo[Pseudo.status.rawValue]?.value, range.count == 3 else { return nil }
        var number = 0
        for digit in bytes[range] {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number
    }

    /// Calls `body` with ``bytes``, which are valid during the call only.
    @inlinable
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes(body)
    }

    /// Where the first value of a field stands, or nil; `name` is in lower case and no pseudo field.
    public func value(of name: StaticString) -> Range<Int>? {
        for field in fields where matches(field.name, name) {
            return field.value
        }
        return nil
    }

    /// The text of a range of ``bytes``, repaired where it is not UTF-8; meant for tests and cold paths.
    public func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return bytes[range].elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}
