import BareTable
public import StatusCore

/// Both tables with the same jobs.
public struct Tables: @unchecked Sendable {
    // Sendable: the pointer never changes, and the bare table is only changed by the thread that made it.
    public let bare: OpaquePointer
    public let table: JobTable
    public let jobs: Int

    /// The moment at which everything happens.
    public static let now = Instant(wall: 1_800_000_000_000, monotonic: 1_000_000)

    /// Makes both tables, with the jobs 0 to `jobs` - 1 in them. They are never given back.
    public init(jobs: Int, spare: Int = 0) {
        guard let bare = BareTable_create(UInt64(jobs + spare), 1, 2) else { fatalError("no memory for \(jobs) jobs") }
        self.bare = bare
        self.jobs = jobs
        table = JobTable(configuration: Tables.configuration(jobs: jobs + spare))
        for number in 0..<jobs {
            BareTable_insert(bare, NumberedID.bare(number), UInt64(Tables.now.wall))
            let outcome = table.submit(Tables.submission(number), at: Tables.now)
            guard case .created = outcome else { fatalError("job \(number): \(outcome)") }
        }
    }

    /// A table for `jobs` jobs whose hash is the same each time.
    public static func configuration(jobs: Int) -> JobTable.Configuration {
        var configuration = JobTable.Configuration()
        configuration.maximumJobs = jobs
        configuration.maximumBytes = max(configuration.maximumBytes, jobs * 512)
        configuration.hashSeed = HashSeed(1, 2)
        return configuration
    }

    /// The submission of job `number`, which lives for a year.
    public static func submission(_ number: Int) -> Submission {
        Submission(id: NumberedID.task(number), ttl: 31_536_000)
    }

    /// Binds the jobs of these numbers to `owner` and starts them; returns their places.
    public static func bind(_ numbers: Range<Int>, of table: JobTable, to owner: OwnerID) -> [JobReference] {
        numbers.map { number in
            let outcome = table.bind(
                NumberedID.task(number),
                attempt: 0,
                creating: nil,
                sharing: false,
                owner: owner,
                handle: Handle(UInt32(number)),
                at: now
            )
            guard case .bound(let reference, _, _) = outcome,
                table.apply(.start(attempt: 0), to: reference, from: owner, at: now).refusal == nil
            else { fatalError("job \(number): \(outcome)") }
            return reference
        }
    }
}
