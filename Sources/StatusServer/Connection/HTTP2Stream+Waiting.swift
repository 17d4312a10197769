import NIOCore
import StatusCore

/// Answers that wait for a job to change.
extension HTTP2Stream: JobWatcher {
    /// Holds the request until its job has changed or its time is up.
    func hold(_ wait: JobWait) {
        guard let loop = handler.eventLoop else { return }
        let watches = services.watches(of: loop)
        let deadline = loop.now + .milliseconds(wait.milliseconds)
        let held = watches.hold(wait, for: self, until: deadline, services: services, scratch: handler.scratch)
        guard let held, !handler.isDraining else {
            if let held { watches.end(held.ticket) }
            if let decision = decide(wait, isOver: true) { act(on: decision) }
            return
        }
        phase = .waiting(held)
        handler.waiting += 1
        waitTimer = ConnectionTimer(services.timers(of: loop)) { [weak self] in
            self?.endWait()
            self?.handler.flush()
        }
        waitTimer?.start(.milliseconds(wait.milliseconds))
    }

    /// Answers the wait under way with what there is, if there is one.
    func endWait() {
        guard case .waiting(let held) = phase, let decision = decide(held.wait, isOver: true) else { return }
        release(held)
        act(on: decision)
    }

    /// Forgets a wait.
    func release(_ held: HeldWait) {
        handler.waiting -= 1
        waitTimer?.invalidate()
        waitTimer = nil
        phase = .opening
        guard let loop = handler.eventLoop else { return }
        services.watches(of: loop).end(held.ticket)
    }

    func jobMayHaveChanged(_ tag: Int) {
        guard case .waiting(let held) = phase, let decision = decide(held.wait, isOver: false) else { return }
        release(held)
        act(on: decision)
        handler.flush()
    }

    private func decide(_ wait: JobWait, isOver: Bool) -> BridgeDecision? {
        services.bridge.resume(
            wait,
            isOver: isOver,
            at: services.clock.now(),
            scratch: handler.scratch.bridge,
            into: &handler.scratch.content
        )
    }
}
