import Bytes
import UpdateProtocol

/// The updates of one connection, in their order: each brings its job one basis point further, so that readers see a
/// difference, and a job that has come to the end begins its next attempt.
struct IngestSource {
    private let plan: IngestPlan
    private let jobs: Range<Int>
    private var choices: Choices
    /// The progress of each job.
    private var progress: [UInt16]
    private var attempts: [UInt32]
    /// The next job, where they take turns; counted from the first of ``jobs``.
    private var next = 0
    private var values: [UInt16] = []

    init(_ plan: IngestPlan, connection: Int) {
        self.plan = plan
        jobs = plan.part(of: connection)
        choices = Choices(among: jobs.count, seed: connection)
        progress = [UInt16](repeating: 0, count: jobs.count)
        attempts = [UInt32](repeating: 1, count: jobs.count)
    }

    /// Appends the frames that make the jobs of `handles` and start them.
    func appendJobs(_ handles: Range<Int>, to frames: inout OutputBuffer) {
        let description = JobDescription(type: "bench", ttl: plan.lifetime)
        for handle in handles {
            let id = plan.id(of: jobs.lowerBound + handle)
            frames.appendBind(handle: UInt32(handle), taskID: id, creating: description)
            frames.appendStart(handle: UInt32(handle))
        }
    }

    /// Appends updates, up to the plan's batch, and returns how many, and how many other frames between them.
    mutating func appendBatch(to frames: inout OutputBuffer) -> (updates: Int, others: Int) {
        if plan.isRandom { return appendRandom(to: &frames) }
        var updates = 0
        var others = 0
        while updates < plan.batch {
            let part = appendPart(plan.batch - updates, to: &frames)
            updates += part.updates
            others += part.others
        }
        return (updates, others)
    }

    /// Appends updates of the next jobs, up to the last of them.
    private mutating func appendPart(_ most: Int, to frames: inout OutputBuffer) -> (updates: Int, others: Int) {
        let end = min(next + most, jobs.count)
        let handles = next..<end
        next = end == jobs.count ? 0 : end
        var others = 0
        // They take turns, so that all come to the end together.
        if progress[handles.lowerBound] == BenchLimits.steps {
            for handle in handles { retry(handle, &frames) }
            others = handles.count
        }
        switch plan.kind {
        case .single:
            for handle in handles {
                frames.appendProgress(handle: UInt32(truncatingIfNeeded: handle), basisPoints: step(handle))
            }
        case .run:
            frames.appendRun(count: handles.count)
            var delta = UInt32(truncatingIfNeeded: handles.lowerBound)
            for handle in handles {
                frames.appendRunEntry(delta: delta, basisPoints: step(handle))
                delta = 1
            }
        case .dense:
            values.removeAll(keepingCapacity: true)
            for handle in handles { values.append(step(handle)) }
            frames.appendDenseRun(first: UInt32(handles.lowerBound), basisPoints: values)
        }
        return (handles.count, others)
    }

    private mutating func appendRandom(to frames: inout OutputBuffer) -> (updates: Int, others: Int) {
        var others = 0
        for _ in 0..<plan.batch {
            let handle = choices.next().job
            if progress[handle] == BenchLimits.steps {
                retry(handle, &frames)
                others += 1
            }
            frames.appendProgress(handle: UInt32(truncatingIfNeeded: handle), basisPoints: step(handle))
        }
        return (plan.batch, others)
    }

    /// The next value of a job.
    @inline(__always)
    private mutating func step(_ handle: Int) -> UInt16 {
        let value = progress[handle] &+ 1
        progress[handle] = value
        return value
    }

    private mutating func retry(_ handle: Int, _ frames: inout OutputBuffer) {
        progress[handle] = 0
        attempts[handle] += 1
        frames.appendRetry(handle: UInt32(handle), attempt: attempts[handle])
        frames.appendStart(handle: UInt32(handle))
    }

    /// Where `count` jobs, spread over all of them, must stand when everything is applied.
    func expectations(_ count: Int) -> [Expectation] {
        stride(from: 0, to: jobs.count, by: max(1, jobs.count / max(1, count))).map { handle in
            Expectation(
                id: plan.id(of: jobs.lowerBound + handle),
                progress: Int(progress[handle]),
                attempt: Int(attempts[handle])
            )
        }
    }

    /// How a job must read.
    struct Expectation: Sendable {
        let id: String
        /// In basis points.
        let progress: Int
        let attempt: Int
    }
}
