extension JobRecord {
    private var rulesStanding: Rules.Standing {
        Rules.Standing(state: state, ending: ending, attempt: attempt, isRemoved: flags.contains(.removed))
    }

    /// Lets `event` happen to the job at `now`; the job's time is not over.
    ///
    /// A function of record, event and time: it touches the record and what hangs off it and nothing else.
    /// - Parameters:
    ///   - hasRoom: there is room in `memory` for what the event wants. Without it a report is refused, and an end
    ///     leaves its words behind.
    ///   - isSettling: a terminal state is reached now and published later.
    internal mutating func apply(
        _ event: JobEvent,
        in memory: inout JobMemory,
        hasRoom: Bool,
        isSettling: Bool,
        at now: Instant
    ) -> ApplyOutcome {
        guard event.isWithinLimits else { return refuse(.malformed) }
        let (action, named) = event.action
        switch Rules.judge(rulesStanding, action, attempt: named) {
        case .refused(let refusal): return refuse(refusal)
        case .accepted(let next, let attempt):
            if !hasRoom, case .update = event { return refuse(.overQuota) }
            var released = ResultID.none
            var isVisible = false
            if attempt != self.attempt {
                released = begin(attempt, in: &memory)
                isVisible = true
            }
            if next != state, next != ending {
                if case .fail(_, let failure) = event { take(failure, in: &memory, hasRoom: hasRoom) }
                if enter(next, in: &memory, isSettling: isSettling, at: now) { isVisible = true }
            }
            if case .update(let update) = event, take(update, in: &memory, at: now) { isVisible = true }
            if noteSign(at: now) { isVisible = true }
            if isVisible { touch(at: now) }
            return accept(isVisible: isVisible, released: released)
        }
    }

    /// The outcome of an event that was refused.
    internal func refuse(_ refusal: Refusal) -> ApplyOutcome {
        ApplyOutcome(refusal: refusal, state: visibleState, attempt: attempt)
    }

    /// The outcome of an event that was accepted.
    @inline(__always)
    internal func accept(isVisible: Bool, released: ResultID = .none) -> ApplyOutcome {
        ApplyOutcome(
            state: visibleState,
            attempt: attempt,
            isVisible: isVisible,
            isSettling: ending != nil,
            releasedResult: released
        )
    }

    /// Readers see a difference from now on.
    @inline(__always)
    internal mutating func touch(at now: Instant) {
        version &+= 1
        // The time of a change never goes back, whatever the clock does.
        updatedAt = WallTime(max(now.wall, updatedAt.milliseconds))
    }

    /// Makes `attempt` the job's attempt and clears what belongs to the one before; returns its staged result.
    internal mutating func begin(_ attempt: UInt32, in memory: inout JobMemory) -> ResultID {
        self.attempt = attempt
        state = .queued
        progress = .zero
        pace = Pace()
        startedAt = .none
        flags.subtract([.hasUnits, .hasStep, .stalled])
        guard detail != .none else { return .none }
        return memory.withDetail(of: &self) { detail, texts in
            defer {
                detail.result = .none
                detail.units = Units(done: 0, total: 0)
                texts.free(&detail.unit)
                texts.free(&detail.stepName)
            }
            return detail.result
        }
    }

    /// Moves to `next`, which differs from the present state; true when readers see it.
    private mutating func enter(
        _ next: JobState,
        in memory: inout JobMemory,
        isSettling: Bool,
        at now: Instant
    ) -> Bool {
        switch next {
        case .queued: state = .queued
        case .processing:
            state = .processing
            startedAt = WallTime(now.wall)
            pace.begin(at: UInt32(truncatingIfNeeded: now.monotonic))
        case .completed, .failed, .cancelled:
            endedAt = WallTime(now.wall)
            if isSettling {
                ending = next
                return false
            }
            show(next, in: &memory)
        }
        return true
    }

    /// Shows readers the terminal state `end`.
    private mutating func show(_ end: JobState, in memory: inout JobMemory) {
        state = end
        ending = nil
        flags.subtract([.stalled, .ownerIsLost])
        guard end == .completed else { return }
        progress = .complete
        let completedAt = endedAt
        if detail != .none { memory.withDetail(of: &self) { detail, _ in detail.resultAt = completedAt } }
    }

    /// Publishes the end that the job has reached; false when there is none that readers do not see yet. Its times are
    /// those of the end, which are kept.
    internal mutating func publish(in memory: inout JobMemory) -> Bool {
        guard let ending else { return false }
        show(ending, in: &memory)
        touch(at: Instant(wall: endedAt.milliseconds, monotonic: 0))
        return true
    }

    private mutating func take(_ failure: Failure, in memory: inout JobMemory, hasRoom: Bool) {
        if failure.isRetryable { flags.insert(.failureIsRetryable) }
        guard failure.hasWords else { return }
        guard hasRoom else {
            flags.insert(.wordsAreLost)
            return
        }
        memory.withDetail(of: &self) { detail, texts in
            unsafe texts.set(&detail.failureText, to: failure.text.bytes)
            if let code = failure.code { unsafe texts.set(&detail.failureCode, to: code.bytes) }
        }
    }

    /// Takes the job to its end by the stall policy; it is processing.
    internal mutating func failOfStalling(in memory: inout JobMemory, hasRoom: Bool, isSettling: Bool, at now: Instant)
    {
        Text.with("No sign of life from the worker") { text in
            Text.with("stalled") {
                take(Failure(code: $0, text: text, isRetryable: true), in: &memory, hasRoom: hasRoom)
            }
        }
        if enter(.failed, in: &memory, isSettling: isSettling, at: now) { touch(at: now) }
    }

    /// Cancels the job, which is live. The reason is within its limit.
    internal mutating func cancel(
        reason: Text?,
        in memory: inout JobMemory,
        hasRoom: Bool,
        isSettling: Bool,
        at now: Instant
    ) {
        if let reason, reason.count > 0 {
            if hasRoom {
                memory.withDetail(of: &self) { detail, texts in
                    unsafe texts.set(&detail.cancelReason, to: reason.bytes)
                }
            } else {
                flags.insert(.wordsAreLost)
            }
        }
        if enter(.cancelled, in: &memory, isSettling: isSettling, at: now) { touch(at: now) }
    }

    /// Marks the job, which is terminal, as removed; returns its result.
    internal mutating func remove(in memory: inout JobMemory, at now: Instant) -> ResultID {
        if flags.contains(.removed) { return .none }
        flags.insert(.removed)
        touch(at: now)
        return takeResult(in: &memory)
    }

    /// Takes the result away, staged or not.
    internal mutating func takeResult(in memory: inout JobMemory) -> ResultID {
        guard detail != .none else { return .none }
        return memory.withDetail(of: &self) { detail, _ in
            defer { detail.result = .none }
            return detail.result
        }
    }
}
