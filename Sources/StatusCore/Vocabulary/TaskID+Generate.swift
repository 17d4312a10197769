extension TaskID {
    /// The number of characters of a generated id.
    public static let generatedLength = 26

    /// A new id: 48 bits of time in milliseconds, then 80 random bits, as 26 characters of Crockford's base 32.
    ///
    /// Ids sort by the time they were made at, and nobody can guess one from another as long as `generator` is
    /// cryptographically strong (`SystemRandomNumberGenerator` is).
    /// - Parameter wall: milliseconds since 1970 UTC; only the low 48 bits are used.
    public static func generate(at wall: Int64, using generator: inout some RandomNumberGenerator) -> TaskID {
        let time = UInt64(bitPattern: wall) & 0xFFFF_FFFF_FFFF
        let high = generator.next() as UInt64
        let low = generator.next() as UInt64
        // Read as one number of 128 bits: the time, 16 bits of `high`, then `low`.
        var rest = UInt128(time) << 80 | UInt128(high & 0xFFFF) << 64 | UInt128(low)
        var characters = InlineArray<26, UInt8>(repeating: 0)
        for index in stride(from: generatedLength - 1, through: 0, by: -1) {
            characters[index] = crockford(UInt8(truncatingIfNeeded: rest & 31))
            rest >>= 5
        }
        return unsafe withUnsafeBytes(of: characters) { unsafe TaskID(trusted: $0) }
    }

    /// Crockford's digit for a value of 0 to 31: no I, L, O or U.
    private static func crockford(_ value: UInt8) -> UInt8 {
        switch value {
        case 0...9: UInt8(ascii: "0") + value
        case 10...17: UInt8(ascii: "A") + value - 10
        case 18...19: UInt8(ascii: "J") + value - 18
        case 20...21: UInt8(ascii: "M") + value - 20
        case 22...26: UInt8(ascii: "P") + value - 22
        default: UInt8(ascii: "V") + value - 27
        }
    }
}
