/// The seed of a table's hash. Two tables of one process may share it; nobody outside may know it.
public struct HashSeed: Sendable, Equatable {
    public var first: UInt64
    public var second: UInt64

    public init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// A seed from the system's generator.
    public static func random() -> HashSeed {
        HashSeed(.random(in: 0 ... .max), .random(in: 0 ... .max))
    }
}

/// SipHash (Aumasson and Bernstein, 2012) over a task id: whoever does not know the seed cannot choose ids that meet
/// in one stripe or group.
///
/// SipHash-1-3, the variant that hash tables use. Of the 64 bits the top 16 choose the stripe, the next 8 are the
/// tag, and the low 40 choose the group.
internal struct KeyedHash {
    internal let seed: HashSeed

    @inline(__always)
    internal func callAsFunction(_ id: TaskID) -> UInt64 {
        KeyedHash.digest(seed, id.words, count: id.count, rounds: 1, finalRounds: 3)
    }

    /// SipHash of the first `count` bytes of `words`, which are zero beyond.
    @inline(__always)
    internal static func digest(
        _ seed: HashSeed,
        _ words: borrowing InlineArray<8, UInt64>,
        count: Int,
        rounds: Int,
        finalRounds: Int
    ) -> UInt64 {
        var state = State(seed)
        for index in 0..<(count / 8) {
            state.absorb(words[index].littleEndian, rounds)
        }
        let rest = count < 64 ? words[count / 8].littleEndian : 0
        state.absorb(rest | UInt64(truncatingIfNeeded: count) << 56, rounds)
        return state.finish(finalRounds)
    }

    private struct State {
        private var v0, v1, v2, v3: UInt64

        @inline(__always)
        init(_ seed: HashSeed) {
            // "somepseudorandomlygeneratedbytes"
            v0 = seed.first ^ 0x736f_6d65_7073_6575
            v1 = seed.second ^ 0x646f_7261_6e64_6f6d
            v2 = seed.first ^ 0x6c79_6765_6e65_7261
            v3 = seed.second ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64, _ rounds: Int) {
            v3 ^= word
            for _ in 0..<rounds { round() }
            v0 ^= word
        }

        @inline(__always)
        mutating func finish(_ rounds: Int) -> UInt64 {
            v2 ^= 0xff
            for _ in 0..<rounds { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v1 = State.rotate(v1, 13) ^ v0
            v0 = State.rotate(v0, 32)
            v2 &+= v3
            v3 = State.rotate(v3, 16) ^ v2
            v0 &+= v3
            v3 = State.rotate(v3, 21) ^ v0
            v2 &+= v1
            v1 = State.rotate(v1, 17) ^ v2
            v2 = State.rotate(v2, 32)
        }

        @inline(__always)
        private static func rotate(_ value: UInt64, _ by: UInt64) -> UInt64 {
            value &<< by | value &>> (64 &- by)
        }
    }
}
