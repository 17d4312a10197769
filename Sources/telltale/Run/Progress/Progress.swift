/// How far a program says it is.
///
/// All of it counts only once the program has ended: until then its end says whether it is done.
enum Progress: Equatable, Sendable {
    /// Hundredths of a percent, 0 to 10,000.
    case percent(basisPoints: Int)
    /// `done` is at most `total`, which is not 0.
    case units(done: UInt64, total: UInt64)

    /// True when nothing is left.
    var isWhole: Bool { fraction.part == fraction.whole }

    /// True when both are counts of the same total, or both are percentages.
    func isOfSameKind(as other: Progress) -> Bool {
        switch (self, other) {
        case (.percent, .percent): true
        case (.units(_, let one), .units(_, let two)): one == two
        case (.percent, .units), (.units, .percent): false
        }
    }

    /// True when this is a larger share than `other`; exact.
    func isFurther(than other: Progress) -> Bool {
        let (one, two) = (fraction, other.fraction)
        let left = one.part.multipliedFullWidth(by: two.whole)
        let right = two.part.multipliedFullWidth(by: one.whole)
        return (left.high, left.low) > (right.high, right.low)
    }

    private var fraction: (part: UInt64, whole: UInt64) {
        switch self {
        case .percent(let basisPoints): (UInt64(basisPoints), 10_000)
        case .units(let done, let total): (done, total)
        }
    }
}
