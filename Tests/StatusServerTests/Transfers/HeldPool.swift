import NIOConcurrencyHelpers
import NIOPosix

/// A transfer pool of one thread that a test can stop and let go again.
final class HeldPool: Sendable {
    let pool = NIOThreadPool(numberOfThreads: 1)
    private let gate = ConditionLock(value: 0)

    init() {
        pool.start()
    }

    /// Work that is given to the pool from now on waits for ``release()``.
    func hold() {
        pool.submit { [gate] _ in
            gate.lock(whenValue: 1)
            gate.unlock(withValue: 0)
        }
    }

    func release() {
        gate.lock()
        gate.unlock(withValue: 1)
    }

    func shutDown() async throws {
        try await pool.shutdownGracefully()
    }
}
