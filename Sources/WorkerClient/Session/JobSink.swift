import NIOConcurrencyHelpers

/// Where the news about one job arrive, for whoever holds the job.
final class JobSink: Sendable {
    private struct State {
        var cancellation: Cancellation?
        var end: JobEnd?
        var handlers: [@Sendable (Cancellation) -> Void] = []
        var waiting: [CheckedContinuation<Cancellation?, Never>] = []
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
                state.waiting = []
            }
            return (state.cancellation, state.handlers, state.waiting)
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

    func waitForCancellation() async -> Cancellation? {
        await withCheckedContinuation { continuation in
            let answer: Cancellation?? = state.withLockedValue { state in
                if let cancellation = state.cancellation { return cancellation }
                if state.end != nil { return .some(nil) }
                state.waiting.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
