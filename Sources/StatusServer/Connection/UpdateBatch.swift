import NIOCore
import StatusCore
import UpdateProtocol

/// A unary batch: what a worker has to say in the body of one HTTP/1.1 request.
///
/// Frames are applied as they arrive. Memory is bounded by what the connection hands in before it looks at ``isFull``:
/// nothing is collected but the answers, which are passed on when there are too many. Belongs to the connection's event
/// loop.
final class UpdateBatch: WorkerStreamCarrier {
    /// What the worker has to do before a deadline.
    enum Patience {
        /// It is the server's turn.
        case none
        /// The deadline that runs is the one: further bytes of a frame do not extend it.
        case asBefore
        case until(TimeAmount)
    }

    let eventLoop: any EventLoop
    let peer: String
    let worker: WorkerStream
    /// The answer's last frame is written.
    private(set) var isFinished = false
    /// The request's last byte is handed in.
    private(set) var hasBodyEnded = false
    /// The answer's head, and some of its frames, have been sent.
    var hasBegun = false
    /// Bytes that were handed in, at most ``Limits/batchBodyLimit``.
    private var length = 0
    /// Bytes that were handed in and still take memory: held up, or on their way to the result store.
    private var outstanding = 0
    private var watched: (isHello: Bool, sequence: UInt64)?
    private var isNotifying = false
    private let changed: () -> Void

    /// - Parameter changed: called on the loop, never inside another call, when there is something to do that no byte
    ///   of the client has brought.
    init(services: ServerServices, loop: any EventLoop, peer: String, changed: @escaping () -> Void) {
        eventLoop = loop
        self.peer = peer
        self.changed = changed
        let owner = services.streams.makeOwner()
        worker = WorkerStream(services: services, owner: owner)
        worker.counters = services.scratch(of: loop).counters
        worker.carrier = self
        services.streams.register(worker, as: owner, on: loop)
    }

    /// True when no further byte should be handed in for now.
    var isFull: Bool { worker.isHeldUp || outstanding >= Limits.uploadBacklog }

    /// Applies the next bytes; false when the batch is too large.
    func receive(_ piece: ByteBuffer, at now: Instant) -> Bool {
        length += piece.readableBytes
        guard length <= Limits.batchBodyLimit else { return false }
        outstanding += piece.readableBytes
        outstanding -= piece.withUnsafeReadableBytes { worker.receive($0, at: now) }
        return true
    }

    /// The request's body is complete.
    func receiveEnd() {
        hasBodyEnded = true
        worker.receiveEnd()
    }

    /// What the client is waited for.
    func patience() -> Patience {
        let before = watched
        watched = nil
        if worker.isChoked { return .until(Limits.bodyTimeout) }
        if isFull || hasBodyEnded { return .none }
        guard worker.isInsideFrame else { return .until(Limits.bodyTimeout) }
        let isHello = worker.phase == .opening
        let frame = (isHello: isHello, sequence: worker.decoder.nextSequence)
        watched = frame
        if let before, before == frame { return .asBefore }
        return .until(isHello ? Limits.headTimeout : Limits.frameTimeout)
    }

    func hasOutput() { notify() }

    func consume(_ count: Int) {
        outstanding -= count
        notify()
    }

    func expectResults() {}

    func finish() {
        isFinished = true
        notify()
    }

    private func notify() {
        guard !isNotifying else { return }
        isNotifying = true
        eventLoop.assumeIsolated().execute { [weak self] in
            guard let self else { return }
            isNotifying = false
            changed()
        }
    }
}
