import CEpoll
import Glibc

/// Makes a load on the calling thread, over connections of its own.
///
/// An open loop starts each request at its time, or, while as many as allowed wait on its connection, as soon as one
/// of them is answered; its latency counts from the time at which it should have started. A closed loop starts a
/// request for each answer, and its latency counts from the moment of sending.
public final class LoadWorker {
    private let plan: LoadPlan
    private let schedule: Schedule?
    private let epoll: CInt
    private var connections: [LoadConnection] = []
    private var open = 0
    private var reader = AnswerReader()
    private var outcome = LoadOutcome()
    /// What was read last: the beginning of an answer that was there before, and what came now.
    private let input = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 2 * LoadLimits.answerBytes,
        alignment: 64
    )
    /// Requests of the schedule that have been given to their connections.
    private var released = 0
    private var begin = 0
    /// True once no request starts any more.
    private var isEnding = false

    /// Connects, makes the load that `plan` describes, and waits for its answers.
    /// - Throws: ``LoadFailure`` when a connection cannot be made.
    public static func run(_ plan: LoadPlan, at address: HostAddress) throws(LoadFailure) -> LoadOutcome {
        let worker = try LoadWorker(plan)
        try worker.connect(to: address)
        worker.work()
        return worker.outcome
    }

    private init(_ plan: LoadPlan) throws(LoadFailure) {
        precondition(!plan.questions.isEmpty && plan.connections > 0 && plan.depth > 0, "an empty plan")
        self.plan = plan
        schedule = plan.rate.map { Schedule(rate: $0, connections: plan.connections, duration: plan.duration) }
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw LoadFailure(code: errno) }
    }

    deinit {
        close(epoll)
        input.deallocate()
    }

    private func connect(to address: HostAddress) throws(LoadFailure) {
        for number in 0..<plan.connections {
            let connection = LoadConnection(number: number, descriptor: try address.connect(), depth: plan.depth)
            connections.append(connection)
            watch(connection, EPOLL_CTL_ADD, EPOLLIN.rawValue)
        }
        open = connections.count
    }

    private func watch(_ connection: LoadConnection, _ operation: CInt, _ events: UInt32) {
        var event = epoll_event(events: events, data: epoll_data_t(u32: UInt32(connection.number)))
        epoll_ctl(epoll, operation, connection.descriptor, &event)
    }

    private func work() {
        CEpoll_useExactTimers()
        var events = [epoll_event](repeating: epoll_event(), count: LoadLimits.events)
        begin = Self.now()
        if schedule == nil {
            for connection in connections { send(on: connection, at: begin) }
        }
        while true {
            let elapsed = Self.now() - begin
            release(after: elapsed)
            if elapsed >= plan.duration, hasEnded(after: elapsed) { break }
            if open == 0 { break }
            let count = wait(&events, elapsed)
            for event in events[..<count] { handle(event) }
        }
        account()
    }

    /// True when there is nothing more to wait for.
    private func hasEnded(after elapsed: Int) -> Bool {
        if schedule == nil { isEnding = true }
        if elapsed >= plan.duration + LoadLimits.patience { return true }
        return connections.allSatisfy { !$0.isOpen || $0.outstanding == 0 && $0.due <= $0.sent }
            && released == schedule?.total ?? 0
    }

    /// Counts what got no answer.
    private func account() {
        for connection in connections {
            outcome.unanswered += max(connection.due, connection.sent) - connection.answered
            connection.close()
        }
        // What all connections were gone for.
        outcome.unanswered += (schedule?.total ?? 0) - released
    }

    /// Gives the requests whose time has come to their connections.
    private func release(after elapsed: Int) {
        guard let schedule else { return }
        let due = schedule.due(after: elapsed)
        while released < due {
            let connection = connections[released % connections.count]
            released += 1
            connection.due += 1
            if connection.isOpen { send(on: connection, at: begin + elapsed) }
        }
    }

    /// Waits until something happens or the next request is due, at most.
    private func wait(_ events: inout [epoll_event], _ elapsed: Int) -> Int {
        var pause = LoadLimits.pause
        if let schedule, released < schedule.total {
            pause = min(pause, schedule.start(of: released) - elapsed)
        } else if elapsed < plan.duration {
            pause = min(pause, plan.duration - elapsed)
        }
        return Int(CEpoll_wait(epoll, &events, CInt(events.count), pause))
    }

    private func handle(_ event: epoll_event) {
        let connection = connections[Int(event.data.u32)]
        guard connection.isOpen else { return }
        if event.events & EPOLLOUT.rawValue != 0 {
            guard connection.sendRest() else { return lose(connection) }
            if connection.unsent.isEmpty { watch(connection, EPOLL_CTL_MOD, EPOLLIN.rawValue) }
        }
        if event.events & ~EPOLLOUT.rawValue != 0 { receive(on: connection) }
    }

    private func receive(on connection: LoadConnection) {
        let kept = connection.carry.count
        connection.carry.withUnsafeBytes { input.copyMemory(from: $0) }
        let space = UnsafeMutableRawBufferPointer(rebasing: input[kept..<kept + LoadLimits.answerBytes])
        let count = read(connection.descriptor, space.baseAddress, space.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return lose(connection) }
        let now = Self.now()
        outcome.bytes += count
        guard takeAnswers(kept + count, on: connection, at: now) else { return lose(connection) }
        send(on: connection, at: now)
    }

    /// Takes the answers out of the first `count` bytes of the input.
    /// - Returns: false when they are none.
    private func takeAnswers(_ count: Int, on connection: LoadConnection, at now: Int) -> Bool {
        let bytes = UnsafeRawBufferPointer(rebasing: input[..<count])
        var position = 0
        while position < count {
            guard connection.outstanding > 0 else { return false }
            let question = plan.questions[(connection.number + connection.answered) % plan.questions.count]
            switch reader.read(bytes, from: position, expecting: question.beginning) {
            case .right(let end):
                note(on: connection, at: now, isRight: true)
                position = end
            case .wrong(let end):
                note(on: connection, at: now, isRight: false)
                position = end
            case .incomplete:
                connection.carry.removeAll(keepingCapacity: true)
                connection.carry += bytes[position...]
                return connection.carry.count <= LoadLimits.answerBytes
            case .broken: return false
            }
        }
        connection.carry.removeAll(keepingCapacity: true)
        return true
    }

    private func note(on connection: LoadConnection, at now: Int, isRight: Bool) {
        let (place, start) = connection.takeAnswer()
        let intended = schedule.map { begin + $0.start(of: place, on: connection.number) } ?? start
        outcome.note(latency: now - intended, isRight: isRight, elapsed: now - begin)
    }

    /// Starts what may be started on a connection.
    private func send(on connection: LoadConnection, at now: Int) {
        let room = plan.depth - connection.outstanding
        let count: Int
        if schedule != nil {
            count = min(room, connection.due - connection.sent)
        } else {
            count = isEnding || now - begin >= plan.duration ? 0 : room
        }
        guard count > 0 else { return }
        let hadUnsent = !connection.unsent.isEmpty
        guard connection.start(count, of: plan.questions, at: now) else { return lose(connection) }
        if !hadUnsent, !connection.unsent.isEmpty {
            watch(connection, EPOLL_CTL_MOD, EPOLLIN.rawValue | EPOLLOUT.rawValue)
        }
    }

    private func lose(_ connection: LoadConnection) {
        connection.close()
        open -= 1
        outcome.lost += 1
    }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
