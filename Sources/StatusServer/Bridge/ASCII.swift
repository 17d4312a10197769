import Glibc

/// Comparisons of bytes from the wire with literals, without building strings.
enum ASCII {
    /// True when `bytes` are exactly those of `literal`.
    static func equal(_ bytes: UnsafeRawBufferPointer, _ literal: StaticString) -> Bool {
        equal(bytes, literal.bytes)
    }

    /// True when both are the same bytes.
    static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
        return memcmp(leftStart, rightStart, left.count) == 0
    }

    /// True when `bytes` equal `lowercase`, which is in lower case, whatever the case of their ASCII letters.
    static func equalIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ lowercase: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == lowercase.count else { return false }
        for index in 0..<bytes.count where lowered(bytes[index]) != lowercase[index] {
            return false
        }
        return true
    }

    /// `byte` in lower case when it is an ASCII letter, else itself.
    static func lowered(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }
}

extension StaticString {
    /// The literal's bytes, which live as long as the process.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}
