internal import Synchronization

/// State that one thread at a time may touch.
///
/// `Mutex<State>` would do but for pointers: to the compiler, a state that was shown a caller's buffer might have kept
/// it, and may not go back under the lock.
///
/// `@unchecked Sendable` is right because `state` is private, comes in as `sending`, and is reached under the lock
/// only.
final class Guarded<State>: @unchecked Sendable {
    private let lock = Mutex(())
    private var state: State

    /// Takes over `state`.
    init(_ state: sending State) {
        self.state = state
    }

    /// Calls `body` with the state, after every other such call. What `body` is shown it must not keep.
    func withLock<R: Sendable, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        try lock.withLock { (_) throws(E) in try body(&state) }
    }
}
