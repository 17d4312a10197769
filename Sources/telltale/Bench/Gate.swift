import Glibc
import Synchronization

/// Where threads wait, without using the processor, until all of them have prepared what they measure.
final class Gate: Sendable {
    private let missing: Atomic<Int>
    private let hasFailed = Atomic(false)

    /// A gate for `count` threads.
    init(_ count: Int) {
        missing = Atomic(count)
    }

    /// Prepares by `body`, and waits until the others have done so.
    /// - Throws: what `body` throws; a silent failure where that of another thread did.
    func pass<Prepared: ~Copyable>(_ body: () throws(CommandFailure) -> Prepared) throws(CommandFailure) -> Prepared {
        let prepared: Prepared
        do throws(CommandFailure) {
            prepared = try body()
        } catch {
            hasFailed.store(true, ordering: .releasing)
            missing.subtract(1, ordering: .acquiringAndReleasing)
            throw error
        }
        missing.subtract(1, ordering: .acquiringAndReleasing)
        while missing.load(ordering: .acquiring) > 0 { usleep(1_000) }
        if hasFailed.load(ordering: .acquiring) { throw .silent(.failure) }
        return prepared
    }
}
