public import Bytes

/// The protocol's only integer: unsigned LEB128 of at most nine bytes, hence 0 to 2⁶³ − 1.
///
/// Seven bits a byte, the lowest first; the high bit says that another byte follows. A sender writes the shortest form;
/// a receiver accepts any of up to nine bytes. Seven bits a byte keep a handle below 2,097,152 at three bytes and a
/// progress at two, so that an update of one out of a million jobs is six bytes; and nine bytes hold exactly 63 bits,
/// so that there is no partial last byte to check and every language has a type for the value.
public enum VariableInteger {
    /// The largest value, 2⁶³ − 1.
    public static let maximum: UInt64 = (1 << 63) - 1
    /// The longest encoding, in bytes.
    public static let maximumLength = 9

    /// What was found where an integer should stand.
    public enum Decoded: Equatable, Sendable {
        case value(UInt64, length: Int)
        /// The bytes end before the integer does.
        case incomplete
        /// The ninth byte says that a tenth follows.
        case tooLong
    }

    /// The number of bytes of the shortest encoding of `value`.
    @inlinable
    public static func length(of value: UInt64) -> Int {
        // 64 − leadingZeros bits in sevens, rounded up; zero takes one byte.
        max(1, (70 &- value.leadingZeroBitCount) / 7)
    }

    /// Reads the integer that begins with the lowest byte of `word`; nil when it does not end within the eight bytes.
    ///
    /// All lengths take the same few steps: everything above the first clear high bit is cut, then neighbouring groups
    /// of 7, 14 and 28 bits are moved together.
    @inlinable @inline(__always)
    internal static func decode(word: UInt64) -> (value: UInt64, length: Int)? {
        let ends = ~word & 0x8080_8080_8080_8080
        if ends == 0 { return nil }
        var bits = word & (ends ^ (ends &- 1)) & 0x7F7F_7F7F_7F7F_7F7F
        bits = bits & 0x007F_007F_007F_007F | (bits & 0x7F00_7F00_7F00_7F00) &>> 1
        bits = bits & 0x0000_3FFF_0000_3FFF | (bits & 0x3FFF_0000_3FFF_0000) &>> 2
        bits = bits & 0x0000_0000_0FFF_FFFF | (bits & 0x0FFF_FFFF_0000_0000) &>> 4
        return (bits, (ends.trailingZeroBitCount &>> 3) &+ 1)
    }

    /// Sets the shortest encoding of `value`, at most 35 bits wide, into `word` from bit `start` on, which must be a
    /// multiple of eight, and returns the bit after it. The bits from `start` on must be zero.
    @inlinable @inline(__always)
    internal static func place(_ value: UInt64, at start: Int, of word: inout UInt64) -> Int {
        var rest = value
        var bit = start
        while rest >= 0x80 {
            word |= (rest & 0x7F | 0x80) &<< UInt64(truncatingIfNeeded: bit)
            rest &>>= 7
            bit &+= 8
        }
        word |= rest &<< UInt64(truncatingIfNeeded: bit)
        return bit &+ 8
    }

    /// Reads the integer at the start of `bytes`.
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Decoded {
        var value: UInt64 = 0
        let end = min(bytes.count, maximumLength)
        for index in 0..<end {
            let byte = unsafe bytes[index]
            value |= UInt64(byte & 0x7F) &<< UInt64(7 &* index)
            if byte < 0x80 { return .value(value, length: index &+ 1) }
        }
        return end == maximumLength ? .tooLong : .incomplete
    }
}

extension OutputBuffer {
    /// Appends the shortest encoding of `value`, which must not exceed ``VariableInteger/maximum``.
    public mutating func append(variable value: UInt64) {
        precondition(value <= VariableInteger.maximum, "append(variable: \(value))")
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}
