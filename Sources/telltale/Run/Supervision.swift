import Glibc

/// What a running command is told, and when its run is over. A core: it is told events and times, and says what to do.
struct Supervision {
    typealias Instant = ContinuousClock.Instant

    private enum State {
        /// Next: `stopping`, `ended`.
        case running
        /// A cancel sent SIGTERM; SIGKILL follows at that time. Next: `killed`, `ended`.
        case stopping(until: Instant)
        /// Next: `ended`.
        case killed
        /// The process has ended; its output is read until its end, or until that time when something that it left
        /// behind holds it open.
        case ended(CommandEnd, until: Instant)
    }

    private var state = State.running
    private var openStreams = 2
    private let sharesTerminal: Bool
    private let grace: Duration
    /// True once a cancel was passed on.
    private(set) var wasCancelled = false

    /// - Parameters:
    ///   - sharesTerminal: the command is in our process group, so that what a terminal sends reaches it anyway.
    ///   - grace: the time between SIGTERM and SIGKILL after a cancel.
    init(sharesTerminal: Bool, grace: Duration) {
        self.sharesTerminal = sharesTerminal
        self.grace = grace
    }

    /// How the command ended, once it has.
    var end: CommandEnd? {
        if case .ended(let end, _) = state { end } else { nil }
    }

    /// When ``timeReached(_:)`` wants to be called.
    var deadline: Instant? {
        switch state {
        case .running, .killed: nil
        case .stopping(let until), .ended(_, let until): until
        }
    }

    /// True when the process and both of its streams have ended.
    var isOver: Bool { end != nil && openStreams == 0 }

    /// True when output that has not ended by `now` is not waited for any more.
    func stopsReading(at now: Instant) -> Bool {
        if case .ended(_, let until) = state { now >= until } else { false }
    }

    /// A signal came to us. Returns it when the command must be sent it: it has not reached the command already.
    func received(_ signal: Int32, fromTerminal: Bool) -> Int32? {
        end == nil && !(fromTerminal && sharesTerminal) ? signal : nil
    }

    /// The job was cancelled. Returns the signal to send.
    mutating func cancelled(at now: Instant) -> Int32? {
        guard case .running = state else { return nil }
        wasCancelled = true
        state = .stopping(until: now + grace)
        return SIGTERM
    }

    /// Returns the signal to send at `now`.
    mutating func timeReached(_ now: Instant) -> Int32? {
        guard case .stopping(let until) = state, now >= until else { return nil }
        state = .killed
        return SIGKILL
    }

    /// The process ended.
    mutating func ended(_ end: CommandEnd, at now: Instant) {
        state = .ended(end, until: now + RunLimits.drain)
    }

    /// One of the two output streams ended.
    mutating func streamEnded() {
        precondition(openStreams > 0, "a command has two streams")
        openStreams -= 1
    }
}
