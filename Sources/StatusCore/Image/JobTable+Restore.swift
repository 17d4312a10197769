/// What came of putting a job back into a table.
public enum RestoreOutcome: Hashable, Sendable {
    /// It is there.
    case restored(JobReference)
    /// Its time is over; the table knows nothing of it.
    case over
    /// A field is beyond its limit, or the times contradict each other.
    case malformed
    /// There is a job of that name already.
    case occupied
    /// The cap on jobs or on memory is reached.
    case full
}

extension JobTable {
    /// Puts a job back that a store has kept, before anything else is done with the table.
    ///
    /// Jobs are to come in the order of their creation, which is the order of lists. A job that a stream had bound
    /// counts as one whose stream was lost at `now`; time without a server is no silence of the worker. An end that
    /// readers did not see yet is seen from now on.
    /// - Parameter image: its version is taken as it stands: the caller has lifted it above all that was ever shown.
    public func restore(_ image: JobImage, at now: Instant) -> RestoreOutcome {
        let submission = image.submission
        guard submission.isWithinLimits, image.isConsistent else { return .malformed }
        guard image.expiresAt > now.wall else { return .over }
        let draft = Draft(submission, hash: hash(submission.id, of: submission.tenant))
        var wants = image.wants
        if draft.needsDetail {
            wants.details = 1
            wants.cells += draft.wants.cells
        }
        let outcome = withRoom(stripe(of: draft.hash), forJob: true, wants, .end) { stripe, hasRoom in
            if stripe.find(submission.id, of: submission.tenant, draft.hash) != nil { return RestoreOutcome.occupied }
            return hasRoom ? .restored(stripe.restore(image, draft, at: now)) : .full
        }
        if case .restored(let reference) = outcome, let key = submission.idempotencyKey {
            keys.withEntry(of: key, submission.tenant) { $0 = reference }
        }
        return outcome
    }

    /// Remembers a job that expired at `end`, before anything else is done with the table; those that expired first
    /// are to come first.
    public func restoreTombstone(_ id: TaskID, of tenant: TenantID = .sole, expiredAt end: Int64) {
        let hash = hash(id, of: tenant)
        withChange(stripe(of: hash)) { stripe in
            if stripe.tombstones.set(hash, expiredAt: end) { stripe.forgetVersions() }
        }
    }
}

extension JobImage {
    /// True when no field contradicts another and each text is within its limit.
    fileprivate var isConsistent: Bool {
        attempt > 0 && version > 0 && createdAt >= 0 && updatedAt >= createdAt && state.isTerminal == (endedAt != nil)
            && unit.utf8.count <= Limits.unitLength && (step?.name.utf8.count ?? 0) <= Limits.stepNameLength
            && note.utf8.count <= Limits.noteLength && failureCode.utf8.count <= Limits.failureCodeLength
            && failureText.utf8.count <= Limits.failureTextLength
            && cancelReason.utf8.count <= Limits.cancelReasonLength && !(isRemoved && !state.isTerminal)
    }

    /// What memory its own texts need.
    fileprivate var wants: Wants {
        guard hasDetail else { return .nothing }
        return Wants(
            details: 1,
            texts: unit.utf8.count,
            step?.name.utf8.count ?? 0,
            note.utf8.count,
            failureCode.utf8.count,
            failureText.utf8.count,
            cancelReason.utf8.count
        )
    }

    fileprivate var hasDetail: Bool {
        units != nil || step != nil || result != .none || !unit.isEmpty || !note.isEmpty || !failureCode.isEmpty
            || !failureText.isEmpty || !cancelReason.isEmpty
    }
}

extension Stripe {
    /// Makes the job of an image, whose id is free here and for which there is room.
    fileprivate mutating func restore(_ image: JobImage, _ draft: borrowing Draft, at now: Instant) -> JobReference {
        let slot = create(draft, at: Instant(wall: image.createdAt, monotonic: now.monotonic))
        var record = jobs[slot]
        counts.add(-1, JobCounts.Place(record))
        record.take(image, at: now)
        if image.hasDetail { jobs.memory.take(image, into: &record) }
        if isKept { record.flags.insert(.kept) }
        jobs[slot] = record
        counts.add(1, JobCounts.Place(record))
        // The life of the result and the worker's silence count from now on.
        setTimer(slot, at: now)
        return reference(slot)
    }
}

extension JobRecord {
    fileprivate mutating func take(_ image: JobImage, at now: Instant) {
        state = image.state
        worker = image.worker
        attempt = image.attempt
        version = image.version
        progress = image.progress
        updatedAt = WallTime(image.updatedAt)
        startedAt = WallTime(image.startedAt ?? 0)
        endedAt = WallTime(image.endedAt ?? 0)
        lastSign = UInt32(truncatingIfNeeded: now.monotonic)
        pace.begin(at: lastSign)
        if image.isRemoved { flags.insert(.removed) }
        if image.isStalled, state == .processing { flags.insert(.stalled) }
        if image.failureIsRetryable { flags.insert(.failureIsRetryable) }
        if image.wordsAreLost { flags.insert(.wordsAreLost) }
        if image.units != nil { flags.insert(.hasUnits) }
        if image.step != nil { flags.insert(.hasStep) }
        // Its own stall time, where it has a shorter one, goes first, as when a stream is lost.
        let isPatient = image.submission.stall.map { $0 * 1_000 > Limits.lostStreamGrace } ?? true
        if image.isBound, state == .processing, !image.isStalled, isPatient { flags.insert(.ownerIsLost) }
    }
}

extension JobMemory {
    fileprivate mutating func take(_ image: JobImage, into record: inout JobRecord) {
        withDetail(of: &record) { detail, texts in
            detail.units = image.units ?? Units(done: 0, total: 0)
            detail.stepIndex = image.step?.index ?? 0
            detail.stepTotal = image.step?.total ?? 0
            detail.result = image.result
            detail.resultAt = WallTime(image.resultAt ?? 0)
            texts.set(&detail.unit, to: image.unit)
            texts.set(&detail.stepName, to: image.step?.name ?? "")
            texts.set(&detail.note, to: image.note)
            texts.set(&detail.failureCode, to: image.failureCode)
            texts.set(&detail.failureText, to: image.failureText)
            texts.set(&detail.cancelReason, to: image.cancelReason)
        }
    }
}

extension CellPool {
    fileprivate mutating func set(_ run: inout TextRun, to text: String) {
        if text.isEmpty { return }
        Text.with(text) { text in unsafe set(&run, to: text.bytes) }
    }
}
