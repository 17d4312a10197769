import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import UpdateProtocol

/// What the fake server knows, kept across connections and restarts, with tests waiting on it.
final class FakeState: Sendable {
    /// One job as the server has it.
    struct Job: Equatable {
        var attempt: UInt32 = 1
        var basisPoints: UInt16?
        var amount: String?
        var unit: String?
        var step: String?
        var note: String?
        var state = ReportedState.queued
        var failure: String?
        var result: [UInt8]?
        var mediaType: String?
        var answers: [CancelAnswer] = []
        var binds = 0

        var units: String? { amount.map { $0 + (unit.map { " \($0)" } ?? "") } }
        var isTerminal: Bool { state != .queued && state != .processing }
    }

    struct Content {
        var jobs: [String: Job] = [:]
        /// Every frame that came, in words.
        var frames: [String] = []
        var greetings = 0
        var openStreams = 0
        /// Nothing is acknowledged while this is true.
        var holdsAcknowledgements = false
        /// Bytes of results are not taken while this is true.
        var holdsResults = false
        /// The next bytes of a result end the connection.
        var dropsNextResult = false
        /// What came of a result whose connection was lost is kept for a begin with an offset.
        var keepsBrokenResults = false
        var brokenResult: [UInt8] = []
        /// The offsets of the begins, in order.
        var resultOffsets: [UInt64] = []
        /// What welcome asks for, in milliseconds; a worker gives the connection up after four times as long.
        var heartbeatInterval: UInt32 = 10_000
        /// The status of the next answers, in place of 200.
        var status = 200
        var resultBytesSeen = 0
        /// Watermarks are kept from one stream to the next.
        var resumes = false
        /// Applied does not mean durable: acknowledgements name what is, once told.
        var isDurable = false
        /// The newest epoch that a welcome gave.
        var epoch: UInt64 = 0
        /// What is applied, of all streams.
        var watermark: UInt64 = 0
        /// What would survive a crash.
        var durable: UInt64 = 0
        /// Frames of updates, and items in runs.
        var updates = 0
        var runItems = 0
    }

    private struct Guarded {
        var content = Content()
        var waiting: [(condition: @Sendable (Content) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let guarded = NIOLockedValueBox(Guarded())

    var now: Content { guarded.withLockedValue { $0.content } }

    func job(_ id: String) -> Job? { now.jobs[id] }

    @discardableResult
    func change<R: Sendable>(_ body: (inout Content) -> R) -> R {
        let (result, ready) = guarded.withLockedValue { guarded in
            let result = body(&guarded.content)
            let content = guarded.content
            let ready = guarded.waiting.filter { $0.condition(content) }
            guarded.waiting.removeAll { $0.condition(content) }
            return (result, ready.map(\.continuation))
        }
        for continuation in ready { continuation.resume() }
        return result
    }

    /// Returns once `condition` holds.
    func until(_ condition: @escaping @Sendable (Content) -> Bool) async {
        await withCheckedContinuation { continuation in
            let holds = guarded.withLockedValue { guarded in
                if condition(guarded.content) { return true }
                guarded.waiting.append((condition, continuation))
                return false
            }
            if holds { continuation.resume() }
        }
    }
}

/// A server of the update protocol in the same process, made of our HTTP/2 server session over NIO: small, honest about
/// the protocol, and told by tests when to misbehave.
final class FakeServer: Sendable {
    let state: FakeState
    let host: String
    let port: Int
    private let listener: any Channel
    private let connections = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBound<FakeConnection>]>([:])
    private let loop: any EventLoop

    var url: String { "http://\(host):\(port)" }

    private init(state: FakeState, listener: any Channel, host: String, port: Int, loop: any EventLoop) {
        self.state = state
        self.listener = listener
        self.host = host
        self.port = port
        self.loop = loop
    }

    /// Listens on a free port, or where `other` did. Each server has a loopback address of its own, so that nobody else
    /// takes the port of one that is stopped for a while, and a port below those that the system gives to clients: a
    /// client that connects to an absent server there can meet itself.
    static func start(_ state: FakeState = FakeState(), inPlaceOf other: FakeServer? = nil) async throws -> FakeServer {
        let host = other?.host ?? "127.\(Int.random(in: 1...250)).\(Int.random(in: 0...255)).\(Int.random(in: 1...254))"
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let registry = NIOLockedValueBox<FakeServer?>(nil)
        let listener = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = FakeConnection(state: state)
                    try channel.pipeline.syncOperations.addHandler(connection)
                    registry.withLockedValue { $0 }?.add(connection, channel.eventLoop)
                }
            }
            .bind(host: host, port: other?.port ?? Int.random(in: 10_000...30_000))
            .get()
        let port = listener.localAddress?.port ?? 0
        let server = FakeServer(state: state, listener: listener, host: host, port: port, loop: loop)
        registry.withLockedValue { $0 = server }
        return server
    }

    private func add(_ connection: FakeConnection, _ loop: any EventLoop) {
        connections.withLockedValue {
            $0[ObjectIdentifier(connection)] = NIOLoopBound(connection, eventLoop: loop)
        }
    }

    /// Runs `body` with every connection, on its event loop.
    func onConnections(_ body: @escaping @Sendable (FakeConnection) -> Void) async throws {
        for connection in connections.withLockedValue({ Array($0.values) }) {
            try await loop.submit { body(connection.value) }.get()
        }
    }

    /// Takes no more connections and cuts those that are open.
    func stop() async throws {
        try? await listener.close()
        try await onConnections { $0.cut() }
    }

    /// Cancels a job, to whoever has it.
    func cancel(_ id: String, reason: String) async throws {
        state.change { $0.jobs[id]?.state = .cancelled }
        try await onConnections { $0.cancel(id, reason: reason) }
    }
}
