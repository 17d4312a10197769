import JobStore
import StatusCore
import UpdateProtocol

/// The durable watermark, on a server that keeps jobs on disk.
///
/// The stream waits for one commit after the other while something is applied that is not on disk. Nothing is counted
/// for single updates: what was applied when a wait began is durable when it ends.
extension WorkerStream: CommitWaiter {
    /// Waits for what is applied to be on disk, where it is not waited for yet.
    func watchCommit(hurries: Bool = false) {
        guard let committer = services.bridge.committer, let loop = carrier?.eventLoop else { return }
        let mark = applied
        guard mark > durable, hurries || commits.isEmpty else { return }
        commits.append(mark)
        if let kept = kept(applied: watermark) { committer.note(kept) }
        committer.wait(for: .all, hurries: hurries, self, on: loop)
    }

    /// Says that a result is whole: when it is on disk, on a server that keeps jobs, because a worker that has heard it
    /// goes on to complete the job and does not send the result again.
    func tellWhole(_ transfer: UInt32, held: UInt64) {
        guard let committer = services.bridge.committer, let loop = carrier?.eventLoop else {
            return output.appendResultState(transfer: transfer, held: held, .whole)
        }
        committer.wait(for: .urgent, hurries: true, WholeResult(self, transfer, held: held), on: loop)
    }

    /// The producer as it has to be found by a later process, once what is applied now is on disk as well; nil where
    /// there is none.
    func kept(applied: UInt64) -> StoredProducer? {
        guard let producer, let record else { return nil }
        return StoredProducer(
            tenant: producer.tenant,
            name: producer.name,
            epoch: record.epoch,
            named: record.named,
            first: record.first,
            applied: applied,
            heardAt: services.clock.now().wall
        )
    }

    func commitEnded(_ outcome: CommitOutcome) {
        // Waits end in the order in which they began.
        guard phase == .open, !commits.isEmpty else { return }
        let mark = commits.removeFirst()
        if case .durable = outcome, mark > durable {
            durable = mark
            acknowledge(durable: durable)
        }
        if isEnding, durable >= applied || outcome.isFailure {
            finishEnd()
        } else {
            watchCommit(hurries: isEnding)
            carrier?.hasOutput()
        }
    }
}

/// A result that has arrived and waits for the disk before its worker hears so.
private final class WholeResult: CommitWaiter {
    private weak var stream: WorkerStream?
    private let transfer: UInt32
    private let held: UInt64

    init(_ stream: WorkerStream, _ transfer: UInt32, held: UInt64) {
        self.stream = stream
        self.transfer = transfer
        self.held = held
    }

    func commitEnded(_ outcome: CommitOutcome) {
        guard let stream, stream.phase == .open else { return }
        // It is written when the disk can be written again.
        if outcome.isFailure { return stream.tellWhole(transfer, held: held) }
        stream.output.appendResultState(transfer: transfer, held: held, .whole)
        stream.carrier?.hasOutput()
    }
}

extension CommitOutcome {
    fileprivate var isFailure: Bool {
        if case .failed = self { true } else { false }
    }
}
