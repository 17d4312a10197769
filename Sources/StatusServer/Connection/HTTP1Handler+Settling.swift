import Bytes
import NIOCore
import StatusCore

/// An answer that does not leave before what it says is on disk.
struct HeldAnswer {
    let answer: SettlingAnswer
    let fields: ResponseFields
    /// What was written at once.
    let body: ByteBuffer

    init(_ answer: SettlingAnswer, _ fields: ResponseFields, _ scratch: LoopScratch) {
        self.answer = answer
        self.fields = fields
        scratch.bridge.settling = nil
        body = scratch.content.withBytes { ByteBuffer(bytes: $0) }
        scratch.content.removeAll(keepingCapacityUpTo: Limits.scratchCapacity)
    }

    /// What to answer with; its body stands in ``LoopScratch/content``.
    func conclude(_ outcome: CommitOutcome, _ services: ServerServices, _ scratch: LoopScratch) -> ResponseFields {
        body.withUnsafeReadableBytes { scratch.content.append($0) }
        return services.bridge.settled(
            answer,
            fields,
            outcome,
            at: services.clock.now(),
            scratch: scratch.bridge,
            into: &scratch.content
        )
    }
}

/// Answers that wait for the disk.
extension HTTP1Handler: CommitWaiter {
    /// Holds an answer whose body stands in ``LoopScratch/content``. Nothing more is read meanwhile.
    func settle(_ answer: SettlingAnswer, _ fields: ResponseFields, context: ChannelHandlerContext) {
        let held = HeldAnswer(answer, fields, scratch)
        guard let committer = services.bridge.committer else { preconditionFailure("nothing is kept") }
        phase = .settling(held)
        committer.wait(for: .urgent, hurries: true, self, on: context.eventLoop)
    }

    func commitEnded(_ outcome: CommitOutcome) {
        guard let context, case .settling(let held) = phase else { return }
        phase = .head
        write(held.conclude(outcome, services, scratch), context: context)
        // A body that was collected is not there to be dropped.
        if case .none = body {} else { dropBody() }
        resume(context: context)
    }
}
