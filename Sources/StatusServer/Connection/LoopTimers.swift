import NIOCore

/// The deadlines of one event loop's connections, in a binary heap whose entries know their places.
///
/// A loop that is asked to cancel a task looks through all of its tasks, so ten thousand connections with a task each
/// would pay for each other whenever one of them opens or closes. Here the loop has one task for all of them, and
/// taking a deadline away costs the logarithm of their number. Belongs to that loop.
final class LoopTimers {
    /// The heap does not keep a timer alive: a timer takes itself out before it is gone.
    private struct Entry {
        var fires: NIODeadline
        let timer: Unmanaged<ConnectionTimer>
    }

    fileprivate let loop: any EventLoop
    private var heap: [Entry] = []
    private var scheduled: (task: Scheduled<Void>, fires: NIODeadline)?

    init(loop: any EventLoop) {
        self.loop = loop
    }

    /// How many timers will fire.
    var count: Int { heap.count }

    /// Lets `timer` fire at `deadline`, instead of the time before.
    fileprivate func set(_ timer: ConnectionTimer, to deadline: NIODeadline) {
        if timer.place == ConnectionTimer.nowhere {
            timer.place = heap.count
            heap.append(Entry(fires: deadline, timer: .passUnretained(timer)))
        } else {
            heap[timer.place].fires = deadline
        }
        settle(timer.place)
        schedule()
    }

    fileprivate func remove(_ timer: ConnectionTimer) {
        let place = timer.place
        guard place != ConnectionTimer.nowhere else { return }
        timer.place = ConnectionTimer.nowhere
        let last = heap.removeLast()
        guard place < heap.count else { return }
        put(last, at: place)
        settle(place)
    }

    private func schedule() {
        guard let next = heap.first?.fires else { return }
        if let scheduled {
            if scheduled.fires <= next { return }
            scheduled.task.cancel()
        }
        let task = loop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in
            guard let self else { return }
            fire()
        }
        scheduled = (task, next)
    }

    private func fire() {
        scheduled = nil
        let now = loop.now
        // Those that are started again meanwhile wait for the next turn, so that this one ends.
        var due: [ConnectionTimer] = []
        while let first = heap.first, first.fires <= now {
            let timer = first.timer.takeUnretainedValue()
            remove(timer)
            due.append(timer)
        }
        for timer in due { timer.fire(at: now) }
        schedule()
    }

    private func put(_ entry: Entry, at place: Int) {
        heap[place] = entry
        entry.timer._withUnsafeGuaranteedRef { $0.place = place }
    }

    /// Moves the entry at `place` up or down to where it belongs.
    private func settle(_ place: Int) {
        var place = place
        let entry = heap[place]
        while place > 0, case let above = (place - 1) / 2, entry.fires < heap[above].fires {
            put(heap[above], at: place)
            place = above
        }
        while case var below = 2 * place + 1, below < heap.count {
            if below + 1 < heap.count, heap[below + 1].fires < heap[below].fires { below += 1 }
            guard heap[below].fires < entry.fires else { break }
            put(heap[below], at: place)
            place = below
        }
        put(entry, at: place)
    }
}

/// One deadline of one connection, which moves far more often than it passes.
///
/// Moving it on costs a store: when its time has come it is looked at whether the deadline has moved on, and if so it
/// waits for that. Belongs to the connection's event loop, which must not see it go while another thread looks on.
final class ConnectionTimer {
    fileprivate static let nowhere = -1

    private let timers: LoopTimers
    private let expired: () -> Void
    private var deadline: NIODeadline?
    /// When it will be looked at; at the deadline or before it.
    private var fires = NIODeadline.distantFuture
    /// Where it stands among the timers of its loop.
    fileprivate var place = nowhere

    /// `expired` is called on the loop when a deadline passes; it must not keep the timer alive.
    init(_ timers: LoopTimers, expired: @escaping () -> Void) {
        self.timers = timers
        self.expired = expired
    }

    deinit {
        timers.remove(self)
    }

    /// True while a deadline is set.
    var isRunning: Bool { deadline != nil }

    /// Sets the deadline to `amount` from now, instead of the one before.
    func start(_ amount: TimeAmount) {
        let deadline = timers.loop.now + amount
        self.deadline = deadline
        if place == Self.nowhere || deadline < fires { wait(until: deadline) }
    }

    /// Takes the deadline away; nothing passes until the next ``start(_:)``.
    func stop() {
        deadline = nil
    }

    /// Stops, and leaves nothing with the loop.
    func invalidate() {
        deadline = nil
        timers.remove(self)
    }

    private func wait(until deadline: NIODeadline) {
        fires = deadline
        timers.set(self, to: deadline)
    }

    fileprivate func fire(at now: NIODeadline) {
        guard let deadline else { return }
        if deadline > now { return wait(until: deadline) }
        self.deadline = nil
        expired()
    }
}
