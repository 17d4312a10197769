/// A growable run of bytes that a core writes its output into, and that the shell around it hands to the network.
///
/// Appending never fails; the buffer doubles when it is full. ``removeAll()`` keeps the memory, so that a connection
/// that answers many requests allocates once. It belongs to one thread at a time.
@safe
public struct OutputBuffer: ~Copyable {
    // What appends runs wherever bytes are written, mostly with literals: inlined there, a literal of up to some dozen
    // bytes is a few stores.

    @usableFromInline internal var base: UnsafeMutableRawPointer
    @usableFromInline internal var capacity: Int
    @usableFromInline internal var length: Int

    /// An empty buffer that holds `capacity` bytes (at least 16) before it has to grow.
    public init(capacity: Int = 1_024) {
        self.capacity = max(capacity, 16)
        unsafe self.base = UnsafeMutableRawPointer.allocate(byteCount: self.capacity, alignment: 16)
        self.length = 0
    }

    deinit {
        unsafe base.deallocate()
    }

    /// The number of bytes written so far.
    @inlinable public var count: Int { length }

    /// True when nothing has been written since the start or the last ``removeAll()``.
    @inlinable public var isEmpty: Bool { count == 0 }

    /// Forgets the content and keeps the memory.
    @inlinable
    public mutating func removeAll() {
        length = 0
    }

    /// Forgets the content, and the memory as well where it is larger than `capacity`.
    public mutating func removeAll(keepingCapacityUpTo capacity: Int) {
        if self.capacity > capacity {
            self = OutputBuffer(capacity: capacity)
        } else {
            removeAll()
        }
    }

    /// Cuts the content back to its first `length` bytes; `length` must not exceed ``count``.
    public mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "truncate(to: \(length)) of \(count) bytes")
        self.length = length
    }

    /// Makes room for `extra` more bytes without a further growth.
    @inlinable @inline(__always)
    public mutating func reserve(_ extra: Int) {
        if count &+ extra > capacity { grow(by: extra) }
    }

    @usableFromInline
    @inline(never)
    internal mutating func grow(by extra: Int) {
        let wanted = max(capacity * 2, count + extra)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        unsafe fresh.copyMemory(from: base, byteCount: count)
        unsafe base.deallocate()
        unsafe base = fresh
        capacity = wanted
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        length &+= 1
    }

    /// Appends the UTF-8 bytes of a literal.
    @inlinable @inline(__always)
    public mutating func append(_ literal: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends a copy of `bytes`, which must not be this buffer's own.
    @inlinable @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe (base + count).copyMemory(from: start, byteCount: bytes.count)
        length &+= bytes.count
    }

    /// Appends `length` bytes, all of which `body` must write.
    @inlinable @inline(__always)
    public mutating func append(_ length: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        reserve(length)
        unsafe body(base + count)
        self.length &+= length
    }

    /// Appends the elements of `bytes`.
    public mutating func append(contentsOf bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends the UTF-8 bytes of `text`.
    public mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends `value` in decimal digits, with a minus sign when it is negative.
    public mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// Appends `value` in decimal digits.
    public mutating func append(decimal value: Int) {
        append(decimal: Int64(value))
    }

    /// Appends `value` in decimal digits.
    public mutating func append(decimal value: UInt64) {
        if value < 10 { return append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value)) }
        reserve(20)
        var rest = value
        var length = 1
        while rest >= 10 {
            rest /= 10
            length &+= 1
        }
        rest = value
        var at = count &+ length
        repeat {
            at &-= 1
            let digit = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
            unsafe base.storeBytes(of: digit, toByteOffset: at, as: UInt8.self)
            rest /= 10
        } while rest > 0
        self.length &+= length
    }

    /// Appends `value` in decimal digits, padded on the left with zeros to at least `width` digits (at most 20).
    public mutating func append(decimal value: Int, width: Int) {
        precondition(value >= 0 && width <= 20, "append(decimal: \(value), width: \(width))")
        var bound = 1
        for _ in 1..<max(width, 2) where width > 1 {
            bound *= 10
            if value < bound { append(UInt8(ascii: "0")) }
        }
        append(decimal: value)
    }

    /// Calls `body` with the content, which is valid during the call only.
    @inlinable @inline(__always)
    public borrowing func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// The content as an array; meant for tests and cold paths.
    public borrowing func copy() -> [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: count))
    }
}
