import NIOCore
import StatusCore

/// Answers that wait for a job to change.
extension HTTP1Handler: JobWatcher {
    /// Holds the request until its job has changed or its time is up. Nothing more is read meanwhile.
    func hold(_ wait: JobWait, context: ChannelHandlerContext) {
        let watches = services.watches(of: context.eventLoop)
        let deadline = context.eventLoop.now + .milliseconds(wait.milliseconds)
        let held = watches.hold(wait, for: self, until: deadline, services: services, scratch: scratch)
        // At shutdown, and for a client that has ended its side, there is no time to wait.
        guard let held, !isDraining, !hasInputEnded else {
            if let held { watches.end(held.ticket) }
            answer(wait, isOver: true, context: context)
            return
        }
        phase = .waiting(held)
    }

    /// Answers the wait under way with what there is.
    func endWait(context: ChannelHandlerContext) {
        guard case .waiting(let held) = phase else { return }
        release(held, context: context)
        phase = .head
        answer(held.wait, isOver: true, context: context)
    }

    /// Forgets a wait.
    func release(_ held: HeldWait, context: ChannelHandlerContext) {
        services.watches(of: context.eventLoop).end(held.ticket)
    }

    func jobMayHaveChanged(_ tag: Int) {
        guard let context, case .waiting(let held) = phase else { return }
        guard let decision = decide(held.wait, isOver: false) else { return }
        release(held, context: context)
        phase = .head
        act(on: decision, context: context)
        resume(context: context)
    }

    private func answer(_ wait: JobWait, isOver: Bool, context: ChannelHandlerContext) {
        guard let decision = decide(wait, isOver: isOver) else { return }
        act(on: decision, context: context)
    }

    private func decide(_ wait: JobWait, isOver: Bool) -> BridgeDecision? {
        services.bridge.resume(
            wait,
            isOver: isOver,
            at: services.clock.now(),
            scratch: scratch.bridge,
            into: &scratch.content
        )
    }
}
