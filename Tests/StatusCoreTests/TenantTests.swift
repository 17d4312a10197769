import StatusCore
import Testing

@Suite("Tenants")
struct TenantTests {
    private let bench = Bench()
    private let tenants = [TenantID.sole, TenantID(1), TenantID(65_535)]
    /// One that fits into a record and one that does not.
    private let ids = [named("job"), named(String(repeating: "j", count: 64))]

    /// Each id with each tenant, and a number of its own.
    private var all: [(id: TaskID, tenant: TenantID, number: Int)] {
        ids.flatMap { id in tenants.map { (id, $0) } }.enumerated().map { ($1.0, $1.1, $0 + 1) }
    }

    init() {
        for (id, tenant, number) in all {
            let submission = Submission(
                id: id,
                tenant: tenant,
                type: "type \(number)",
                ttl: UInt32(1_000 + number),
                idempotencyKey: Array("key".utf8) + [UInt8(id.count)]
            )
            guard case .created = bench.table.submit(submission, at: bench.now) else {
                Issue.record("\(id) of \(tenant) was not created")
                continue
            }
        }
    }

    private func read(_ id: TaskID, _ tenant: TenantID) -> JobSnapshot? {
        guard case .found(let reference) = bench.table.read(id, of: tenant, at: bench.now, into: bench.snapshot),
            bench.table.find(id, of: tenant, at: bench.now) == .found(reference)
        else { return nil }
        return bench.snapshot
    }

    @Test("One id under several tenants is several jobs, found by their tenant alone")
    func reading() throws {
        for (id, tenant, number) in all {
            let job = try #require(read(id, tenant))
            #expect(job.id == id && job.tenant == tenant && job.text(.type) == "type \(number)")
        }
        #expect(read(ids[0], TenantID(2)) == nil && read(ids[1], TenantID(256)) == nil)
        #expect(Set(all.compactMap { read($0.id, $0.tenant)?.reference }).count == 6)
    }

    @Test("A submission finds its own tenant's job, by id and by key")
    func submitting() throws {
        for (id, tenant, number) in all {
            let reference = try #require(read(id, tenant)?.reference)
            let same = Submission(id: id, tenant: tenant, type: "type \(number)", ttl: UInt32(1_000 + number))
            #expect(bench.table.submit(same, at: bench.now) == .existing(reference))
            var keyed = same
            keyed.id = named("another")
            keyed.idempotencyKey = Array("key".utf8) + [UInt8(id.count)]
            #expect(bench.table.submit(keyed, at: bench.now) == .existing(reference))
            keyed.type = "other"
            #expect(bench.table.submit(keyed, at: bench.now) == .conflict(reference))
            keyed.tenant = TenantID(77)
            keyed.id = named("fresh-\(number)")
            var isNew = false
            if case .created = bench.table.submit(keyed, at: bench.now) { isNew = true }
            // The second and third submissions of a key find the first one's job.
            #expect(isNew == (number % 3 == 1))
        }
    }

    @Test("An update, a binding, a result, a cancel and a removal reach one tenant's job")
    func changing() throws {
        for (id, tenant, number) in all {
            let progress = JobEvent.update(JobUpdate(progress: BasisPoints(number * 100)))
            #expect(bench.table.apply(progress, to: id, of: tenant, at: bench.now).1.isVisible)
            let outcome = bench.table.bind(
                id,
                of: tenant,
                attempt: UInt32(number),
                creating: nil,
                sharing: false,
                owner: OwnerID(UInt32(number)),
                handle: Handle(UInt32(number)),
                at: bench.now
            )
            guard case .bound(let reference, UInt32(number), _) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            _ = bench.table.apply(progress, to: reference, from: OwnerID(UInt32(number)), at: bench.now)
            let result = ResultID(UInt64(number))
            let attached = bench.table.attachResult(result, to: id, of: tenant, attempt: 0, from: nil, at: bench.now)
            #expect(attached == .attached(dropped: .none))
        }
        for (id, tenant, number) in all {
            let job = try #require(read(id, tenant))
            #expect(job.progress == BasisPoints(number * 100) && job.attempt == UInt32(number))
            #expect(job.stagedResultID == ResultID(UInt64(number)))
        }
        let cancelled = bench.table.cancel(ids[0], of: tenants[1], reason: "mine", at: bench.now)
        #expect(cancelled == .cancelled(owner: OwnerID(2), handle: Handle(2)))
        let deleted = bench.table.delete(ids[1], of: tenants[1], at: bench.now)
        #expect(deleted == .cancelled(owner: OwnerID(5), handle: Handle(5)))
        #expect(bench.table.delete(ids[1], of: tenants[1], at: bench.now) == .removed(dropped: ResultID(5)))
        for (id, tenant, _) in all {
            #expect((read(id, tenant)?.state == .cancelled) == (tenant == tenants[1]), "\(id) of \(tenant)")
        }
    }

    @Test("A binding creates the job of its own tenant, and none of a submission that names another one")
    func binding() {
        func bind(_ tenant: TenantID, _ submission: Submission) -> BindOutcome {
            bench.table.bind(
                submission.id,
                of: tenant,
                attempt: 0,
                creating: submission,
                sharing: false,
                owner: OwnerID(1),
                handle: Handle(1),
                at: bench.now
            )
        }
        let mixed = bind(TenantID(3), Submission(id: named("new"), tenant: TenantID(4)))
        #expect(mixed == .refused(.malformed, state: nil, attempt: 0))
        guard case .bound = bind(TenantID(3), Submission(id: named("new"), tenant: TenantID(3))) else {
            Issue.record("not bound")
            return
        }
        #expect(read(named("new"), TenantID(3)) != nil && read(named("new"), .sole) == nil)
    }

    @Test("A list holds one tenant's jobs")
    func listing() {
        for tenant in tenants { #expect(Set(bench.list(ListFilter(tenant: tenant))) == Set(ids.map(\.description))) }
        #expect(bench.list(ListFilter(tenant: TenantID(2))).isEmpty)
        #expect(bench.list(ListFilter(tenant: TenantID(1), type: "type 1")).isEmpty)
        #expect(bench.list(ListFilter(tenant: TenantID(1), type: "type 2")) == ["job"])
    }

    @Test("Thousands of tenants with one name: each finds its own job, and strangers find none")
    func collisions() {
        let bench = Bench { $0.stripes = 1 }
        let id = named("same")
        // So many that hashes agree in what the index keeps of them.
        for tenant in UInt16(0)..<3_000 {
            _ = bench.table.submit(Submission(id: id, tenant: TenantID(tenant), type: "\(tenant)"), at: bench.now)
        }
        for tenant in UInt16(0)..<6_000 {
            let found = bench.table.read(id, of: TenantID(tenant), at: bench.now, into: bench.snapshot)
            #expect((found == .unknown) == (tenant >= 3_000))
            if found != .unknown { #expect(bench.snapshot.text(.type) == "\(tenant)") }
        }
    }

    @Test("A tombstone stands for one tenant's job")
    func tombstones() {
        let start = bench.now.wall
        bench.pass(milliseconds: 1_002_500)
        for (id, tenant, number) in all {
            let found = bench.table.find(id, of: tenant, at: bench.now)
            if number <= 2 {
                #expect(found == .expired(at: start + Int64(1_000 + number) * 1_000))
                #expect(bench.table.submit(Submission(id: id, tenant: tenant), at: bench.now) == found.asSubmitOutcome)
            } else {
                #expect(read(id, tenant) != nil)
            }
        }
        #expect(bench.table.find(ids[0], of: TenantID(2), at: bench.now) == .unknown)
    }
}

extension Lookup {
    /// What a submission of the same id is told.
    fileprivate var asSubmitOutcome: SubmitOutcome? {
        if case .expired(let at) = self { return .expired(at: at) }
        return nil
    }
}
