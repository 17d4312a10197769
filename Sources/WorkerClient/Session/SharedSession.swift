import Bytes
import NIOConcurrencyHelpers

/// The session as all threads see it: workers report on any thread, the event loop sends and receives.
///
/// One lock guards it. It is held for the state change, and for encoding one batch at most; whoever has to be told
/// something is told after it is let go.
final class SharedSession: Sendable {
    /// How soon the event loop is to send what is new.
    enum Urgency: Int, Comparable {
        case none, soon, now

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    private struct State {
        var session: Session
        var waiters: [Ticket: Waiter] = [:]
        var sinks: [JobHandle: JobSink] = [:]
        var connectionWaiters: [Waiter] = []
        /// Who waits to open a job, first come first.
        var roomWaiters: [Waiter] = []
        /// What the event loop has been told and has not acted on.
        var urgency = Urgency.none
        var lastFailure: String?

        /// Who may open a job now, or never will.
        mutating func takePlaces() -> ([Waiter], WorkerError?) {
            guard !roomWaiters.isEmpty else { return ([], nil) }
            roomWaiters.removeAll { $0.isOver }
            if let futility = session.futility {
                defer { roomWaiters = [] }
                return (roomWaiters, futility)
            }
            let waiters = Array(roomWaiters.prefix(max(0, session.freePlaces)))
            roomWaiters.removeFirst(waiters.count)
            return (waiters, nil)
        }
    }

    private let state: NIOLockedValueBox<State>

    init(maximumJobs: Int) {
        state = NIOLockedValueBox(State(session: Session(maximumJobs: maximumJobs)))
    }

    var isConnected: Bool { state.withLockedValue { $0.session.phase == .ready || $0.session.phase == .leaving } }
    var dismissal: WorkerError? { state.withLockedValue { $0.session.dismissal } }
    var hasLeft: Bool { state.withLockedValue { $0.session.phase == .leaving } }
    var isClosing: Bool { state.withLockedValue { $0.session.isClosing } }
    var isDelivered: Bool { state.withLockedValue { $0.session.isDelivered } }

    /// Why there is no connection; for people.
    var lastFailure: String? {
        get { state.withLockedValue { $0.lastFailure } }
        set { state.withLockedValue { $0.lastFailure = newValue } }
    }

    // MARK: Any thread

    func open(_ id: String, _ options: JobOptions) throws(WorkerError) -> (JobHandle, JobSink) {
        let opened = state.withLockedValue { state -> Result<(JobHandle, JobSink), WorkerError> in
            do throws(WorkerError) {
                let handle = try state.session.open(id, options)
                let sink = JobSink()
                state.sinks[handle] = sink
                return .success((handle, sink))
            } catch {
                return .failure(error)
            }
        }
        return try opened.get()
    }

    /// Takes over a report; returns true when the event loop is to be told.
    func report(_ handle: JobHandle, _ change: Report.Change) -> Bool {
        state.withLockedValue { state in
            guard state.session.report(handle, change), state.urgency < .soon else { return false }
            state.urgency = .soon
            return true
        }
    }

    /// Runs `body`; returns true when the event loop is to be told to send at once.
    func change(_ body: (inout Session, inout [Effect]) -> Void) -> Bool {
        var isNews = false
        update { state, effects in
            body(&state.session, &effects)
            isNews = state.urgency < .now
            state.urgency = .now
        }
        return isNews
    }

    /// Asks for something that is waited for. The answer comes through the waiter.
    func ask(_ body: (inout Session, inout [Effect]) -> Ticket) -> (waiter: Waiter, tellsLoop: Bool) {
        let waiter = Waiter()
        var isNews = false
        update { state, effects in
            state.waiters[body(&state.session, &effects)] = waiter
            isNews = state.urgency < .now
            state.urgency = .now
        }
        return (waiter, isNews)
    }

    /// The attempt that a job reports about; 0 for the current one.
    func attempt(of handle: JobHandle) -> UInt32 {
        state.withLockedValue { $0.session.jobs[handle]?.options.attempt ?? 0 }
    }

    /// Settles when a job may be opened, or there is no sense in waiting for that.
    func awaitRoom() -> Waiter {
        let waiter = Waiter()
        update { state, _ in state.roomWaiters.append(waiter) }
        return waiter
    }

    /// Settles once the server has greeted, or patience is at an end.
    func awaitConnection() -> Waiter {
        let waiter = Waiter()
        state.withLockedValue { state in
            if state.session.phase == .ready, !state.session.isClosing {
                waiter.settle(nil)
            } else if let futility = state.session.futility {
                waiter.settle(futility)
            } else {
                state.connectionWaiters.append(waiter)
            }
        }
        return waiter
    }

    // MARK: The event loop

    /// Runs `body`, tells everyone concerned, and returns what is left for the connection to do.
    @discardableResult
    func onLoop(_ body: (inout Session, inout [Effect]) -> Void) -> [Effect] {
        update { state, effects in body(&state.session, &effects) }
    }

    /// Appends one batch of frames, nothing when there is nothing to send; sets `isLeaving` once a goodbye is among
    /// them.
    func encode(into output: inout OutputBuffer, isLeaving: inout Bool) -> [Effect] {
        update { state, effects in
            while output.count < Limits.batchBytes, let frame = state.session.nextFrame(&effects) {
                output.append(frame)
                if frame == .goodbye { isLeaving = true }
            }
        }
    }

    /// What the event loop was told; it is about to act on it.
    func takeUrgency() -> Urgency {
        state.withLockedValue { state in
            defer { state.urgency = .none }
            return state.urgency
        }
    }

    var urgency: Urgency { state.withLockedValue { $0.urgency } }

    /// Tells those who wait for the connection.
    func settleConnectionWaiters(_ error: WorkerError?) {
        let waiters = state.withLockedValue { state in
            defer { state.connectionWaiters = [] }
            return state.connectionWaiters
        }
        for waiter in waiters { waiter.settle(error) }
    }

    @discardableResult
    private func update(_ body: (inout State, inout [Effect]) -> Void) -> [Effect] {
        var effects: [Effect] = []
        var settled: [(Waiter, WorkerError?)] = []
        var news: [JobSink] = []
        var places: (waiters: [Waiter], error: WorkerError?) = ([], nil)
        state.withLockedValue { state in
            body(&state, &effects)
            for effect in effects {
                switch effect {
                case .settle(let ticket, let error):
                    if let waiter = state.waiters.removeValue(forKey: ticket) { settled.append((waiter, error)) }
                case .cancelled(let handle, let cancellation):
                    guard let sink = state.sinks[handle] else { continue }
                    sink.note(cancellation)
                    news.append(sink)
                case .ended(let handle, let end):
                    // Noted under the lock: whoever finds the job gone finds out how it ended.
                    guard let sink = state.sinks.removeValue(forKey: handle) else { continue }
                    sink.note(end)
                    news.append(sink)
                case .slowDown, .leave, .disconnect, .stop, .remark: break
                }
            }
            places = state.takePlaces()
        }
        // The job's own news first: who returns from a call finds them there.
        for sink in news { sink.tell() }
        for waiter in places.waiters { waiter.settle(places.error) }
        for (waiter, error) in settled { waiter.settle(error) }
        return effects.filter { !$0.isForWorkers }
    }
}

extension Effect {
    /// True of what a worker is told; the rest is for the connection.
    fileprivate var isForWorkers: Bool {
        switch self {
        case .settle, .cancelled, .ended: true
        case .slowDown, .leave, .disconnect, .stop, .remark: false
        }
    }
}
