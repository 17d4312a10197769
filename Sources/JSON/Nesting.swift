/// The arrays and objects that are open, one bit each.
struct Nesting: Sendable {
    private static let words = 8
    private static let bitsPerWord = 64

    /// How many are open.
    private(set) var depth = 0
    /// Is the innermost one an object? Kept apart because it is asked for at each comma.
    private(set) var isInObject = false
    private let limit: Int
    private var bits = InlineArray<8, UInt64>(repeating: 0)

    /// Room for `limit` open ones, at most ``JSONLimits/depth``.
    init(limit: Int) {
        precondition(limit >= 0 && limit <= Self.words * Self.bitsPerWord, "nesting limit \(limit)")
        self.limit = limit
    }

    /// Opens an array or an object; false when that is one too many.
    @inline(__always)
    mutating func open(isObject: Bool) -> Bool {
        guard depth < limit else { return false }
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: depth)
        let word = depth &>> 6
        bits[word] = isObject ? bits[word] | bit : bits[word] & ~bit
        depth &+= 1
        isInObject = isObject
        return true
    }

    /// Closes the innermost one; there must be one.
    @inline(__always)
    mutating func close() {
        precondition(depth > 0, "nothing is open")
        depth &-= 1
        let top = depth &- 1
        isInObject = depth > 0 && bits[top &>> 6] &>> UInt64(truncatingIfNeeded: top) & 1 == 1
    }
}
