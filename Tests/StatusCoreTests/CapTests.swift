import Synchronization
import Testing

@testable import StatusCore

@Suite("The caps on memory and on jobs")
struct CapTests {
    private let words = [UInt8](repeating: 0x31, count: 2_048)

    private func make(_ adjust: (inout JobTable.Configuration) -> Void = { _ in }) -> Bench {
        Bench {
            $0.maximumBytes = Limits.leastMemory
            $0.maximumTombstones = 0
            adjust(&$0)
        }
    }

    /// Submits jobs with words until one is refused; returns how many there are.
    private func fill(_ bench: Bench, _ name: String) -> Int {
        for number in 0..<100_000 {
            let submission = Submission(id: named("\(name)-\(number)"), metadata: words, ttl: 600)
            switch bench.table.submit(submission, at: bench.now) {
            case .created: continue
            case .full: return number
            case let outcome:
                Issue.record("\(outcome)")
                return number
            }
        }
        return 100_000
    }

    private func note(_ text: String, to id: TaskID, on bench: Bench) -> ApplyOutcome {
        Text.with(text) { bench.apply(.update(JobUpdate(note: $0)), to: id) }
    }

    /// Sends notes until one is refused; returns the job of that one.
    private func fillWithNotes(_ bench: Bench, of count: Int) -> TaskID? {
        let long = String(repeating: "n", count: Limits.noteLength)
        return (0..<count).lazy.map { named("job-\($0)") }.first { id in
            note(long, to: id, on: bench).refusal == .overQuota
        }
    }

    @Test("New jobs give way first, then reports with words, then the words of ends; nothing else does")
    func order() throws {
        let bench = make()
        let count = fill(bench, "job")
        #expect(count > 5_000)
        #expect(bench.table.bytesInUse <= Limits.leastMemory / 4 * 3)
        #expect(note("short", to: named("job-0"), on: bench).refusal == nil, "reports go on")

        let refused = try #require(fillWithNotes(bench, of: count))
        #expect(bench.table.bytesInUse <= Limits.leastMemory / 8 * 7)
        let before = bench.read(refused).version
        #expect(note(String(repeating: "m", count: Limits.noteLength), to: refused, on: bench).refusal == .overQuota)
        #expect(bench.read(refused).version == before && bench.read(refused).string(.note) == nil)
        #expect(bench.report(100, to: refused).isVisible, "progress alone goes on")
        #expect(bench.apply(.update(JobUpdate()), to: refused).refusal == nil, "a heartbeat goes on")
        #expect(bench.apply(.retry(attempt: 0), to: refused).refusal == nil)
        #expect(bench.read(refused).string(.metadata)?.utf8.count == 2_048)

        let text = String(repeating: "f", count: Limits.failureTextLength)
        var whole = 0
        for number in 0..<count - 200 {
            let id = named("job-\(number)")
            #expect(bench.fail(id, text, code: "disk").refusal == nil, "ends are never refused")
            let job = bench.read(id)
            try #require(job.state == .failed && job.failureIsRetryable)
            if job.string(.failureText) == text {
                whole += 1
            } else {
                try #require(job.string(.failureText)?.contains("no room") == true && job.string(.failureCode) == nil)
                try #require(job.string(.metadata)?.utf8.count == 2_048)
            }
        }
        #expect(whole > 0 && whole < count - 200)
        #expect(bench.table.bytesInUse <= Limits.leastMemory)
        let reason = String(repeating: "r", count: Limits.cancelReasonLength)
        var lost = 0
        for number in count - 200..<count - 1 {
            let id = named("job-\(number)")
            let outcome = bench.table.cancel(id, reason: reason, at: bench.now)
            #expect(outcome == .cancelled(owner: .none, handle: Handle(0)))
            guard let said = bench.read(id).string(.cancelReason), said != reason else { continue }
            #expect(said.contains("no room"))
            lost += 1
        }
        #expect(lost > 100)
        #expect(bench.apply(.complete(attempt: 0), to: named("job-\(count - 1)")).state == .completed)
    }

    @Test("When the jobs have gone there is room again")
    func serviceReturns() {
        let bench = make()
        let first = fill(bench, "job")
        bench.pass(seconds: 601)
        bench.pass(seconds: 1)
        #expect(bench.table.counts().total == 0)
        let second = fill(bench, "again")
        #expect(second * 10 > first * 9, "\(first) at first")
    }

    @Test("Many jobs without words, once gone, leave room for jobs with words")
    func recordsLeaveRoom() {
        let bench = make { $0.stripes = 1 }
        // What other parts of the table would use.
        precondition(bench.table.sources.budget.take(8 * AddressSpace.chunkSize, for: .end))
        var count = 0
        while case .created = bench.table.submit(Submission(id: named("job-\(count)"), ttl: 1), at: bench.now) {
            count += 1
        }
        #expect(count > 16_000)
        for _ in 0..<4 { bench.pass(seconds: 1) }
        #expect(bench.table.counts().total == 0)
        #expect(fill(bench, "words") > 100)
    }

    @Test("A job that fails of stalling does so without room too, and by small steps of the clock")
    func stallWithoutRoom() throws {
        let bench = make { $0.stripes = 1 }
        bench.submit(named("job")) {
            $0.stall = 1
            $0.stallPolicy = .fail
        }
        bench.report(1, to: named("job"))
        let budget = bench.table.sources.budget
        precondition(budget.take(budget.limit - budget.inUse, for: .end))
        for _ in 0..<100 { bench.pass(milliseconds: 64) }
        let job = bench.read(named("job"))
        #expect(job.state == .failed)
        #expect(job.string(.failureText)?.contains("no room") == true)
    }

    @Test(
        "There are exactly as many jobs as the cap says, however they spread over the stripes",
        arguments: [(1, 256), (7, 4), (100, 16), (1_000, 256), (5_000, 2)]
    )
    func exact(limit: Int, stripes: Int) {
        let bench = Bench {
            $0.stripes = stripes
            $0.maximumJobs = limit
        }
        var generator = SeededGenerator(seed: UInt64(limit))
        for number in 0..<limit * 3 {
            let isFull = bench.table.counts().total == limit
            let submission = Submission(id: named("job-\(number)"), ttl: .random(in: 1...20, using: &generator))
            let outcome = bench.table.submit(submission, at: bench.now)
            #expect((outcome == .full) == isFull, "job \(number) of \(bench.table.counts().total)")
            if isFull { bench.pass(seconds: 2) }
        }
        for number in 0..<limit { _ = bench.table.submit(Submission(id: named("last-\(number)")), at: bench.now) }
        #expect(bench.table.counts().total == limit)
        #expect(bench.table.submit(Submission(id: named("x-0")), at: bench.now) == .full)
        let outcome = bench.table.bind(
            named("x-1"),
            attempt: 0,
            creating: Submission(id: named("x-1")),
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(1),
            at: bench.now
        )
        #expect(outcome == .refused(.overQuota, state: nil, attempt: 0))
    }

    @Test("As many jobs as the cap says are taken from several threads, and not one more", arguments: [4, 64])
    func threads(stripes: Int) {
        let limit = 4_000
        for round in 0..<10 {
            let bench = Bench {
                $0.stripes = stripes
                $0.maximumJobs = limit
            }
            let (table, now) = (bench.table, bench.now)
            let created = Atomic(0)
            runThreads(8) { thread in
                for number in 0..<limit / 8 {
                    let submission = Submission(id: named("t\(thread)-\(number)"))
                    if case .created = table.submit(submission, at: now) { created.add(1, ordering: .relaxed) }
                }
            }
            #expect(created.load(ordering: .relaxed) == limit, "round \(round): refused before the cap was reached")
            runThreads(8) { thread in
                for number in 0..<20 {
                    let outcome = table.submit(Submission(id: named("more\(thread)-\(number)")), at: now)
                    if case .created = outcome { created.add(1, ordering: .relaxed) }
                }
            }
            #expect(created.load(ordering: .relaxed) == limit && table.counts().total == limit)
        }
    }

    @Test("A place that was freed while another thread found none is there after the clock's next turn")
    func missedPlace() {
        let bench = Bench {
            $0.stripes = 4
            $0.maximumJobs = 8
        }
        for number in 0..<8 { bench.submit(named("job-\(number)")) }
        #expect(bench.table.submit(Submission(id: named("more")), at: bench.now) == .full)
        // As if a job of this stripe had gone between that thread's last look and its word that nothing is left.
        bench.table.withStripe(3) { $0.credits += 1 }
        bench.pass(milliseconds: 100)
        let created = (0..<8).filter { number in
            if case .created = bench.table.submit(Submission(id: named("late-\(number)")), at: bench.now) {
                true
            } else {
                false
            }
        }
        #expect(created == [0])
    }

    @Test("The cap is reached too when jobs come to other stripes than those before them")
    func shiftingStripes() {
        let limit = 40_000
        let bench = Bench {
            $0.stripes = 2
            $0.maximumJobs = limit
            $0.maximumTombstones = 0
        }
        let table = bench.table
        var ids = (0..<Int.max).lazy.map { named("job-\($0)") }.makeIterator()
        for crowded in [0, 1, 0] {
            var left = [limit / 4, limit / 4]
            left[crowded] = limit / 4 * 3
            while left != [0, 0], let id = ids.next() {
                let stripe = table.stripe(of: table.hash(id, of: .sole))
                guard left[stripe] > 0 else { continue }
                left[stripe] -= 1
                guard case .created = table.submit(Submission(id: id, ttl: 1), at: bench.now) else { break }
            }
            #expect(table.counts().total == limit)
            for _ in 0..<3 { bench.pass(seconds: 1) }
        }
    }
}
