import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// An event loop of its own that a test can stop and let go again.
final class HeldLoop: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let gate = ConditionLock(value: 0)
    let loop: any EventLoop

    init() {
        loop = group.next()
    }

    /// What is given to the loop from now on waits for ``release()``.
    func hold() {
        loop.execute { [gate] in
            gate.lock(whenValue: 1)
            gate.unlock(withValue: 0)
        }
    }

    func release() {
        gate.lock()
        gate.unlock(withValue: 1)
    }

    func shutDown() async throws {
        try await group.shutdownGracefully()
    }
}
