import Bytes
import NIOCore
import StatusCore
import UpdateProtocol

/// The server's end of one worker's stream: frames in, job table changed, frames out.
///
/// It knows no socket. The connection that carries it hands bytes in through ``receive(_:at:)``, fetches what is to be
/// sent from ``output``, and opens flow control by what ``WorkerStreamCarrier`` is told. Everything happens on the
/// connection's event loop; other threads reach it through ``StreamDirectory``.
final class WorkerStream {
    /// Where the stream stands.
    enum Phase {
        /// Waits for hello. → `open`, `claiming`, `ended`
        case opening
        /// Has read hello, and waits for the producer's former stream to end. → `open`, `ended`
        case claiming
        /// Takes frames. → `ended`
        case open
        /// The last frame down is written; what still comes up is dropped. Final.
        case ended
    }

    let services: ServerServices
    let owner: OwnerID
    /// Goes away when the stream is over, which a call to it can bring about.
    weak var carrier: (any WorkerStreamCarrier)?
    var phase = Phase.opening
    var decoder = UpFrameDecoder(limits: WorkerStream.limits)
    /// Frames that wait to be sent down.
    var output = OutputBuffer(capacity: 256)
    /// The job behind each handle, by number.
    var bound = HandleTable()
    /// Results on their way up, by the worker's number.
    var transfers: [UInt32: Transfer] = [:]
    /// The stream carries results only and owns no job.
    var isForResults = false
    /// The time of the bytes being applied; one clock call for all of them.
    var now = Instant(wall: 0, monotonic: 0)
    /// The sequence number of a result's end that the transfer pool is busy with; nothing behind it is applied before.
    var awaited: UInt64?
    /// Where the state of a job is read into.
    lazy var snapshot = JobSnapshot()
    /// The worker has been asked to end the stream.
    var hasSaidGoodbye = false
    /// More waits to be sent than the worker reads; nothing more is applied before that has changed.
    var isChoked = false
    /// What came behind the awaited frame, or while the stream was choked; at most a stream's window.
    var held = ByteBuffer()
    /// The worker ended its side while frames were held.
    var hasEndBehindHeld = false
    /// Bytes of the present call that flow control must not give back yet, because a transfer still has them.
    var retained = 0

    /// The last frame whose transfer was given up; the rest of it is not answered once more.
    var answered: UInt64 = 0

    /// What a frame decided about the stream while the decoder was running.
    var verdict = Verdict.none
    /// The last number that was acknowledged; at first the one before the stream's own first.
    var acknowledged: UInt64 = 0
    /// Up to where everything is known to be on disk.
    var durable: UInt64 = 0
    /// What was applied when each wait for a commit began that has not ended, in their order.
    var commits: [UInt64] = []
    /// A flush was read among the present bytes.
    var wantsCommit = false
    /// The worker is done, and hears so when everything is on disk.
    var isEnding = false

    enum Verdict {
        case none
        /// The worker said goodbye.
        case leaves
        /// The server said goodbye instead of welcome; what stands behind hello is dropped.
        case isSentAway
        case fails(ProtocolError)
    }

    /// The limits that welcome names.
    static let limits = UpdateLimits()

    /// Who speaks, where the worker has a name and the stream is not for results only.
    var producer: ProducerKey?
    /// What it claims while it waits for the former stream.
    var claimed: ProducerClaim?
    /// What is known of the producer since this stream speaks for it; the watermark is ``watermark``.
    var record: ProducerRecord?
    /// The number of the first item.
    var first: UInt64 = 0
    /// Where the producer's former stream ended; 0 where nothing is known of it.
    var inherited: UInt64 = 0
    /// Runs while the stream waits for the former one.
    var takeover: Scheduled<Void>?
    /// Those of the stream's event loop.
    var counters: LoopCounters?

    init(services: ServerServices, owner: OwnerID, carrier: (any WorkerStreamCarrier)? = nil) {
        self.services = services
        self.owner = owner
        self.carrier = carrier
    }

    /// True while nothing more is applied until something has happened that is not the worker's to do: what comes is
    /// held, and its window stays shut.
    var isHeldUp: Bool { awaited != nil || isChoked || phase == .claiming }

    /// True between the first and the last byte of a frame, and before hello, when the worker is the one to go on.
    var isInsideFrame: Bool { phase != .ended && !isHeldUp && decoder.finish() != nil }

    /// The worker did not go on with what it began.
    func timeOut() {
        guard phase != .ended else { return }
        fail(ProtocolError(.tooSlow, sequence: decoder.nextSequence, "the frame did not arrive in time"))
    }

    /// Applies `bytes`, the continuation of the body, and returns how many of them flow control may give back at once.
    func receive(_ bytes: UnsafeRawBufferPointer, at now: Instant) -> Int {
        guard phase != .ended, !isEnding else { return bytes.count }
        if isHeldUp {
            held.writeBytes(bytes)
            return 0
        }
        self.now = now
        retained = 0
        let taken = decode(bytes)
        if taken < bytes.count { held.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[taken...])) }
        return taken - retained
    }

    /// The worker has ended its side: what is applied is acknowledged, and the answer ends as well.
    func receiveEnd() {
        guard phase != .ended, !isEnding else { return }
        if isHeldUp {
            hasEndBehindHeld = true
        } else if let error = decoder.finish() {
            fail(error)
        } else {
            end()
        }
    }

    /// The stream or its connection is gone. Jobs that are not let go of stall 30 s later.
    func abandon(at now: Instant) {
        for transfer in transfers.values { transfer.keepForLater(in: services.transferSlots.broken) }
        leave { services.table.ownerLeft($0, owner: owner, at: now) }
        services.streams.remove(owner)
    }

    /// Appends an acknowledgement when there is something new to acknowledge; returns whether it did.
    @discardableResult
    func acknowledge() -> Bool {
        guard phase == .open, applied > acknowledged else { return false }
        acknowledge(durable: durable > 0 ? durable : nil)
        watchCommit()
        return true
    }

    /// Appends the watermarks as they are.
    func acknowledge(durable: UInt64?) {
        counters?.noteItems(applied - acknowledged)
        acknowledged = applied
        output.appendAcknowledgement(applied: applied, durable: durable)
    }

    /// True when ``acknowledge()`` would have something to say.
    var needsAcknowledgement: Bool { phase == .open && applied > acknowledged }

    /// The sequence number up to which everything is applied or refused.
    var applied: UInt64 {
        if let awaited { return awaited - 1 }
        return decoder.nextSequence == 0 ? 0 : decoder.nextSequence - 1
    }

    /// Up to where the producer's items are applied or refused.
    var watermark: UInt64 { applied >= first && first > 0 ? applied : inherited }

    /// The worker has read most of what it was told.
    func drained() {
        guard isChoked else { return }
        isChoked = false
        goOn()
    }

    /// Goes on with what is held, after the transfer pool has finished what ``awaited`` named or the worker has read.
    func goOn() {
        guard phase == .open, !isHeldUp else { return }
        now = services.clock.now()
        retained = 0
        // A copy that shares the memory: what is held may be thousands of small results, each awaited in turn.
        var bytes = held
        let taken = bytes.withUnsafeReadableBytes { decode($0) }
        bytes = ByteBuffer()
        if phase == .open { held.moveReaderIndex(forwardBy: taken) }
        if held.readableBytes == 0 {
            held = ByteBuffer()
        } else if held.readerIndex > held.readableBytes {
            // Moving the rest forward costs less than what was taken, and keeps the buffer from growing for ever.
            held.discardReadBytes()
        }
        carrier?.consume(taken - retained)
        if !isHeldUp, hasEndBehindHeld { receiveEnd() }
        carrier?.hasOutput()
    }

    /// The worker is done: its jobs are let go of without a stall, and the stream ends.
    ///
    /// On a server that keeps jobs it ends when everything is on disk, or cannot be written.
    func end() {
        unbindAll()
        guard services.bridge.committer != nil, phase == .open, applied > durable else { return finishEnd() }
        isEnding = true
        acknowledge()
        watchCommit(hurries: true)
        carrier?.hasOutput()
    }

    func finishEnd() {
        acknowledge()
        leave { _ in }
        carrier?.finish()
    }

    private func unbindAll() {
        bound.forEach { services.table.unbind($0, owner: owner, at: now) }
        bound = HandleTable()
    }

    /// Tells the worker what is wrong and ends the stream; its jobs are lost.
    func fail(_ error: ProtocolError) {
        acknowledge()
        output.appendError(error)
        let now = services.clock.now()
        services.failures.note(error, producer: producer?.name, peer: carrier?.peer ?? "unknown", at: now)
        leave { services.table.ownerLeft($0, owner: owner, at: now) }
        carrier?.finish()
    }

    /// Drops what the stream has: unfinished results, and its jobs, each of which goes to `letGo`.
    private func leave(_ letGo: (JobReference) -> Void) {
        if phase != .ended { services.streams.leave(owner, producer, applied: watermark, at: services.clock.now()) }
        phase = .ended
        takeover?.cancel()
        takeover = nil
        for transfer in transfers.values {
            transfer.timer.invalidate()
            transfer.receiver.abandon()
        }
        transfers = [:]
        held = ByteBuffer()
        bound.forEach(letGo)
        bound = HandleTable()
    }

    /// Hands `bytes` to the decoder and returns how many it took: all, unless a frame must be waited for.
    private func decode(_ bytes: UnsafeRawBufferPointer) -> Int {
        // The decoder is accessed exclusively while it runs, so frames only leave word of how the stream should end.
        var handler = self
        let outcome = decoder.decode(bytes, into: &handler)
        if wantsCommit {
            wantsCommit = false
            watchCommit(hurries: true)
        }
        switch outcome {
        case .ok: return bytes.count
        case .failed(let error):
            fail(error)
            return bytes.count
        case .stopped(let consumed):
            switch verdict {
            case .none: return consumed
            case .leaves where consumed < bytes.count:
                unbindAll()
                fail(ProtocolError(.afterGoodbye, sequence: decoder.nextSequence, "bytes came after goodbye"))
            case .leaves, .isSentAway: end()
            case .fails(let error): fail(error)
            }
            return bytes.count
        }
    }
}
