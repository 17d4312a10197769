/// Progress in hundredths of a per cent, 0 to 10,000.
public struct BasisPoints: Hashable, Comparable, Sendable {
    /// 0 to 10,000.
    public let value: UInt16

    /// Nothing done yet.
    public static let zero = BasisPoints(trusted: 0)
    /// All done.
    public static let complete = BasisPoints(trusted: 10_000)

    /// `value` as progress, or nil above 10,000.
    @inlinable
    public init?(_ value: some BinaryInteger) {
        guard value >= 0, value <= 10_000 else { return nil }
        self.init(trusted: UInt16(truncatingIfNeeded: value))
    }

    /// `done` of `total`, rounded down so that only a finished job reads 100 %; nil when the total is zero, which
    /// says that it is not known. More done than there is reads as all of it.
    public init?(done: UInt64, of total: UInt64) {
        guard total > 0 else { return nil }
        guard done < total else {
            self = .complete
            return
        }
        let product = done.multipliedFullWidth(by: 10_000)
        self.init(trusted: UInt16(truncatingIfNeeded: total.dividingFullWidth(product).quotient))
    }

    /// A value that is known to be at most 10,000.
    @usableFromInline
    internal init(trusted value: UInt16) {
        self.value = value
    }

    @inlinable
    public static func < (left: BasisPoints, right: BasisPoints) -> Bool { left.value < right.value }
}
