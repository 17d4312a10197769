extension JobUpdate {
    /// What the rules make of it: progress, units and a step start a queued job, words do not.
    internal var action: Rules.Action {
        progress != nil || units != nil || step != nil ? .report : .notice
    }

    /// True when no text is beyond its limit.
    internal var isWithinLimits: Bool {
        (unit?.count ?? 0) <= Limits.unitLength && (step?.name.count ?? 0) <= Limits.stepNameLength
            && (note?.count ?? 0) <= Limits.noteLength
    }
}

extension JobEvent {
    /// What the rules make of it, and the attempt that it names.
    internal var action: (Rules.Action, attempt: UInt32) {
        switch self {
        case .update(let update): (update.action, update.attempt)
        case .start(let attempt): (.start, attempt)
        case .complete(let attempt): (.complete, attempt)
        case .fail(let attempt, _): (.fail, attempt)
        case .retry(let attempt): (.retry, attempt)
        }
    }

    /// True when no text is beyond its limit.
    internal var isWithinLimits: Bool {
        switch self {
        case .update(let update): update.isWithinLimits
        case .fail(_, let failure):
            (failure.code?.count ?? 0) <= Limits.failureCodeLength && failure.text.count <= Limits.failureTextLength
        case .start, .complete, .retry: true
        }
    }
}
