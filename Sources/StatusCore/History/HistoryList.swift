/// What the records of a stripe do not tell of the lives of their jobs. Used under the stripe's lock only.
///
/// A record tells when its job was made, when its present attempt began and when it ended. Most jobs do nothing else,
/// and cost nothing here; only what is about to be overwritten is noted: earlier attempts, stalls, a removal. What is
/// noted of a job is a prefix of its life, so that the rest, taken from the record, goes behind it.
internal struct HistoryList: ~Copyable {
    fileprivate struct History {
        var noted: [Transition] = []
        /// How many were given up to make room for later ones.
        var omitted = 0
        /// The begin of the present attempt's work, and the job's end, are among those noted.
        var hasStart = false
        var hasEnd = false
        /// Why the job ended, where that is not what its state says.
        var endCause: Transition.Cause?
        /// How many to note at most.
        var room = Limits.transitions
    }

    private var histories: [Slot: History] = [:]
    /// What the stripe's histories may come to, and what they do, by ``historyCost`` and ``transitionCost``.
    private let limit: Int
    internal private(set) var bytes = 0

    /// A place in the dictionary, which is up to three quarters empty, with the header of an array.
    private static let historyCost = 256
    /// An array is up to half empty.
    private static let transitionCost = 2 * MemoryLayout<Transition>.stride

    /// A list without anything, which owns no memory, for up to about `limit` bytes.
    internal init(limit: Int) { self.limit = limit }

    /// Notes what is lost when the record at `slot` changes from `old` to `new`; nothing when there is no room.
    internal mutating func note(_ slot: Slot, from old: JobRecord, to new: JobRecord) {
        let changed = old.flags.symmetricDifference(new.flags)
        let time = new.updatedAt.milliseconds
        let next: Transition
        if new.attempt != old.attempt {
            next = Transition(.queued, .retry, attempt: new.attempt, at: time)
        } else if changed.contains(.removed) {
            next = Transition(.removed, .deletion, attempt: new.attempt, progress: new.progress, at: time)
        } else if changed.contains(.stalled), !new.state.isTerminal {
            let isStalled = new.flags.contains(.stalled)
            let (kind, cause): (Transition.Kind, Transition.Cause) =
                isStalled ? (.stalled, .silence) : (.resumed, .report)
            next = Transition(kind, cause, attempt: new.attempt, progress: new.progress, at: time)
        } else {
            return
        }
        guard var history = take(slot) else { return }
        for transition in HistoryList.rest(of: old, after: history) { history.append(transition) }
        history.append(next)
        history.hasStart = new.attempt == old.attempt && old.startedAt != .none
        history.hasEnd = new.state.isTerminal
        put(history, slot)
    }

    /// Notes that the job at `slot` failed, or will have when that is published, because nothing was heard of it.
    internal mutating func noteSilentEnd(_ slot: Slot) {
        guard var history = take(slot) else { return }
        history.endCause = .silence
        put(history, slot)
    }

    /// Forgets the job at `slot`.
    internal mutating func remove(_ slot: Slot) {
        if histories.isEmpty { return }
        if let history = histories.removeValue(forKey: slot) { bytes -= HistoryList.cost(history) }
        // A crowd that has gone must not keep its memory.
        if histories.isEmpty { histories = [:] }
    }

    /// The life of the job at `slot`, whose record is `record`.
    internal func history(_ slot: Slot, of record: JobRecord) -> JobHistory {
        let history = histories[slot] ?? History()
        let all = history.noted + HistoryList.rest(of: record, after: history)
        let shown = all.suffix(Limits.transitions)
        return JobHistory(transitions: Array(shown), omitted: history.omitted + all.count - shown.count)
    }

    /// What `record` tells beyond `history`.
    private static func rest(of record: JobRecord, after history: History) -> [Transition] {
        var rest: [Transition] = []
        let attempt = record.attempt
        if history.noted.isEmpty {
            rest.append(Transition(.queued, .submission, attempt: attempt, at: record.createdAt.milliseconds))
        }
        if !history.hasStart, let time = record.startedAt.orNil {
            rest.append(Transition(.processing, .report, attempt: attempt, at: time))
        }
        if !history.hasEnd, let time = record.endedAt.orNil, let (kind, cause) = record.state.ending {
            let cause = history.endCause ?? cause
            rest.append(Transition(kind, cause, attempt: attempt, progress: record.progress, at: time))
        }
        return rest
    }

    /// Takes the history of a slot out, or a new one; nil when there is no room for that. One that is there already
    /// gives its oldest up for what is to be noted, when there is no room for more.
    private mutating func take(_ slot: Slot) -> History? {
        // No change adds more than four: the job's own begin, its work's, its end, and what happens now.
        let hasRoom = bytes + HistoryList.historyCost + 4 * HistoryList.transitionCost <= limit
        guard var history = histories.removeValue(forKey: slot) else { return hasRoom ? History() : nil }
        bytes -= HistoryList.cost(history)
        history.room = hasRoom ? Limits.transitions : max(history.noted.count, 1)
        return history
    }

    private mutating func put(_ history: History, _ slot: Slot) {
        bytes += HistoryList.cost(history)
        histories[slot] = history
    }

    private static func cost(_ history: History) -> Int { historyCost + history.noted.count * transitionCost }
}

extension HistoryList.History {
    fileprivate mutating func append(_ transition: Transition) {
        if noted.count >= room {
            noted.removeFirst()
            omitted += 1
        }
        noted.append(transition)
    }
}

extension JobState {
    /// What a terminal state is in a history.
    fileprivate var ending: (Transition.Kind, Transition.Cause)? {
        switch self {
        case .queued, .processing: nil
        case .completed: (.completed, .report)
        case .failed: (.failed, .report)
        case .cancelled: (.cancelled, .cancellation)
        }
    }
}
