/// What memory an event may need beside the record, at most.
internal struct Wants: Equatable {
    internal var details: Int
    /// Cells for texts.
    internal var cells: Int

    internal static let nothing = Wants()

    /// Room for a detail and texts of `lengths` bytes each.
    internal init(details: Int, texts lengths: Int...) {
        self.details = details
        cells = lengths.reduce(0) { $0 + TextRun.cells(for: $1) }
    }

    internal init(details: Int = 0) {
        self.details = details
        cells = 0
    }
}

extension JobEvent {
    /// What memory it may need, and for what purpose.
    internal var wants: (Wants, MemoryBudget.Purpose) {
        switch self {
        case .update(let update): (update.wants, .report)
        case .fail(_, let failure): (failure.wants, .end)
        case .start, .complete, .retry: (.nothing, .end)
        }
    }
}

extension Failure {
    /// True when it says something.
    internal var hasWords: Bool { text.count > 0 || code != nil }

    fileprivate var wants: Wants {
        hasWords ? Wants(details: 1, texts: text.count, code?.count ?? 0) : .nothing
    }
}

extension JobUpdate {
    fileprivate var wants: Wants {
        if units == nil, unit == nil, step == nil, note == nil { return .nothing }
        return Wants(details: 1, texts: unit?.count ?? 0, step?.name.count ?? 0, note?.count ?? 0)
    }
}
