import Crypto
import Synchronization

/// The SHA-256 digest of a result's bytes, as they arrive.
final class ArrivalDigest: Sendable {
    private let state = Mutex(SHA256())

    /// Takes the next bytes. One thread after the other.
    func add(_ bytes: UnsafeRawBufferPointer) {
        // The hash function reads the bytes during the call and keeps no pointer to them.
        nonisolated(unsafe) let bytes = bytes
        state.withLock { $0.update(bufferPointer: bytes) }
    }

    /// True when the bytes so far have this digest, of 32 bytes.
    func matches(_ digest: [UInt8]) -> Bool {
        state.withLock { Array($0.finalize()) } == digest
    }
}
