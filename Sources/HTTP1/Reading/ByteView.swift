/// A run of borrowed bytes with a checked index: every read of raw memory in this target goes through here.
///
/// It must not outlive the call that lent the bytes. An index out of range traps.
@safe
struct ByteView {
    private let base: UnsafeRawPointer
    /// The number of bytes.
    let count: Int

    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; with a count of 0 the stand-in is never read.
        unsafe base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        count = bytes.count
    }

    /// The bytes of a literal.
    @inline(__always)
    init(_ literal: StaticString) {
        unsafe base = UnsafeRawPointer(literal.utf8Start)
        count = literal.utf8CodeUnitCount
    }

    /// All indexes.
    @inline(__always)
    var indices: Range<Int> { 0..<count }

    /// The byte at `index`.
    @inline(__always)
    subscript(index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "byte index out of range")
        return unsafe base.load(fromByteOffset: index, as: UInt8.self)
    }

    /// The eight bytes from `index` on; the first is the least significant.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index <= count &- 8, "word index out of range")
        return unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The four bytes from `index` on; the first is the least significant.
    @inline(__always)
    func halfWord(at index: Int) -> UInt32 {
        precondition(index >= 0 && index <= count &- 4, "half word index out of range")
        return unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt32.self))
    }

    /// The bytes of `range` as a buffer, valid as long as the view is.
    @inline(__always)
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "byte range out of range")
        return unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}
