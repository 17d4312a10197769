/// What was found in a text, how often, and where.
struct Findings: Equatable, Sendable {
    /// A position in the original text.
    struct Place: Equatable, Sendable {
        /// In bytes from the beginning.
        var offset = 0
        /// From 1; lines end at a line feed.
        var line = 1
        /// From 1, in Unicode scalar values.
        var column = 1
    }

    /// One thing that was found.
    struct Finding: Equatable, Sendable {
        var kind: HiddenCharacter
        var place: Place
        /// The code point, or nil for malformed bytes.
        var scalar: Unicode.Scalar?
    }

    /// Places kept; beyond it they are only counted, so that a text of nothing but findings stays a small report.
    static let placesKept = 100

    /// How often each kind was found; kinds that were not are not in it.
    private(set) var counts: [HiddenCharacter: Int] = [:]
    /// The first ``placesKept`` findings, in the order of the text.
    private(set) var first: [Finding] = []

    var total: Int { counts.values.reduce(0, +) }

    mutating func add(_ kind: HiddenCharacter, at place: Place, _ scalar: Unicode.Scalar?) {
        counts[kind, default: 0] += 1
        if first.count < Self.placesKept { first.append(Finding(kind: kind, place: place, scalar: scalar)) }
    }

    /// For people: `3 zero-width, 1 control code`; or `nothing hidden`.
    var summary: String {
        let parts = HiddenCharacter.allCases.compactMap { kind in counts[kind].map { "\($0) \(kind.words)" } }
        return parts.isEmpty ? "nothing hidden" : parts.joined(separator: ", ")
    }
}
