import NIOConcurrencyHelpers

/// Where the news about one job arrive, for whoever holds the job.
final class JobSink: Sendable {
    private struct State {
        var cancellation: Cancellation?
        var end: JobEnd?
        var handlers: [@Sendable (Cancellation) -> Void] = []
        var waiting: [Int: CheckedContinuation<Cancellation?, Never>] = [:]
        /// Waits made so far; each is known by its number.
        var waits = 0
    }

    private let state = NIOLockedValueBox(State())

    var cancellation: Cancellation? { state.withLockedValue { $0.cancellation } }
    var end: JobEnd? { state.withLockedValue { $0.end } }

    /// Someone cancelled the job. Whoever wants to know is told by ``tell()``.
    func note(_ cancellation: Cancellation) {
        state.withLockedValue { $0.cancellation = cancellation }
    }

    /// The job takes no more reports.
    func note(_ end: JobEnd) {
        state.withLockedValue { $0.end = end }
    }

    /// Tells those who wait for a cancel, once; also that there will be none. Called without any lock held.
    func tell() {
        let (cancellation, handlers, waiting) = state.withLockedValue { state in
            defer {
                state.handlers = []
                state.waiting = [:]
            }
            return (state.cancellation, state.handlers, state.waiting.values)
        }
        if let cancellation {
            for handler in handlers { handler(cancellation) }
        }
        for continuation in waiting { continuation.resume(returning: cancellation) }
    }

    func onCancel(_ body: @escaping @Sendable (Cancellation) -> Void) {
        let cancellation = state.withLockedValue { state in
            if state.cancellation == nil, state.end == nil { state.handlers.append(body) }
            return state.cancellation
        }
        if let cancellation { body(cancellation) }
    }

    /// Nil when the job ends otherwise, or the waiting task is cancelled.
    func waitForCancellation() async -> Cancellation? {
        let number = state.withLockedValue { state in
            state.waits += 1
            return state.waits
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Cancellation?? = state.withLockedValue { state in
                    if let cancellation = state.cancellation { return cancellation }
                    // Asked under the lock: a task that is cancelled later finds the continuation.
                    if state.end != nil || Task.isCancelled { return .some(nil) }
                    state.waiting[number] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLockedValue { $0.waiting.removeValue(forKey: number) }?.resume(returning: nil)
        }
    }
}
