import Bytes
import NIOCore
import StatusCore
import UpdateProtocol

/// How a stream begins: who speaks, and whether it may.
extension WorkerStream {
    func hello(_ frame: HelloFrame) -> Flow {
        guard !services.streams.isDraining else {
            output.appendServerGoodbye(.shuttingDown, retryAfter: Limits.retryAfterShutdown)
            verdict = .isSentAway
            return .stop
        }
        isForResults = frame.isForResults
        if isForResults { carrier?.expectResults() }
        first = frame.firstSequence
        acknowledged = first - 1
        guard !isForResults, frame.producer.count > 0 else {
            welcome(epoch: services.streams.makeEpoch(), resumed: nil)
            return .proceed
        }
        let producer = ProducerKey(tenant: .sole, name: String(decoding: frame.producer, as: UTF8.self))
        self.producer = producer
        let claim = ProducerClaim(key: producer, owner: owner, named: frame.epoch, first: first)
        switch services.streams.claim(claim) {
        case .granted(let grant):
            begin(grant, claim)
            return .proceed
        case .refused:
            verdict = .fails(WorkerStream.zombie)
            return .stop
        case .pending:
            waitForFormerStream(claim)
            return .stop
        }
    }

    /// The producer's former stream has ended, or stays; called on the loop while this one waits for it.
    func conclude(_ outcome: StreamDirectory.ClaimOutcome) {
        guard phase == .claiming else { return }
        switch outcome {
        case .pending: break
        case .refused: fail(WorkerStream.zombie)
        case .granted(let grant):
            takeover?.cancel()
            takeover = nil
            if let claimed { begin(grant, claimed) }
            goOn()
        }
    }

    /// The former stream did not answer: its event loop stands still. The worker is to try again.
    func takeoverTimedOut() {
        guard phase == .claiming else { return }
        fail(ProtocolError(.internalError, sequence: 0, "the producer's former stream could not be ended in time"))
    }

    /// A newer stream of the same producer asks for its place; called on the loop. Ends this stream when it is due.
    func yield(to claim: ProducerClaim) {
        if services.streams.handOver(claim, from: owner, applied: watermark) { displace() }
    }

    private static let zombie = ProtocolError(.displaced, sequence: 0, "a newer stream of this producer took over")

    private func waitForFormerStream(_ claim: ProducerClaim) {
        phase = .claiming
        claimed = claim
        takeover = carrier?.eventLoop.assumeIsolated().scheduleTask(in: Limits.takeoverTimeout) { [weak self] in
            self?.takeoverTimedOut()
        }
    }

    /// Speaks for its producer from here on, which outlives the process: a later one is to know the epoch.
    private func begin(_ grant: ProducerGrant, _ claim: ProducerClaim) {
        record = ProducerRecord(
            epoch: grant.epoch,
            named: claim.named,
            first: claim.first,
            applied: grant.resumed ?? 0
        )
        welcome(epoch: grant.epoch, resumed: grant.resumed)
        if let kept = kept(applied: grant.resumed ?? 0) { services.bridge.committer?.note(kept) }
    }

    private func welcome(epoch: UInt64, resumed: UInt64?) {
        phase = .open
        inherited = resumed ?? 0
        output.appendWelcome(
            WelcomeFrame(
                isEphemeral: services.bridge.committer == nil,
                isResumed: resumed != nil,
                epoch: epoch,
                limits: Self.limits,
                heartbeatInterval: Limits.workerHeartbeat,
                boot: services.boot
            )
        )
        if let resumed { output.appendAcknowledgement(applied: resumed) }
    }
}
