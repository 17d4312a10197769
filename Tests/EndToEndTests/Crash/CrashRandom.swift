/// Random numbers that a seed repeats (Steele, Lea, Flood: SplitMix64).
struct CrashRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// A content that its seed and length repeat, and that does not compress.
    static func content(_ seed: UInt64, _ length: Int) -> [UInt8] {
        var random = CrashRandom(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length + 8)
        while bytes.count < length { withUnsafeBytes(of: random.next()) { bytes += $0 } }
        return Array(bytes.prefix(length))
    }
}
