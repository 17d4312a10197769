import StatusCore

/// Who does what in the measurement of a table, decided before it begins, so that the end can be foretold.
struct TablePlan: Sendable {
    let jobs: Int
    let threads: Int
    /// Blocks of ``BenchLimits/block`` operations that a thread does in a round.
    let blocks: Int
    /// Warm jobs of each thread. They stand behind the other jobs.
    let warmJobs: Int
    /// How often a thread goes through its warm jobs in a round.
    let warmPasses: Int

    /// A plan for `operations` operations a figure, rounded up to whole blocks.
    init(jobs: Int, threads: Int, operations: Int) {
        self.jobs = jobs
        self.threads = threads
        let turns = BenchLimits.rounds * threads
        blocks = (operations - 1) / (turns * BenchLimits.block) + 1
        warmJobs = max(1, BenchLimits.warmJobs / threads)
        warmPasses = max(1, min(operations, BenchLimits.warmOperations) / (turns * warmJobs))
    }

    /// Operations of a figure, over all threads and rounds.
    var operations: Int { blocks * BenchLimits.block * BenchLimits.rounds * threads }

    /// The jobs that `thread` makes and binds.
    func part(of thread: Int) -> Range<Int> {
        jobs * thread / threads..<jobs * (thread + 1) / threads
    }

    /// The warm jobs that `thread` makes, binds and updates.
    func warmPart(of thread: Int) -> Range<Int> {
        let start = jobs + thread * warmJobs
        return start..<start + warmJobs
    }

    /// What a thread does between two meetings with the others.
    enum Turn: Int, CaseIterable {
        case lookups
        case updates
        case mix
    }

    /// The jobs that `thread` takes in `turn` of `round`.
    func choices(_ turn: Turn, _ round: Int, _ thread: Int) -> Choices {
        Choices(among: jobs, seed: (round * Turn.allCases.count + turn.rawValue) * threads + thread)
    }

    /// The progress that updates of `block` bring: it grows from block to block, turn to turn and round to round, so
    /// that an update is seldom no news.
    func progress(_ turn: Turn, _ round: Int, _ block: Int) -> BasisPoints {
        let turns = BenchLimits.rounds * Turn.allCases.count
        let done = (round * Turn.allCases.count + turn.rawValue) * blocks + block
        return Self.progress(done, of: turns * blocks)
    }

    /// The progress that the pass `pass` over the warm jobs brings.
    func warmProgress(_ round: Int, _ pass: Int) -> BasisPoints {
        Self.progress(round * warmPasses + pass, of: BenchLimits.rounds * warmPasses)
    }

    /// From the first basis point, which is news to a new job, to almost all.
    private static func progress(_ done: Int, of all: Int) -> BasisPoints {
        BasisPoints(1 + done * 9_998 / all)!
    }
}
