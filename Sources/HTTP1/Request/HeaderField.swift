/// One header field: where its name and its value stand in the bytes of a head. Both are without whitespace around.
///
/// 16 bytes, so that a head of thirty fields is half a kilobyte.
public struct HeaderField: Sendable, Hashable {
    private let nameStart: UInt32
    private let nameEnd: UInt32
    private let valueStart: UInt32
    private let valueEnd: UInt32

    /// A field whose ranges lie within the first 4 GiB of a head.
    @inline(__always)
    public init(name: Range<Int>, value: Range<Int>) {
        let bounds = name.lowerBound | name.upperBound | value.lowerBound | value.upperBound
        precondition(bounds >> 32 == 0, "offsets of a header field beyond 32 bits")
        nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
        nameEnd = UInt32(truncatingIfNeeded: name.upperBound)
        valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
        valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
    }

    /// Where the name stands; its case is the sender's.
    @inline(__always)
    public var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }

    /// Where the value stands; it may be empty.
    @inline(__always)
    public var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}

/// Looking fields up. `bytes` are those that the fields point into; names are compared without regard to case.
extension Array where Element == HeaderField {
    /// Where the value of the first field of that name stands; `lowercaseName` is ASCII without capitals.
    public func value(of lowercaseName: StaticString, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        let view = unsafe ByteView(bytes)
        for field in self where view.matches(field.name, lowercaseName) { return field.value }
        return nil
    }

    /// Calls `body` with the value of each field of that name, in the order sent.
    ///
    /// A list-based field may come in several lines, which mean the same as one line joined by commas
    /// (RFC 9110 section 5.3).
    public func forEachValue(
        of lowercaseName: StaticString,
        in bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        let view = unsafe ByteView(bytes)
        for field in self where view.matches(field.name, lowercaseName) {
            unsafe body(view.slice(field.value))
        }
    }

    /// The number of fields of that name.
    public func count(of lowercaseName: StaticString, in bytes: UnsafeRawBufferPointer) -> Int {
        let view = unsafe ByteView(bytes)
        var count = 0
        for field in self where view.matches(field.name, lowercaseName) { count &+= 1 }
        return count
    }
}
