import NIOCore

/// One deadline of one connection, which moves far more often than it passes.
///
/// Moving it costs a store: the scheduled task looks, when it fires, whether the deadline has moved on, and if so
/// schedules itself again. Belongs to the connection's event loop.
final class ConnectionTimer {
    private let loop: any EventLoop
    private let expired: () -> Void
    private var deadline: NIODeadline?
    private var scheduled: (task: Scheduled<Void>, fires: NIODeadline)?

    /// `expired` is called on `loop` when a deadline passes; it must not keep the timer alive.
    init(loop: any EventLoop, expired: @escaping () -> Void) {
        self.loop = loop
        self.expired = expired
    }

    /// True while a deadline is set.
    var isRunning: Bool { deadline != nil }

    /// Sets the deadline to `amount` from now, instead of the one before.
    func start(_ amount: TimeAmount) {
        let deadline = loop.now + amount
        self.deadline = deadline
        if let scheduled, scheduled.fires <= deadline { return }
        schedule(for: deadline)
    }

    /// Takes the deadline away; nothing fires until the next ``start(_:)``.
    func stop() {
        deadline = nil
    }

    /// Stops for good and lets go of the scheduled task.
    func invalidate() {
        deadline = nil
        scheduled?.task.cancel()
        scheduled = nil
    }

    private func schedule(for deadline: NIODeadline) {
        scheduled?.task.cancel()
        let task = loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            guard let self else { return }
            fire()
        }
        scheduled = (task, deadline)
    }

    private func fire() {
        scheduled = nil
        guard let deadline else { return }
        if deadline <= loop.now {
            self.deadline = nil
            expired()
        } else {
            schedule(for: deadline)
        }
    }
}
