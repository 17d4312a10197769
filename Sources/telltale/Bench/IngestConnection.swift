import Bytes
import Glibc
import HTTP2
import LoadGenerator
import UpdateProtocol

/// One connection of the load: HTTP/2 over a socket, and on it one stream of updates. It belongs to one thread.
///
/// Nothing is written before the server's windows take it, so that the time from writing to acknowledgement is the
/// server's and the network's, and not that of a queue in here.
final class IngestConnection {
    /// What came of a connection's part.
    struct Outcome: Sendable {
        /// Updates that the server has acknowledged as applied.
        var updates = 0
        /// Bytes that were sent for them, HTTP/2 framing and retries included.
        var bytes = 0
        /// From the first update to the last acknowledgement.
        var nanoseconds = 0
        /// Microseconds from the writing of an update to its acknowledgement.
        var delays = Percentiles()
        var expectations: [IngestSource.Expectation] = []
    }

    private let server: ServerURL
    private let plan: IngestPlan
    private var source: IngestSource
    private let jobs: Int
    private let socket: BenchSocket
    private let session: HTTP2Session
    private var stream: StreamID
    private var answers = IngestAnswers()
    private var frames: OutputBuffer
    /// Output of the session that the socket has not taken.
    private var outbound = OutputBuffer(capacity: BenchLimits.socketBytes * 2)
    private var sent = 0
    private let inbound = UnsafeMutableRawBufferPointer.allocate(byteCount: BenchLimits.socketBytes, alignment: 16)
    /// The number of the last item that was written.
    private var sequence: UInt64 = 0
    /// What is written and not acknowledged.
    private var underway = Deque()
    private var outcome = Outcome()

    /// Connects, and opens the stream.
    init(_ server: ServerURL, _ plan: IngestPlan, connection number: Int) throws(CommandFailure) {
        self.server = server
        self.plan = plan
        source = IngestSource(plan, connection: number)
        jobs = plan.part(of: number).count
        frames = OutputBuffer(capacity: plan.batch * 8 + 64)
        socket = try BenchSocket(server)
        session = HTTP2Session(role: .client)
        var head = HeaderBlock(request: "POST", authority: try server.plainAuthority(), path: "/v1/updates")
        head.append("content-type", UpdateMediaType.name)
        guard let stream = session.request(head, endStream: false) else {
            throw CommandFailure("no request can be made of \(server.text)")
        }
        self.stream = stream
        session.delegate = answers
        frames.appendHello(producer: "\(plan.prefix)-\(number)")
        write()
    }

    deinit {
        inbound.deallocate()
    }

    /// Makes the jobs, and waits until the server has them.
    func prepare() throws(CommandFailure) {
        for start in stride(from: 0, to: jobs, by: BenchLimits.preparedFrames) {
            let handles = start..<min(start + BenchLimits.preparedFrames, jobs)
            source.appendJobs(handles, to: &frames)
            sequence += UInt64(handles.count) * 2
            write()
            while session.queuedBytes(stream) > BenchLimits.socketBytes { try turn(isWaiting: true) }
        }
        try waitForAcknowledgements()
    }

    /// Sends updates for as long as the plan says, and waits until all are acknowledged.
    func measure() throws(CommandFailure) {
        let begin = BenchClock.nanoseconds()
        let end = begin + plan.seconds * 1_000_000_000
        let before = sent
        while BenchClock.nanoseconds() < end {
            var isFull = false
            while !isFull, outbound.count < BenchLimits.socketBytes {
                isFull = room < plan.batch * 8
                if !isFull { writeBatch() }
                drain()
            }
            try turn(isWaiting: isFull)
        }
        try waitForAcknowledgements()
        outcome.nanoseconds = BenchClock.nanoseconds() - begin
        outcome.bytes = sent - before
        outcome.expectations = source.expectations(BenchLimits.readBack / plan.connections + 1)
    }

    /// Lets go of the jobs and ends the stream.
    func leave() throws(CommandFailure) -> Outcome {
        frames.appendGoodbye()
        sequence += 1
        write()
        session.finish(stream)
        while !answers.hasEnded { try turn(isWaiting: true) }
        session.shutDown()
        drain()
        _ = outbound.withBytes { socket.send($0) }
        return outcome
    }

    // MARK: Writing

    /// Bytes that both windows still take.
    private var room: Int {
        min(session.sendWindow(of: stream), session.connectionSendWindow) - session.queuedBytes(stream)
    }

    private func writeBatch() {
        let (updates, others) = source.appendBatch(to: &frames)
        sequence += UInt64(updates + others * 2)
        underway.append(.init(last: sequence, updates: updates, writtenAt: BenchClock.nanoseconds()))
        write()
    }

    private func write() {
        frames.withBytes { session.write(stream, $0) }
        frames.removeAll()
    }

    private func drain() {
        while outbound.count < BenchLimits.socketBytes, session.nextOutput({ outbound.append($0) }) {}
    }

    // MARK: The socket

    /// Sends and receives what is possible now; where `isWaiting`, waits until something is.
    private func turn(isWaiting: Bool) throws(CommandFailure) {
        drain()
        try sendOutbound()
        if isWaiting { socket.wait(forRoom: !outbound.isEmpty, milliseconds: 100) }
        switch socket.receive(inbound) {
        case .moved(let count):
            session.receive(UnsafeRawBufferPointer(rebasing: inbound[..<count]))
            heardAt = BenchClock.nanoseconds()
        case .notNow:
            let silence = BenchClock.nanoseconds() - heardAt
            if isWaiting, silence > Int(BenchLimits.silence.nanoseconds) {
                throw CommandFailure("\(server.text) has acknowledged nothing for \(BenchLimits.silence)")
            }
        case .ended:
            if !answers.hasEnded { throw CommandFailure("\(server.text) closed the connection") }
        }
        settle()
        if let fault = answers.fault { throw CommandFailure("\(server.text) \(fault)") }
    }

    private var heardAt = BenchClock.nanoseconds()

    private func sendOutbound() throws(CommandFailure) {
        guard !outbound.isEmpty else { return }
        switch outbound.withBytes({ socket.send($0) }) {
        case .moved(let count):
            sent += count
            let rest = outbound.withBytes { Array($0[count...]) }
            outbound.removeAll()
            outbound.append(contentsOf: rest)
        case .notNow: break
        case .ended: throw CommandFailure("\(server.text) closed the connection")
        }
    }

    private func waitForAcknowledgements() throws(CommandFailure) {
        heardAt = BenchClock.nanoseconds()
        while answers.applied < sequence { try turn(isWaiting: true) }
    }

    /// Counts what has been acknowledged since the last time.
    private func settle() {
        let now = BenchClock.nanoseconds()
        while let first = underway.first, first.last <= answers.applied {
            outcome.updates += first.updates
            outcome.delays.add((now - first.writtenAt) / 1_000, times: first.updates)
            underway.removeFirst()
        }
        let window = answers.takeConsumed()
        session.consume(stream, window)
        session.consumeConnection(window)
    }
}

extension IngestConnection {
    /// A batch that is written.
    struct Batch {
        /// The number of its last item.
        let last: UInt64
        let updates: Int
        /// By ``BenchClock/nanoseconds()``.
        let writtenAt: Int
    }

    /// Batches, first in, first out.
    struct Deque {
        private var batches: [Batch] = []
        private var start = 0

        var first: Batch? { start < batches.count ? batches[start] : nil }

        mutating func append(_ batch: Batch) { batches.append(batch) }

        mutating func removeFirst() {
            start += 1
            guard start * 2 > batches.count else { return }
            batches.removeFirst(start)
            start = 0
        }
    }
}
