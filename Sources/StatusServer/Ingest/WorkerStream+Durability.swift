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

extension CommitOutcome {
    fileprivate var isFailure: Bool {
        if case .failed = self { true } else { false }
    }
}
