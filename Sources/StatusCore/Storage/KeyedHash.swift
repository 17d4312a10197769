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

/// The hash over a tenant and a task id: whoever does not know the seed cannot choose ids that meet in one stripe or
/// group.
///
/// The id's eight words and its tenant, each times a secret number of 128 bits, summed modulo 2¹²⁸, of which the upper
/// half is taken: vector multiply-shift (Dietzfelbinger 1996; Thorup 2015, "High speed hashing for
/// integers and strings", section 3.3). It is strongly universal: over the choice of the seed, any two ids agree in
/// any given bits with the probability that chance gives. That holds for ids chosen without sight of hashes, and
/// nobody outside ever sees one. The secret numbers come from the seed by SipHash-2-4. A stronger function costs a
/// look-up three times as many instructions, which then keep the processor from fetching the next one meanwhile.
///
/// Of the 64 bits the top 16 choose the stripe, the next 8 are the tag, and the low 40 choose the group.
///
/// A class, so that its secret numbers are used where they lie.
internal final class KeyedHash: Sendable {
    private let base: UInt128
    private let w0, w1, w2, w3, w4, w5, w6, w7, rest: UInt128

    internal init(seed: HashSeed) {
        let state = SipHash(seed)
        base = state.number(0)
        w0 = state.number(1)
        w1 = state.number(2)
        w2 = state.number(3)
        w3 = state.number(4)
        w4 = state.number(5)
        w5 = state.number(6)
        w6 = state.number(7)
        w7 = state.number(8)
        rest = state.number(9)
    }

    @inline(__always)
    internal func callAsFunction(_ id: borrowing TaskID, of tenant: TenantID) -> UInt64 {
        // Words beyond the end of an id are zero and add nothing. No character is zero, so the words tell the length.
        var sum = base &+ w0 &* UInt128(id.words[0]) &+ w1 &* UInt128(id.words[1])
        if id.length > 16 { add(id, to: &sum) }
        if tenant != .sole { sum = sum &+ rest &* UInt128(tenant.rawValue) }
        return UInt64(truncatingIfNeeded: sum &>> 64)
    }

    /// The same for an id of at most 16 characters.
    @inline(__always)
    internal func short(_ id: borrowing TaskID, of tenant: TenantID) -> UInt64 {
        var sum = base &+ w0 &* UInt128(id.words[0]) &+ w1 &* UInt128(id.words[1])
        if tenant != .sole { sum = sum &+ rest &* UInt128(tenant.rawValue) }
        return UInt64(truncatingIfNeeded: sum &>> 64)
    }

    /// The same for an id of at most 40 characters.
    @inline(__always)
    internal func medium(_ id: borrowing TaskID, of tenant: TenantID) -> UInt64 {
        var sum = base &+ w0 &* UInt128(id.words[0]) &+ w1 &* UInt128(id.words[1])
        sum = sum &+ w2 &* UInt128(id.words[2]) &+ w3 &* UInt128(id.words[3]) &+ w4 &* UInt128(id.words[4])
        if tenant != .sole { sum = sum &+ rest &* UInt128(tenant.rawValue) }
        return UInt64(truncatingIfNeeded: sum &>> 64)
    }

    private func add(_ id: borrowing TaskID, to sum: inout UInt128) {
        sum = sum &+ w2 &* UInt128(id.words[2]) &+ w3 &* UInt128(id.words[3]) &+ w4 &* UInt128(id.words[4])
        sum = sum &+ w5 &* UInt128(id.words[5]) &+ w6 &* UInt128(id.words[6]) &+ w7 &* UInt128(id.words[7])
    }
}

/// SipHash (Aumasson and Bernstein, 2012), to draw secret numbers from a seed.
internal struct SipHash {
    private let seed: HashSeed

    internal init(_ seed: HashSeed) {
        self.seed = seed
    }

    /// The secret number `index`, of 128 bits.
    fileprivate func number(_ index: UInt64) -> UInt128 {
        let high = SipHash.digest(seed, [2 * index], count: 8)
        let low = SipHash.digest(seed, [2 * index + 1], count: 8)
        return UInt128(high) << 64 | UInt128(low)
    }

    /// SipHash-2-4 of the first `count` bytes of `words`, which are zero beyond.
    internal static func digest(_ seed: HashSeed, _ words: [UInt64], count: Int) -> UInt64 {
        var state = State(seed)
        for index in 0..<(count / 8) { state.absorb(words[index].littleEndian, 2) }
        let rest = count % 8 > 0 ? words[count / 8].littleEndian : 0
        state.absorb(rest | UInt64(truncatingIfNeeded: count) << 56, 2)
        return state.finish(4)
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
