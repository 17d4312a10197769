import BareTable
import BenchSupport
import Benchmark
import StatusCore

/// Jobs that stay for a moment in a table that keeps its size. Belongs to one benchmark.
final class Guests {
    var bare: OpaquePointer { fixture.tables.bare }

    private let fixture: Fixture
    private var number: Int
    private var now = Tables.now

    init(_ fixture: Fixture) {
        self.fixture = fixture
        number = fixture.tables.jobs
    }

    /// Submissions of `count` jobs that never were there, each for 30 seconds.
    func submissions(_ count: Int) -> [Submission] {
        numbers(count).map { Submission(id: NumberedID.task($0), ttl: 30) }
    }

    /// Ids of `count` jobs that never were there.
    func bareIDs(_ count: Int) -> [BareID] {
        numbers(count).map(NumberedID.bare)
    }

    func insert(_ submissions: [Submission]) {
        for submission in submissions { blackHole(fixture.tables.table.submit(submission, at: now)) }
    }

    /// Lets a minute pass, which ends all jobs that were inserted.
    func expire() {
        now.wall += 60_000
        now.monotonic += 60_000
        fixture.tables.table.advance(to: now, limit: .max) { event in blackHole(event) }
    }

    func remove(_ ids: [BareID]) {
        for id in ids { withUnsafePointer(to: id) { blackHole(BareTable_remove(bare, $0)) } }
    }

    private func numbers(_ count: Int) -> Range<Int> {
        defer { number += count }
        return number..<number + count
    }
}
