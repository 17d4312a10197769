/// What `telltale bench ingest` sends, and for how long.
struct IngestPlan: Sendable {
    /// How updates are written.
    enum Kind: String, Sendable, CaseIterable {
        /// A frame each.
        case single
        /// Runs of handles that ascend.
        case run
        /// Dense runs, of handles that follow each other.
        case dense
    }

    var kind = Kind.single
    /// Each update is about a random job; else they take turns.
    var isRandom = false
    var connections = 1
    /// Over all connections.
    var jobs = 10_000
    var seconds = 5
    /// Updates that are encoded at once, and the most entries of a run.
    var batch = 4_096
    /// What the ids of this run's jobs begin with, different from those of any other run.
    let prefix = "bench-" + String(UInt64.random(in: .min ... .max), radix: 36)

    /// The numbers of the jobs that connection `number` reports on.
    func part(of number: Int) -> Range<Int> {
        jobs * number / connections..<jobs * (number + 1) / connections
    }

    /// The task id of job `number`.
    func id(of number: Int) -> String { "\(prefix)-\(number)" }

    /// How long a job lives, in seconds.
    var lifetime: UInt32 { UInt32(seconds) + BenchLimits.afterlife }
}
