import Glibc
import Synchronization

/// A command's standard output on its way to the server, in a temporary file without a name.
///
/// The writer never waits for the reader, and the file never holds more than `capacity` bytes: they go round in it. So
/// an output may be of any length while the server keeps up, and `capacity` bytes may wait while it does not. What was
/// read stays readable until it is written over, for a server that asks for it again. When a byte would be lost before
/// it was read once, or the disk takes no more, the whole result is given up, never a part of it.
final class SpillFile: Sendable {
    /// Why there is no result to read.
    enum Failure: Error, Equatable, CustomStringConvertible {
        case full(capacity: UInt64)
        case cannotMake(folder: String, String)
        case cannotWrite(String)
        /// The server asked again for bytes that are no longer there.
        case writtenOver

        var description: String {
            switch self {
            case .full(let capacity): "more than \(capacity >> 20) MiB of output waited for the server"
            case .cannotMake(let folder, let reason):
                "no temporary file can be made in \(folder): \(reason); choose another folder with TMPDIR"
            case .cannotWrite(let reason): "the temporary file for the output could not be written: \(reason)"
            case .writtenOver: "the server lost a part of the output that is no longer kept"
            }
        }
    }

    struct State {
        /// Bytes appended so far.
        var written: UInt64 = 0
        /// The end of what was ever handed to a reader.
        var read: UInt64 = 0
        /// The first byte that is not yet written over, or about to be.
        var oldest: UInt64 = 0
        var isFinished = false
        var failure: Failure?
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        /// Waiters that were cancelled before they stood in `waiters`.
        var cancelled: Set<UInt64> = []
        var nextWaiter: UInt64 = 0

        func isReady(at offset: UInt64) -> Bool {
            isFinished || failure != nil || offset < written
        }
    }

    let descriptor: CInt
    let capacity: UInt64
    let state = Mutex(State())

    /// Makes the file in `folder`.
    init(folder: String, capacity: UInt64 = RunLimits.spillBytes) throws(Failure) {
        precondition(capacity > 0)
        var path = Array("\(folder)/telltale-output-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw .cannotMake(folder: folder, SystemError.text(errno)) }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.capacity = capacity
    }

    /// Has given up from the start: it takes all that is appended, and keeps nothing.
    init(givenUp failure: Failure) {
        descriptor = -1
        capacity = RunLimits.spillBytes
        state.withLock { $0.failure = failure }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Why the result was given up; nil as long as it was not.
    var failure: Failure? { state.withLock { $0.failure } }

    /// How much was handed to readers: it moves while the server takes bytes.
    var bytesRead: UInt64 { state.withLock { $0.read } }

    // MARK: Writing: one thread

    /// Adds `bytes` at the end. Never waits for a reader and never fails; see ``failure``.
    func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty {
            let start = state.withLock { $0.written }
            let place = start % capacity
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(min(capacity - place, UInt64(rest.count)))))
            guard makeRoom(upTo: start + UInt64(piece.count)), write(piece, at: place) else { return }
            publish { $0.written += UInt64(piece.count) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
        }
    }

    /// Nothing will be appended any more.
    func finish() {
        publish { $0.isFinished = true }
    }

    /// Claims the room for bytes up to `end`. It is said before they are written, so that no reader takes new bytes
    /// for old ones.
    private func makeRoom(upTo end: UInt64) -> Bool {
        enum Room { case made, none, alreadyGivenUp }
        let room = state.withLock { state -> Room in
            guard state.failure == nil else { return .alreadyGivenUp }
            let oldest = end > capacity ? end - capacity : 0
            guard oldest <= state.read else { return .none }
            state.oldest = max(state.oldest, oldest)
            return .made
        }
        if room == .none { publish { $0.failure = .full(capacity: capacity) } }
        return room == .made
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at place: UInt64) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(place) + done)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                let reason = SystemError.text(errno)
                publish { $0.failure = .cannotWrite(reason) }
                return false
            }
        }
        return true
    }

    private func publish(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }
}
