import StatusCore

/// Task ids made from numbers, so that a benchmark holds none in memory.
enum NumberedID {
    /// The id of job `number`, which is 0 to 2^32 - 1: 13 characters, `bench` and eight hexadecimal digits.
    @inline(__always)
    static func of(_ number: Int) -> TaskID {
        let digits = hexadecimal(UInt32(number))
        let prefix: UInt64 = 0x68_636e_6562  // "bench", first character lowest
        let words = ((prefix | digits << 40).littleEndian, (digits >> 24).littleEndian)
        return withUnsafeBytes(of: words) { TaskID(UnsafeRawBufferPointer(rebasing: $0[..<13]))! }
    }

    /// The digits of `number`, the first one in the lowest byte: all eight at once, a digit a byte.
    @inline(__always)
    private static func hexadecimal(_ number: UInt32) -> UInt64 {
        var spread = UInt64(number.byteSwapped)
        spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff
        spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff
        // The high digit of each byte goes before the low one.
        let digits = (spread >> 4 | spread << 8) & 0x0f0f_0f0f_0f0f_0f0f
        let isLetter = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return digits &+ 0x3030_3030_3030_3030 &+ isLetter &* 39
    }
}
