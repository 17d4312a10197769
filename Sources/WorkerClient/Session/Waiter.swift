import NIOConcurrencyHelpers

/// One call that waits for the server. It returns once: with the answer, or because its task was cancelled.
final class Waiter: Sendable {
    private enum State {
        case starting
        case waiting(CheckedContinuation<Void, any Error>)
        case done((any Error)?)
        case over
    }

    private let state = NIOLockedValueBox(State.starting)

    /// Nobody waits any more.
    var isOver: Bool {
        state.withLockedValue { state in
            switch state {
            case .starting, .waiting: false
            case .done, .over: true
            }
        }
    }

    /// Suspends until ``settle(_:)``; call it once.
    func value() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLockedValue { state -> Result<Void, any Error>? in
                    guard case .done(let error) = state else {
                        state = .waiting(continuation)
                        return nil
                    }
                    state = .over
                    return error.map { .failure($0) } ?? .success(())
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            settle(CancellationError())
        }
    }

    /// Lets the call return, or throw `error`. Only the first time counts.
    func settle(_ error: (any Error)?) {
        let continuation = state.withLockedValue { state -> CheckedContinuation<Void, any Error>? in
            switch state {
            case .starting:
                state = .done(error)
                return nil
            case .waiting(let continuation):
                state = .over
                return continuation
            case .done, .over: return nil
            }
        }
        if let error { continuation?.resume(throwing: error) } else { continuation?.resume() }
    }
}
