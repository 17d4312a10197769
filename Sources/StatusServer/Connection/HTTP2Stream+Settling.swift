import NIOCore
import StatusCore

/// Answers that wait for the disk.
extension HTTP2Stream: CommitWaiter {
    /// Holds an answer whose body stands in ``LoopScratch/content``.
    func settle(_ answer: SettlingAnswer, _ fields: ResponseFields) {
        let held = HeldAnswer(answer, fields, handler.scratch)
        guard let committer = services.bridge.committer, let loop = handler.eventLoop else { return }
        phase = .settling(held)
        handler.waiting += 1
        committer.wait(for: .urgent, hurries: true, self, on: loop)
    }

    func commitEnded(_ outcome: CommitOutcome) {
        guard case .settling(let held) = phase else { return }
        handler.waiting -= 1
        answer(held.conclude(outcome, services, handler.scratch))
        handler.flush()
    }
}
