extension JobRecord {
    private var standing: Rules.Standing {
        Rules.Standing(state: state, attempt: attempt, isRemoved: flags.contains(.removed))
    }

    /// Lets `event` happen to the job at `now`; the job's time is not over.
    ///
    /// A function of record, event and time: it touches the record and its detail and nothing else.
    internal mutating func apply(_ event: JobEvent, at now: Instant) -> ApplyOutcome {
        guard event.isWithinLimits else { return refuse(.malformed) }
        let (action, named) = event.action
        switch Rules.judge(standing, action, attempt: named) {
        case .refused(let refusal): return refuse(refusal)
        case .accepted(let next, let attempt):
            var released = ResultID.none
            var isVisible = next != state
            if attempt != self.attempt {
                released = begin(attempt)
                isVisible = true
            }
            if next != state { enter(next, at: now) }
            switch event {
            case .update(let update): if take(update, at: now) { isVisible = true }
            case .fail(_, let failure): if isVisible { take(failure) }
            case .start, .complete, .retry: break
            }
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
        ApplyOutcome(state: visibleState, attempt: attempt, isVisible: isVisible, releasedResult: released)
    }

    /// Readers see a difference from now on.
    @inline(__always)
    internal mutating func touch(at now: Instant) {
        version &+= 1
        // The time of a change never goes back, whatever the clock does.
        updatedAt = WallTime(max(now.wall, updatedAt.milliseconds))
    }

    /// Makes `attempt` the job's attempt and clears what belongs to the one before; returns its staged result.
    internal mutating func begin(_ attempt: UInt32) -> ResultID {
        self.attempt = attempt
        state = .queued
        progress = .zero
        pace = Pace()
        startedAt = .none
        flags.subtract([.hasUnits, .hasStep, .stalled])
        guard detail.exists else { return .none }
        let staged = detail.value.result
        detail.value.result = .none
        detail.value.units = Units(done: 0, total: 0)
        detail.value.unit.free()
        detail.value.stepName.free()
        return staged
    }

    /// Moves to `next`, which differs from the present state.
    private mutating func enter(_ next: JobState, at now: Instant) {
        state = next
        switch next {
        case .queued: break
        case .processing:
            startedAt = WallTime(now.wall)
            pace.begin(at: UInt32(truncatingIfNeeded: now.monotonic))
        case .completed, .failed, .cancelled:
            endedAt = WallTime(now.wall)
            flags.subtract([.stalled, .ownerIsLost])
            guard next == .completed else { return }
            progress = .complete
            if detail.exists { detail.value.resultAt = WallTime(now.wall) }
        }
    }

    private mutating func take(_ failure: Failure) {
        if failure.isRetryable { flags.insert(.failureIsRetryable) }
        detail.make()
        unsafe detail.value.failureText.set(failure.text.bytes)
        if let code = failure.code { unsafe detail.value.failureCode.set(code.bytes) }
    }

    /// Takes the job to its end by the stall policy; it is processing.
    internal mutating func failOfStalling(at now: Instant) {
        enter(.failed, at: now)
        Text.with("No sign of life from the worker") { text in
            Text.with("stalled") { take(Failure(code: $0, text: text, isRetryable: true)) }
        }
        touch(at: now)
    }

    /// Cancels the job, which is live. A reason beyond its limit is cut.
    internal mutating func cancel(reason: String?, at now: Instant) {
        enter(.cancelled, at: now)
        if let reason, !reason.isEmpty {
            detail.make()
            Text.with(reason.cut(to: Limits.cancelReasonLength)) { unsafe detail.value.cancelReason.set($0.bytes) }
        }
        touch(at: now)
    }

    /// Marks the job, which is terminal, as removed; returns its result.
    internal mutating func remove(at now: Instant) -> ResultID {
        if flags.contains(.removed) { return .none }
        flags.insert(.removed)
        touch(at: now)
        return takeResult()
    }

    /// Takes the result away, staged or not.
    internal mutating func takeResult() -> ResultID {
        guard detail.exists else { return .none }
        let result = detail.value.result
        detail.value.result = .none
        return result
    }
}

extension String {
    /// As many whole characters as fit into `limit` bytes.
    fileprivate func cut(to limit: Int) -> String {
        var text = self
        while text.utf8.count > limit { text.removeLast() }
        return text
    }
}
