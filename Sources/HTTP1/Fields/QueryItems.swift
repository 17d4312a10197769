/// The `name=value` pairs of a query string, in order, as offsets into its bytes and still encoded.
///
/// Empty pairs (`a=1&&b=2`) are skipped. Names and values are decoded with `plusIsSpace` (``PercentEncoding``).
public struct QueryItems: Sendable {
    /// One pair.
    public struct Item: Sendable, Equatable {
        /// Where the name stands.
        public let name: Range<Int>
        /// Where the value stands; nil when there is no equals sign.
        public let value: Range<Int>?
    }

    private var position = 0

    /// Before the first pair.
    public init() {}

    /// The next pair of `query`, which must be the same bytes in every call; nil at the end.
    public mutating func next(in query: UnsafeRawBufferPointer) -> Item? {
        let view = unsafe ByteView(query)
        while position < view.count {
            let start = position
            let end = view.firstIndex(of: UInt8(ascii: "&"), in: start..<view.count) ?? view.count
            position = end &+ 1
            guard end > start else { continue }
            guard let equals = view.firstIndex(of: ASCII.equals, in: start..<end) else {
                return Item(name: start..<end, value: nil)
            }
            return Item(name: start..<equals, value: equals &+ 1..<end)
        }
        return nil
    }

    /// Where the value of the first pair named `name` stands, empty for a pair without an equals sign; nil when there
    /// is no such pair. Names are compared after decoding.
    public static func value(of name: StaticString, in query: UnsafeRawBufferPointer) -> Range<Int>? {
        var items = QueryItems()
        while let item = unsafe items.next(in: query) {
            let sent = unsafe UnsafeRawBufferPointer(rebasing: query[item.name])
            if unsafe PercentEncoding.matches(sent, name, plusIsSpace: true) {
                return item.value ?? item.name.upperBound..<item.name.upperBound
            }
        }
        return nil
    }
}

/// Numbers in text that a peer sent.
public enum Digits {
    /// The number that `bytes` say in decimal digits alone; nil for signs, spaces, nothing, and what exceeds `Int`.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let view = unsafe ByteView(bytes)
        return view.decimal(in: view.indices)
    }
}
