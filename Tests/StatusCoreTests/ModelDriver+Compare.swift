import StatusCore

extension ModelDriver {
    func pass() {
        let milliseconds = Int64(random(10) == 0 ? random(100_000) : random(4_000)) / 64 * 64
        bench.now.wall += milliseconds
        bench.now.monotonic += milliseconds
        tick()
    }

    func tick() {
        bench.events = []
        bench.pass(milliseconds: 0)
        var expired: Set<TaskID> = []
        var stalled: Set<TaskID> = []
        for event in bench.events {
            switch event {
            case .expired(let gone, let owner, let handle, let dropped):
                let id = gone.id
                let job = model.jobs[id]
                check(gone.tenant == .sole && gone.at == job?.expiresAt, "\(event)")
                check(job?.owner == owner && job?.handle == handle && job?.result == dropped, "\(event)")
                expired.insert(id)
            case .stalled(let id, _, _, _, _): stalled.insert(id)
            case .resultExpired: check(false, "no result has a time of its own here")
            }
        }
        let expected = model.advance(bench.now)
        check(expired == expected.expired && stalled == expected.stalled, "\(bench.events), not \(expected)")
    }

    func compare(_ id: TaskID) {
        let found = bench.table.read(id, at: bench.now, into: bench.snapshot)
        guard let job = model.live(id, bench.now) else {
            let expected = model.expiredAt(id, bench.now).map { Lookup.expired(at: $0) } ?? .unknown
            return check(found == expected, "\(id): \(found), not \(expected)")
        }
        guard case .found = found else { return check(false, "\(id) is not found") }
        let seen = bench.snapshot
        check(seen.id == id && seen.state == job.seen && seen.isRemoved == job.isRemoved, "\(id): \(seen.state)")
        check(seen.version == job.version, "\(id): version \(seen.version), not \(job.version)")
        check(seen.attempt == job.attempt && Int(seen.progress.value) == job.progress, "\(id): progress")
        check(seen.units == job.units && seen.text(.stepName) == job.step, "\(id): units or step")
        check(seen.text(.note) == job.note, "\(id): note")
        check(seen.createdAt == job.createdAt && seen.updatedAt == job.updatedAt, "\(id): times")
        check(seen.startedAt == job.startedAt && seen.expiresAt == job.expiresAt, "\(id): times")
        check(seen.completedAt == (job.seen == .completed ? job.endedAt : nil), "\(id): completedAt")
        check(seen.isStalled == (job.isStalled && job.state == .processing), "\(id): stalled")
        check(seen.resultID == (job.seen == .completed ? job.result : .none), "\(id): result")
    }
}
