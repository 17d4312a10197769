import StatusCore

extension ModelDriver {
    /// An event for the table and the same for the model.
    func event(_ body: (JobEvent, Model.Event, UInt32) -> ApplyOutcome) -> (
        ApplyOutcome, Model.Event, UInt32
    ) {
        let attempt = random(2) == 0 ? 0 : UInt32(1 + random(3))
        switch random(8) {
        case 0: return (body(.start(attempt: attempt), .start, attempt), .start, attempt)
        case 1: return (body(.retry(attempt: attempt), .retry, attempt), .retry, attempt)
        case 2 where random(6) == 0:
            return (body(.complete(attempt: attempt), .complete, attempt), .complete, attempt)
        case 3 where random(6) == 0:
            let outcome = Text.with("reason") {
                body(.fail(attempt: attempt, Failure(text: $0)), .fail, attempt)
            }
            return (outcome, .fail, attempt)
        default:
            let progress = random(2) == 0 ? random(10_001) : nil
            let units = random(3) == 0 ? Units(done: UInt64(random(100)), total: UInt64(random(100))) : nil
            let step = random(4) == 0 ? "step \(random(3))" : nil
            let note = random(4) == 0 ? ["", "a note", "a longer note than the one before"][random(3)] : nil
            let same = Model.Event.update(progress: progress, units: units, step: step, note: note)
            let outcome = Text.with(step) { (step: Text?) in
                Text.with(note) { (note: Text?) in
                    var update = JobUpdate(attempt: attempt, progress: progress.flatMap { BasisPoints($0) })
                    update.units = units
                    update.step = step.map { StepUpdate(index: 1, total: 3, name: $0) }
                    update.note = note
                    return body(.update(update), same, attempt)
                }
            }
            return (outcome, same, attempt)
        }
    }

    func apply(_ id: TaskID) {
        let (table, now) = (bench.table, bench.now)
        let (outcome, same, attempt) = event { event, _, _ in table.apply(event, to: id, at: now).1 }
        follow(outcome, same, attempt, id)
    }

    func applyBound() {
        guard !bindings.isEmpty else { return }
        let binding = bindings[random(bindings.count)]
        let (table, now) = (bench.table, bench.now)
        let (outcome, same, attempt) = event { event, _, _ in
            table.apply(event, to: binding.reference, from: binding.owner, at: now)
        }
        guard let job = model.jobs[binding.id], job.createdAt == binding.createdAt else {
            return check(outcome.refusal == .unknownJob, "\(binding.id) is gone: \(outcome)")
        }
        guard job.expiresAt > now.wall else {
            return check(outcome.refusal == .expired, "\(binding.id) has expired: \(outcome)")
        }
        guard job.binding == binding.number, job.owner == binding.owner || job.isShared else {
            return check(outcome.refusal == .boundElsewhere, "\(binding.id) is bound elsewhere: \(outcome)")
        }
        follow(outcome, same, attempt, binding.id)
    }

    func follow(_ outcome: ApplyOutcome, _ same: Model.Event, _ attempt: UInt32, _ id: TaskID) {
        guard let before = model.live(id, bench.now) else {
            let refusal: Refusal = model.expiredAt(id, bench.now) == nil ? .unknownJob : .expired
            return check(outcome.refusal == refusal, "\(id): \(outcome)")
        }
        let (refusal, released) = model.apply(same, by: attempt, to: id, bench.now)
        let after = model.jobs[id]!
        let expected = ApplyOutcome(
            refusal: refusal,
            state: after.seen,
            attempt: after.attempt,
            isVisible: after.version != before.version,
            releasedResult: released
        )
        check(outcome == expected, "\(id), \(same) by \(attempt): \(outcome), not \(expected)")
    }

    func cancel(_ id: TaskID) {
        let outcome = bench.table.cancel(id, reason: nil, at: bench.now)
        guard let job = model.live(id, bench.now) else {
            return check(
                outcome == model.expiredAt(id, bench.now).map { .expired(at: $0) } ?? .unknown,
                "\(outcome)"
            )
        }
        if job.state.isTerminal { return check(outcome == .alreadyTerminal, "cancel \(id): \(outcome)") }
        model.cancel(id, bench.now)
        check(outcome == .cancelled(owner: job.owner, handle: job.handle), "cancel \(id): \(outcome)")
    }

    func delete(_ id: TaskID) {
        guard random(3) == 0 else { return }
        let outcome = bench.table.delete(id, at: bench.now)
        guard let job = model.live(id, bench.now) else {
            return check(
                outcome == model.expiredAt(id, bench.now).map { .expired(at: $0) } ?? .unknown,
                "\(outcome)"
            )
        }
        if !job.state.isTerminal {
            model.cancel(id, bench.now)
            return check(outcome == .cancelled(owner: job.owner, handle: job.handle), "delete \(id): \(outcome)")
        }
        check(outcome == .removed(dropped: job.isRemoved ? .none : job.result), "delete \(id): \(outcome)")
        if job.isRemoved { return }
        model.jobs[id]!.isRemoved = true
        model.jobs[id]!.result = .none
        model.jobs[id]!.version += 1
        model.jobs[id]!.updatedAt = bench.now.wall
    }

    func attach(_ id: TaskID) {
        let result = ResultID(generator.next() | 1)
        let outcome = bench.table.attachResult(result, to: id, attempt: 0, from: nil, at: bench.now)
        guard let job = model.live(id, bench.now) else {
            return check(
                outcome == model.expiredAt(id, bench.now).map { .expired(at: $0) } ?? .unknown,
                "\(outcome)"
            )
        }
        if job.seen.isTerminal {
            let expected = AttachOutcome.refused(.alreadyFinished, state: job.seen, attempt: job.attempt)
            return check(outcome == expected, "attach \(id): \(outcome)")
        }
        _ = model.apply(.update(progress: nil, units: nil, step: nil, note: nil), by: 0, to: id, bench.now)
        model.jobs[id]!.result = result
        check(outcome == .attached(dropped: job.result), "attach \(id): \(outcome)")
    }

    func leave() {
        guard !bindings.isEmpty else { return }
        let binding = bindings.remove(at: random(bindings.count))
        let isOwner: Bool
        if let job = model.live(binding.id, bench.now) {
            isOwner =
                job.createdAt == binding.createdAt && job.binding == binding.number && job.owner == binding.owner
        } else {
            isOwner = false
        }
        if random(2) == 0 {
            bench.table.unbind(binding.reference, owner: binding.owner, at: bench.now)
            if isOwner { model.jobs[binding.id]!.owner = .none }
        } else {
            bench.table.ownerLeft(binding.reference, owner: binding.owner, at: bench.now)
            if isOwner { model.ownerLeft(binding.id, bench.now) }
        }
    }
}
