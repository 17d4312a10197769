import Synchronization

/// What the demo's jobs are and how they stand: the queue that the workers take from, and what is drawn.
final class DemoBoard: Sendable {
    /// One file, and the job that sanitizes it.
    struct Job: Sendable {
        let id: String
        let file: TextFiles.File
        var line: ProgressLine
        var findings: Findings?
    }

    private struct State {
        var jobs: [Job]
        var next = 0
        /// What each worker took last; nil before the first.
        var present: [Int?]
        /// Jobs that have ended and were not shown yet.
        var ended: [Int] = []
        var isClosed = false
    }

    private let state: Mutex<State>

    init(_ files: [TextFiles.File], workers: Int) {
        let jobs = files.enumerated().map { number, file in
            let id = "demo-\(number + 1)"
            return Job(id: id, file: file, line: ProgressLine(label: "\(id) \(file.path)"))
        }
        state = Mutex(State(jobs: jobs, present: Array(repeating: nil, count: workers)))
    }

    var jobs: [Job] { state.withLock { $0.jobs } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var allCompleted: Bool { state.withLock { $0.jobs.allSatisfy { $0.line.state == .done } } }

    /// Nothing changes any more.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    /// The next job for worker `worker`, by its number; nil when there is none left.
    func take(for worker: Int) -> (number: Int, job: Job)? {
        state.withLock { state in
            guard state.next < state.jobs.count else { return nil }
            let number = state.next
            state.next += 1
            state.present[worker] = number
            state.jobs[number].line.state = .running
            return (number, state.jobs[number])
        }
    }

    func advance(_ number: Int, basisPoints: Int) {
        state.withLock { $0.jobs[number].line.basisPoints = basisPoints }
    }

    /// The job has ended; `detail` says what was found, or what went wrong.
    func end(_ number: Int, _ end: ProgressLine.State, detail: String, findings: Findings? = nil) {
        state.withLock { state in
            if end == .done { state.jobs[number].line.basisPoints = 10_000 }
            state.jobs[number].line.state = end
            state.jobs[number].line.detail = detail
            state.jobs[number].findings = findings
            state.ended.append(number)
        }
    }

    /// The lines of the jobs that have ended since the last call.
    func takeEnded() -> [ProgressLine] {
        state.withLock { state in
            defer { state.ended = [] }
            return state.ended.map { state.jobs[$0].line }
        }
    }

    /// A line a worker, and one for all files.
    func workerLines() -> [ProgressLine] {
        state.withLock { state in
            var lines = state.present.enumerated().map { worker, number in
                guard let number else { return ProgressLine(label: "worker \(worker + 1)") }
                let job = state.jobs[number]
                return ProgressLine(
                    label: "worker \(worker + 1)",
                    basisPoints: job.line.basisPoints,
                    state: job.line.state,
                    detail: job.line.label
                )
            }
            let ended = state.jobs.count { $0.line.state.isFinal }
            let hasFailed = state.jobs.contains { $0.line.state == .failed }
            let isOver = ended == state.jobs.count
            lines.append(
                ProgressLine(
                    label: "all files",
                    basisPoints: ended * 10_000 / state.jobs.count,
                    state: isOver ? (hasFailed ? .failed : .done) : .running,
                    detail: "\(ended) of \(state.jobs.count)"
                )
            )
            return lines
        }
    }
}
