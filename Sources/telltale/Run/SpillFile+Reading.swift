import Glibc
import Synchronization
import WorkerClient

/// The side of the server, which asks for bytes from an offset on. Any number of tasks may read.
extension SpillFile: ResultSource {
    /// At least one and at most `maximum` bytes from `offset` on, as soon as there are any; empty at the end.
    /// - Throws: ``Failure``, `CancellationError`.
    func bytes(at offset: UInt64, atMost maximum: Int) async throws -> [UInt8] {
        try await waitUntilReady(at: offset)
        let (count, failure) = state.withLock { state -> (Int, Failure?) in
            let count = state.written > offset ? min(state.written - offset, capacity - offset % capacity) : 0
            return (Int(min(count, UInt64(maximum))), state.failure ?? (offset < state.oldest ? .writtenOver : nil))
        }
        if let failure { throw failure }
        let bytes = try read(count, at: offset % capacity)
        return try state.withLock { state in
            guard offset >= state.oldest else { throw Failure.writtenOver }
            state.read = max(state.read, offset + UInt64(bytes.count))
            return bytes
        }
    }

    /// What the output begins with, at most `maximum` bytes, as soon as there are any; empty when there is no output.
    /// It does not count as read.
    func beginning(atMost maximum: Int) async throws -> [UInt8] {
        try await waitUntilReady(at: 0)
        let (written, failure) = state.withLock { ($0.written, $0.failure) }
        if let failure { throw failure }
        return try read(Int(min(written, capacity, UInt64(maximum))), at: 0)
    }

    private func read(_ count: Int, at place: UInt64) throws -> [UInt8] {
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count {
                let read = pread(descriptor, buffer.baseAddress! + done, count - done, off_t(place) + done)
                if read > 0 {
                    done += read
                } else if read == 0 || errno != EINTR {
                    failure = read == 0 ? EIO : errno
                    return
                }
            }
        }
        guard failure == 0 else { throw Failure.cannotWrite(SystemError.text(failure)) }
        return bytes
    }

    private func waitUntilReady(at offset: UInt64) async throws {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = state.withLock { state -> Bool? in
                    if state.cancelled.remove(waiter) != nil { return true }
                    if state.isReady(at: offset) { return false }
                    state.waiters[waiter] = continuation
                    return nil
                }
                switch isCancelled {
                case true?: continuation.resume(throwing: CancellationError())
                case false?: continuation.resume()
                case nil: break
                }
            }
            // Woken for bytes before `offset`, as when a server asks for more than there is.
            if !state.withLock({ $0.isReady(at: offset) }) { try await waitUntilReady(at: offset) }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuation = state.waiters.removeValue(forKey: waiter)
                if continuation == nil { state.cancelled.insert(waiter) }
                return continuation
            }
            continuation?.resume(throwing: CancellationError())
        }
        state.withLock { _ = $0.cancelled.remove(waiter) }
    }
}
