import BareTable
import BenchSupport
import StatusCore
import Synchronization

/// What the benchmarks of one size share.
// Sendable: nothing changes after it was made, and the records behind the pointers belong to the one benchmark that
// runs.
final class Fixture: @unchecked Sendable {
    /// Jobs that may be there on top of the size at the same time.
    static let spare = 10_000
    /// Bound jobs: their records fit into a second-level cache.
    static let warmJobs = 1_000
    static let owner = OwnerID(1)

    let tables: Tables
    /// The places of the first ``warmJobs`` jobs.
    let warm: [JobReference]
    /// The same jobs in the bare table.
    let bareWarm: [UnsafeMutablePointer<BareRecord>?]

    private static let made = Mutex<[Int: Fixture]>([:])

    private init(_ jobs: Int) {
        tables = Tables(jobs: jobs, spare: Fixture.spare)
        let bare = tables.bare
        bareWarm = (0..<Fixture.warmJobs).map { number in
            withUnsafePointer(to: NumberedID.bare(number)) { BareTable_find(bare, $0) }
        }
        warm = Tables.bind(0..<Fixture.warmJobs, of: tables.table, to: Fixture.owner)
    }

    /// The fixture of this size, made at the first call.
    static func of(_ size: Size) -> Fixture {
        made.withLock { made in
            if let fixture = made[size.jobs] { return fixture }
            let fixture = Fixture(size.jobs)
            made[size.jobs] = fixture
            return fixture
        }
    }
}
