internal import Synchronization

/// A set of stripes that many threads put members into and one takes them out of, without a lock.
///
/// One bit a stripe, and above each 64 of these words one word that says which of them may hold a bit, so that
/// looking for few members among 65,536 stripes costs little. A member goes into the lower word first and the upper
/// one after it, and leaves in the opposite order; so what the upper word does not show yet is shown by it later.
///
/// Sendable, because its own fields never change and what they point to is atomic.
@safe
internal struct StripeSet: ~Copyable, @unchecked Sendable {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let upper: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    private var wordCount: Int { (count + 63) / 64 }
    private var upperCount: Int { (wordCount + 63) / 64 }

    /// An empty set for the stripes 0 to `count` - 1.
    internal init(count: Int) {
        precondition(count > 0 && count <= Limits.stripes, "\(count) stripes")
        self.count = count
        let wordCount = (count + 63) / 64
        let upperCount = (wordCount + 63) / 64
        unsafe words = .allocate(capacity: wordCount)
        unsafe upper = .allocate(capacity: upperCount)
        for index in 0..<wordCount { unsafe (words + index).initialize(to: Atomic(0)) }
        for index in 0..<upperCount { unsafe (upper + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe words.deinitialize(count: wordCount)
        unsafe upper.deinitialize(count: upperCount)
        unsafe words.deallocate()
        unsafe upper.deallocate()
    }

    /// Puts a stripe in.
    internal func insert(_ stripe: Int) {
        precondition(stripe >= 0 && stripe < count, "stripe \(stripe) of \(count)")
        insert(1 << UInt64(stripe % 64), into: stripe / 64)
    }

    private func insert(_ bits: UInt64, into word: Int) {
        unsafe words[word].bitwiseOr(bits, ordering: .relaxed)
        show(word)
    }

    /// Lets the upper word show that a word may hold bits, which were set before.
    private func show(_ word: Int) {
        unsafe upper[word / 64].bitwiseOr(1 << UInt64(word % 64), ordering: .releasing)
    }

    /// Takes members out one after the other, from `start` on and once round, and calls `visit` with each until it
    /// returns false. To be called by one thread at a time.
    /// - Returns: the stripe at which `visit` returned false.
    internal func take(from start: Int, _ visit: (Int) -> Bool) -> Int? {
        take(in: start..<count, visit) ?? take(in: 0..<start, visit)
    }

    private func take(in range: Range<Int>, _ visit: (Int) -> Bool) -> Int? {
        if range.isEmpty { return nil }
        var next = range.lowerBound / 64
        while let word = firstShown(in: next..<(range.upperBound + 63) / 64) {
            var bits = take(word, in: range)
            while bits != 0 {
                let stripe = word * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                if visit(stripe) { continue }
                if bits != 0 { insert(bits, into: word) }
                return stripe
            }
            next = word + 1
        }
        return nil
    }

    /// Takes those bits of a word out that stand for stripes of `range`.
    private func take(_ word: Int, in range: Range<Int>) -> UInt64 {
        var mask = UInt64.max
        if range.lowerBound > word * 64 { mask &= .max << UInt64(range.lowerBound - word * 64) }
        if range.upperBound < word * 64 + 64 { mask &= ~(.max << UInt64(range.upperBound - word * 64)) }
        unsafe upper[word / 64].bitwiseAnd(~(1 << UInt64(word % 64)), ordering: .acquiring)
        let bits = unsafe words[word].bitwiseAnd(~mask, ordering: .relaxed).oldValue
        if bits & ~mask != 0 { show(word) }
        return bits & mask
    }

    /// The first word of `range` that may hold bits.
    private func firstShown(in range: Range<Int>) -> Int? {
        var next = range.lowerBound
        while next < range.upperBound {
            let shown = unsafe upper[next / 64].load(ordering: .relaxed) >> UInt64(next % 64)
            if shown != 0 {
                let word = next + shown.trailingZeroBitCount
                return word < range.upperBound ? word : nil
            }
            next = (next / 64 + 1) * 64
        }
        return nil
    }
}
