import BenchSupport
import StatusCore

/// A table with jobs, and the operations on it. A wrong answer traps.
struct Driver {
    private static let jobs = 10_000
    private let owner = OwnerID(1)
    private let table: JobTable
    private let references: [JobReference]

    init() {
        table = JobTable(configuration: Tables.configuration(jobs: 2_000_000))
        for number in 0..<Self.jobs { _ = table.submit(Tables.submission(number), at: Tables.now) }
        references = Tables.bind(0..<1_000, of: table, to: owner)
    }

    func run(_ operation: Operation, _ count: Int) {
        let right =
            switch operation {
            case .read: read(count)
            case .find: find(count, from: 0) { if case .found = $0 { true } else { false } }
            case .miss: find(count, from: Self.jobs) { $0 == .unknown }
            case .advance: advance(count)
            case .update: update(count)
            case .single: worker(.single).take(count)
            case .run: worker(.run).take(count)
            case .dense: worker(.dense).take(count)
            case .submit: submit(count)
            case .life: live(count)
            case .page: list(count)
            }
        precondition(right == count, "\(operation): \(count - right) of \(count) went wrong")
    }

    private func read(_ count: Int) -> Int {
        let snapshot = JobSnapshot()
        var choices = Choices(among: Self.jobs, seed: 1)
        var right = 0
        for _ in 0..<count {
            let id = NumberedID.task(choices.next())
            if case .found = table.read(id, at: Tables.now, into: snapshot) { right += 1 }
        }
        return right
    }

    private func find(_ count: Int, from first: Int, _ isRight: (Lookup) -> Bool) -> Int {
        var choices = Choices(among: Self.jobs, seed: 2)
        var right = 0
        for _ in 0..<count where isRight(table.find(NumberedID.task(first + choices.next()), at: Tables.now)) {
            right += 1
        }
        return right
    }

    private func advance(_ count: Int) -> Int {
        var right = 0
        for number in 0..<count {
            let outcome = table.advanceProgress(
                to: progress(number),
                of: references[number % references.count],
                from: owner,
                at: Worker.now
            )
            if outcome.refusal == nil { right += 1 }
        }
        return right
    }

    private func update(_ count: Int) -> Int {
        var right = 0
        for number in 0..<count {
            let event = JobEvent.update(JobUpdate(progress: progress(number)))
            let place = references[number % references.count]
            if table.apply(event, to: place, from: owner, at: Worker.now).refusal == nil { right += 1 }
        }
        return right
    }

    /// One basis point more each time round, until all is done.
    private func progress(_ number: Int) -> BasisPoints {
        BasisPoints(min(1 + number / references.count, 9_999))!
    }

    private func worker(_ form: Worker.Form) -> Worker {
        Worker(form, references, of: table, owner: owner, updates: 40_000)
    }

    private func submit(_ count: Int) -> Int {
        make(Self.jobs..<Self.jobs + count, ttl: 31_536_000, at: Tables.now)
    }

    /// Jobs come and go by a thousand, a minute apart, so that the table keeps its size.
    private func live(_ count: Int) -> Int {
        var right = 0
        var now = Tables.now
        for start in stride(from: 0, to: count, by: 1_000) {
            let numbers = Self.jobs + start..<Self.jobs + min(start + 1_000, count)
            let made = make(numbers, ttl: 30, at: now)
            now.wall += 60_000
            now.monotonic += 60_000
            var expired = 0
            table.advance(to: now, limit: .max) { event in
                if case .expired = event { expired += 1 }
            }
            right += min(made, expired)
        }
        return right
    }

    private func make(_ numbers: Range<Int>, ttl: UInt32, at now: Instant) -> Int {
        var right = 0
        for number in numbers {
            if case .created = table.submit(Submission(id: NumberedID.task(number), ttl: ttl), at: now) { right += 1 }
        }
        return right
    }

    private func list(_ count: Int) -> Int {
        var right = 0
        for _ in 0..<count {
            var visited = 0
            _ = table.list(ListFilter(), after: nil, limit: 100, at: Tables.now) { _ in visited += 1 }
            if visited == 100 { right += 1 }
        }
        return right
    }
}
