/// An endless series of numbers chosen at random, the same for the same seed (SplitMix64, Steele and others, 2014).
public struct Choices {
    @usableFromInline var state: UInt64
    @usableFromInline let count: UInt64

    /// Choices among 0 to `count` - 1.
    public init(among count: Int, seed: Int) {
        self.count = UInt64(count)
        state = UInt64(seed) << 40
    }

    /// The next number.
    @inlinable
    public mutating func next() -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        return Int(truncatingIfNeeded: mixed.multipliedFullWidth(by: count).high)
    }
}
