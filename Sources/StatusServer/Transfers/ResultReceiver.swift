import NIOCore
import NIOPosix
import ResultStore
import StatusCore

/// Brings one result from a connection to the store: pieces are compressed and written by the transfer pool, one piece
/// at a time and in order, while the event loop goes on.
///
/// Belongs to the connection's event loop. The sender is to be held back while ``isFull``; `taken` says when pieces are
/// done with. Nothing is called back from inside a call.
final class ResultReceiver {
    private let writer: ResultWriter
    private let bridge: Bridge
    /// Given back with the receiver.
    private let slot: TransferSlots.Slot
    private let pool: NIOThreadPool
    private let clock: ServerClock
    private let loop: any EventLoop
    /// Called on the loop with the number of bytes that the pool is done with.
    private let taken: (Int) -> Void
    private var waiting = CircularBuffer<ByteBuffer>()
    private var isBusy = false
    private var isAbandoned = false
    private var ending: ((Result<StoredResult, ResultFailure>) -> Void)?
    private var expectedLength: Int?
    private var expectedDigest: [UInt8]?
    /// The number of bytes, as they are sent, before the next piece that is written.
    private var offset: Int
    /// The writer has been told to end the result.
    private var isStoring = false
    /// What becomes of the writer when its receiver is given up and no piece is being written.
    private var release: (() -> Void)?
    /// Bytes that have arrived and are not written.
    private(set) var backlog = 0
    /// What is wrong with the result, once that is known; no further byte is of use then.
    private(set) var failure: ResultFailure?

    /// - Parameter offset: the number of the first byte that will come; the writer has all before it.
    init(
        writer: ResultWriter,
        from offset: Int = 0,
        slot: TransferSlots.Slot,
        services: ServerServices,
        loop: any EventLoop,
        taken: @escaping (Int) -> Void
    ) {
        self.slot = slot
        self.writer = writer
        self.offset = offset
        bridge = services.bridge
        pool = services.transferPool
        clock = services.clock
        self.loop = loop
        self.taken = taken
    }

    /// True when the sender should wait.
    var isFull: Bool { backlog >= Limits.uploadBacklog }

    /// The bytes that the store holds, as they were sent.
    var held: Int { writer.held }

    /// Takes the next piece.
    func append(_ piece: ByteBuffer) {
        guard !isAbandoned, piece.readableBytes > 0 else { return }
        backlog += piece.readableBytes
        if let last = waiting.last, last.readableBytes + piece.readableBytes <= Limits.uploadPiece {
            // Small pieces are put together: each would cost a thread hop, and hold on to the read that it came with.
            var joined = waiting.removeLast()
            joined.writeImmutableBuffer(piece)
            waiting.append(joined)
        } else {
            waiting.append(piece)
        }
        work()
    }

    /// Ends the result: `completion` is called on the loop, once, with the stored result or with what is wrong.
    ///
    /// - Parameters:
    ///   - length: the number of bytes that the sender counted, where it says so.
    ///   - sha256: the SHA-256 digest of the bytes as sent, where the sender gives it.
    func finish(
        length: Int? = nil,
        sha256: [UInt8]? = nil,
        _ completion: @escaping (Result<StoredResult, ResultFailure>) -> Void
    ) {
        expectedLength = length
        expectedDigest = sha256
        ending = completion
        work()
    }

    /// Gives up; nothing is stored and no completion is called any more.
    func abandon() {
        giveUp { [writer] in writer.abandon() }
    }

    /// Gives up as ``abandon()`` does, and keeps in `broken` what the store has, for the sender to go on with.
    func leave(to broken: BrokenTransfers, key: String, _ description: ResultDescription) {
        guard !isStoring else { return abandon() }
        giveUp { [self] in
            let held = writer.held
            guard failure == nil, held > 0 else { return writer.abandon() }
            broken.keep(.init(key: key, description: description, writer: writer, held: held, slot: slot))
            loop.scheduleTask(in: Limits.brokenTransferTime) { [writer] in broken.drop(writer) }
        }
    }

    private func giveUp(_ release: @escaping () -> Void) {
        guard !isAbandoned else { return }
        isAbandoned = true
        ending = nil
        waiting.removeAll()
        // While the pool has the writer, touching it here would make the event loop wait for the disk.
        if isBusy { self.release = release } else { release() }
    }

    private func work() {
        guard !isBusy, !isAbandoned else { return }
        if let piece = waiting.popFirst() {
            write(piece)
        } else if let ending {
            self.ending = nil
            if let failure {
                loop.assumeIsolated().execute { [self] in
                    if !isAbandoned { ending(.failure(failure)) }
                }
            } else {
                store(ending)
            }
        }
    }

    private func write(_ piece: ByteBuffer) {
        isBusy = true
        let writer = writer
        let start = offset
        offset += piece.readableBytes
        run { () -> ResultFailure? in
            piece.withUnsafeReadableBytes { writer.append($0, at: start) }
        } then: { [self] outcome in
            switch outcome {
            case .some(let found): failure = found
            case .none: failure = .ended
            }
            backlog -= piece.readableBytes
            if !isAbandoned { taken(piece.readableBytes) }
        }
    }

    private func store(_ completion: @escaping (Result<StoredResult, ResultFailure>) -> Void) {
        isBusy = true
        isStoring = true
        let writer = writer
        let (length, sha256) = (expectedLength, expectedDigest)
        let wall = clock.now().wall
        run { () -> Result<StoredResult, ResultFailure> in
            do throws(ResultFailure) {
                return .success(try writer.finish(length: length, sha256: sha256, at: wall))
            } catch {
                return .failure(error)
            }
        } then: { [self] outcome in
            guard isAbandoned else { return completion(outcome ?? .failure(.ended)) }
            // It was stored while its connection went away, and no job will ever name it.
            if case .success(let stored) = outcome { bridge.discard(ResultID(stored.id)) }
        }
    }

    /// Runs `job` on the pool and `then` on the loop, with nil when the pool has been shut down; then goes on.
    private func run<Value: Sendable>(_ job: @escaping @Sendable () -> Value, then: @escaping (Value?) -> Void) {
        let finish = { [self] (value: Value?) in
            isBusy = false
            then(value)
            release?()
            release = nil
            work()
        }
        let isolated = loop.assumeIsolated()
        pool.runIfActive(eventLoop: loop, job).assumeIsolated().whenComplete { outcome in
            switch outcome {
            case .success(let value): finish(value)
            // A pool that has been shut down says so at once, inside the call.
            case .failure: isolated.execute { finish(nil) }
            }
        }
    }
}
