import NIOCore

/// One deadline of one connection, which moves far more often than it passes.
///
/// Moving it costs a store: the scheduled task looks, when it fires, whether the deadline has moved on, and if so
/// schedules itself again. A deadline that comes before the scheduled task gets a second task, and the first one is
/// kept for the time after it: cancelling makes the loop look through all of its tasks, which thousands of waiting
/// connections would pay for each other. Belongs to the connection's event loop.
final class ConnectionTimer {
    private typealias Pending = (task: Scheduled<Void>, fires: NIODeadline)

    private let loop: any EventLoop
    private let expired: () -> Void
    private var deadline: NIODeadline?
    /// The task that fires next, and one that fires after it.
    private var scheduled: Pending?
    private var later: Pending?

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

    /// Stops for good and lets go of the scheduled tasks.
    func invalidate() {
        deadline = nil
        scheduled?.task.cancel()
        scheduled = nil
        later?.task.cancel()
        later = nil
    }

    private func schedule(for deadline: NIODeadline) {
        if later == nil { later = scheduled } else { scheduled?.task.cancel() }
        let task = loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            guard let self else { return }
            fire()
        }
        scheduled = (task, deadline)
    }

    private func fire() {
        scheduled = later
        later = nil
        guard let deadline else { return }
        if deadline <= loop.now {
            self.deadline = nil
            expired()
        } else if scheduled.map({ $0.fires > deadline }) ?? true {
            schedule(for: deadline)
        }
    }
}
