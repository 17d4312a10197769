import Glibc
import NIOPosix
import Synchronization

/// Threads that do the same work at the same time.
struct Crew: Sendable {
    let count: Int
    private let threads: NIOThreadPool

    /// Calls `body` with `count` threads, which end with it.
    static func with<Outcome>(_ count: Int, _ body: (Crew) async throws -> Outcome) async throws -> Outcome {
        let crew = Crew(count: count, threads: NIOThreadPool(numberOfThreads: count))
        crew.threads.start()
        let outcome: Outcome
        do {
            outcome = try await body(crew)
        } catch {
            try await crew.threads.shutdownGracefully()
            throw error
        }
        try await crew.threads.shutdownGracefully()
        return outcome
    }

    /// Calls `work` on every thread, with the thread's number, and returns what came of it in the order of the
    /// numbers. It begins when all threads are there; only one call may run at a time.
    func run<Outcome: Sendable>(_ work: @escaping @Sendable (_ thread: Int) -> Outcome) async throws -> [Outcome] {
        let start = Start(count)
        return try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
            for number in 0..<count {
                group.addTask {
                    try await threads.runIfActive {
                        start.wait()
                        return (number, work(number))
                    }
                }
            }
            var outcomes = [Outcome?](repeating: nil, count: count)
            for try await (number, outcome) in group { outcomes[number] = outcome }
            return outcomes.compactMap { $0 }
        }
    }

    /// Where the threads wait for each other, so that none runs alone, or takes the part of another.
    private final class Start: Sendable {
        private let missing: Atomic<Int>

        init(_ count: Int) {
            missing = Atomic(count)
        }

        func wait() {
            missing.subtract(1, ordering: .acquiringAndReleasing)
            while missing.load(ordering: .acquiring) > 0 { sched_yield() }
        }
    }
}
