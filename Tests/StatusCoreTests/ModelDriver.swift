import StatusCore

/// A binding that the driver has made, with the number that the model gave it.
struct Binding {
    let id: TaskID
    let createdAt: Int64
    let reference: JobReference
    let owner: OwnerID
    let number: Int
}

/// Calls the table and the model alike, at random, and notes the first difference.
final class ModelDriver {
    let bench = Bench { $0.stripes = 2 }
    var model = Model()
    var generator: SeededGenerator
    var bindings: [Binding] = []
    var failure: String?
    /// The ids in play; one whose job has expired gives its place to a new one some time later.
    var ids: [TaskID] = []
    private var named = 0

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        for _ in 0..<8 { ids.append(newID()) }
    }

    /// An id that was never used; every third is longer than a record holds.
    private func newID() -> TaskID {
        named += 1
        return TaskID(named % 3 == 0 ? "a-task-id-that-is-longer-than-a-record-holds-\(named)" : "job-\(named)")!
    }

    func check(_ isRight: Bool, _ what: @autoclosure () -> String) {
        if !isRight, failure == nil { failure = what() }
    }

    func random(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    func step() {
        let place = random(ids.count)
        if model.tombstones[ids[place]] != nil, random(4) == 0 { ids[place] = newID() }
        let id = ids[place]
        switch random(24) {
        case 0, 1, 2: submit(id)
        case 3...6: bind(id)
        case 7...10: apply(id)
        case 11...16: applyBound()
        case 17: if random(4) == 0 { cancel(id) }
        case 18: if random(2) == 0 { delete(id) }
        case 19: attach(id)
        case 20, 21: leave()
        default: pass()
        }
        bindings.removeAll { model.jobs[$0.id] == nil && random(20) == 0 }
        for id in ids { compare(id) }
        if random(50) == 0 {
            check(
                bench.list(limit: 1 + random(20)) == model.order.reversed().map(\.description),
                "the list differs"
            )
        }
    }

    func submit(_ id: TaskID) {
        let ttl = 60 + random(600)
        let stall: Int? = random(2) == 0 ? 1 + random(60) : nil
        let fails = random(3) == 0
        let outcome = bench.table.submit(
            Submission(
                id: id,
                ttl: UInt32(ttl),
                stall: stall.map { UInt32($0) },
                stallPolicy: fails ? .fail : .report
            ),
            at: bench.now
        )
        switch outcome {
        case .created:
            check(model.live(id, bench.now) == nil && model.expiredAt(id, bench.now) == nil, "created \(id) twice")
            model.create(id, ttl: Int64(ttl), stall: stall.map(Int64.init), fails: fails, bench.now)
            bench.now.wall += 64
            bench.now.monotonic += 64
            tick()
        case .existing, .conflict:
            let job = model.live(id, bench.now)
            let isSame =
                job?.ttl == Int64(ttl) && job?.stall == stall.map(Int64.init) && job?.failsWhenStalled == fails
            check(job != nil && isSame == (outcome != .conflict(reference(outcome))), "submit \(id): \(outcome)")
        case .expired(let at): check(model.expiredAt(id, bench.now) == at, "submit \(id): \(outcome)")
        default: check(false, "submit \(id): \(outcome)")
        }
    }

    func reference(_ outcome: SubmitOutcome) -> JobReference {
        switch outcome {
        case .existing(let reference), .conflict(let reference), .created(let reference): reference
        default: fatalError("\(outcome)")
        }
    }

    func bind(_ id: TaskID) {
        let attempt = random(2) == 0 ? 0 : UInt32(1 + random(3))
        let sharing = random(3) == 0
        let owner = OwnerID(UInt32(1 + random(3)))
        let handle = Handle(UInt32(random(9)))
        let outcome = bench.table.bind(
            id,
            attempt: attempt,
            creating: nil,
            sharing: sharing,
            owner: owner,
            handle: handle,
            at: bench.now
        )
        guard let job = model.live(id, bench.now) else {
            let refusal: Refusal = model.expiredAt(id, bench.now) == nil ? .unknownJob : .expired
            return check(outcome == .refused(refusal, state: nil, attempt: 0), "bind \(id): \(outcome)")
        }
        if job.seen.isTerminal {
            let expected = BindOutcome.refused(.alreadyFinished, state: job.seen, attempt: job.attempt)
            return check(outcome == expected, "bind \(id): \(outcome)")
        }
        if attempt != 0, attempt < job.attempt {
            let expected = BindOutcome.refused(.attemptIsOver, state: job.seen, attempt: job.attempt)
            return check(outcome == expected, "bind \(id): \(outcome)")
        }
        let released = attempt > job.attempt ? model.apply(.retry, by: attempt, to: id, bench.now).1 : .none
        model.bind(id, owner, handle, sharing: sharing, bench.now)
        guard case .bound(let reference, attempt: max(attempt, job.attempt), dropped: released) = outcome else {
            return check(false, "bind \(id): \(outcome)")
        }
        bindings.append(
            Binding(
                id: id,
                createdAt: job.createdAt,
                reference: reference,
                owner: owner,
                number: model.jobs[id]!.binding
            )
        )
    }
}
