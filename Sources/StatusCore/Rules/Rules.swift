/// The state machine: what an event of a worker does to a job, as a function of the two and nothing else.
internal enum Rules {
    /// What the rules need to know of a job.
    internal struct Standing: Equatable {
        internal var state: JobState
        /// The terminal state that is reached and not published yet: it takes no further update.
        internal var ending: JobState?
        internal var attempt: UInt32
        internal var isRemoved: Bool
    }

    /// What the rules need to know of an event.
    internal enum Action: CaseIterable {
        /// A heartbeat, or a report of words only.
        case notice
        /// A report of progress, units or a step: it starts a queued job.
        case report
        case start
        case complete
        case fail
        case retry
    }

    internal enum Verdict: Equatable {
        case refused(Refusal)
        /// The job stands there from now on, which may be where it stood.
        case accepted(state: JobState, attempt: UInt32)
    }

    /// Judges `action` by attempt `named`, where 0 stands for the job's present attempt (of a retry: the next one).
    internal static func judge(_ job: Standing, _ action: Action, attempt named: UInt32) -> Verdict {
        if job.isRemoved { return .refused(.alreadyFinished) }
        let end = job.ending ?? job.state
        if end.isTerminal {
            let isRepeated =
                (named == 0 || named == job.attempt)
                && (action == .complete && end == .completed || action == .fail && end == .failed)
            return isRepeated ? .accepted(state: end, attempt: job.attempt) : .refused(.alreadyFinished)
        }
        if named != 0, named < job.attempt { return .refused(.attemptIsOver) }
        let isNewer = named > job.attempt
        let attempt = max(named, job.attempt)
        // A newer attempt begins in the queue, whatever the older one was doing.
        let before = isNewer ? JobState.queued : job.state
        switch action {
        case .notice: return .accepted(state: before, attempt: attempt)
        case .report, .start: return .accepted(state: .processing, attempt: attempt)
        case .complete: return .accepted(state: .completed, attempt: attempt)
        case .fail: return .accepted(state: .failed, attempt: attempt)
        case .retry:
            // Naming the present attempt repeats the retry that began it.
            if named != 0 || job.state == .queued { return .accepted(state: before, attempt: attempt) }
            // A counter at its end is a worker's fault; it never wraps.
            guard job.attempt < .max else { return .refused(.malformed) }
            return .accepted(state: .queued, attempt: job.attempt + 1)
        }
    }
}
