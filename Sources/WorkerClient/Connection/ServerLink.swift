import Bytes
import Glibc
import Logging
import NIOCore
import NIOPosix

/// Keeps the client connected: connects, sends what the session has to send, and comes back after a loss.
///
/// It lives on one event loop, and no reference leads from the session to it: the client tells it that there is news.
final class ServerLink {
    /// Where the link stands.
    enum Phase {
        /// Until the next attempt. → connecting, closed
        case waiting(Scheduled<Void>?)
        /// → connected, waiting, closed
        case connecting
        /// → waiting, closed
        case connected(ServerConnection)
        /// Final.
        case closed(isDelivered: Bool)
    }

    let session: SharedSession
    let address: ServerAddress
    let producer: String
    let loop: any EventLoop
    let configuration: WorkerClient.Configuration
    let logger: Logger
    var phase = Phase.waiting(nil)
    var backoff: Backoff
    /// The server asked not to be bothered earlier than this.
    var notBefore = NIODeadline.now()
    var patience: Scheduled<Void>?
    var ticks: RepeatedTask?
    var greeting: Scheduled<Void>?
    /// Reports that can wait are to be sent then.
    var soon: Scheduled<Void>?
    var lastSend = NIODeadline.uptimeNanoseconds(0)
    /// The end of a pause that the server asked for.
    var pause: Scheduled<Void>?
    var closeDeadline: Scheduled<Void>?
    var closePromises: [EventLoopPromise<Bool>] = []
    var output = OutputBuffer(capacity: 4_096)

    init(
        session: SharedSession,
        address: ServerAddress,
        producer: String,
        loop: any EventLoop,
        configuration: WorkerClient.Configuration
    ) {
        self.session = session
        self.address = address
        self.producer = producer
        self.loop = loop
        self.configuration = configuration
        self.logger = configuration.logger
        self.backoff = Backoff(configuration.reconnectDelay)
    }

    var connection: ServerConnection? {
        if case .connected(let connection) = phase { connection } else { nil }
    }

    var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    func bound() -> NIOLoopBound<ServerLink> {
        NIOLoopBound(self, eventLoop: loop)
    }

    /// Runs `body` later, on the loop.
    func schedule(in delay: TimeAmount, _ body: @escaping @Sendable (ServerLink) -> Void) -> Scheduled<Void> {
        let link = bound()
        return loop.scheduleTask(in: delay) { body(link.value) }
    }

    // MARK: Connecting

    /// Begins to connect; call once.
    func start() {
        startPatience()
        connect()
    }

    func connect() {
        phase = .connecting
        let link = bound()
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ServerConnection(link: link.value))
                }
            }
            .connect(host: address.host, port: address.port)
            .whenFailure { error in link.value.connectFailed(Self.words(error)) }
    }

    func connectFailed(_ reason: String) {
        guard case .connecting = phase else { return }
        lost("cannot connect to \(address.authority): \(reason)")
    }

    /// The connection stands and opens its stream of updates with what this returns; nil when it is not wanted any
    /// more.
    func opened(_ connection: ServerConnection) -> Opening? {
        guard case .connecting = phase else { return nil }
        phase = .connected(connection)
        var opening: Opening?
        session.onLoop { session, effects in opening = session.streamBegan(&effects) }
        greeting = schedule(in: TimeAmount(configuration.connectTimeout)) { link in
            link.connection?.end("the server did not greet in time")
        }
        startTicks(every: Limits.heartbeatMilliseconds)
        return opening
    }

    /// The connection is gone.
    func ended(_ connection: ServerConnection, reason: String) {
        if case .connecting = phase { return lost(reason) }
        guard self.connection === connection else { return }
        if NIODeadline.now() - connection.opened > .seconds(Limits.goodConnectionSeconds) { backoff.reset() }
        stopConnectionTimers()
        let isDelivered = session.isDelivered
        session.onLoop { session, _ in session.streamEnded() }
        if session.isClosing, isDelivered {
            finishClosing(isDelivered: true)
        } else {
            lost(reason)
        }
    }

    /// There is no connection: tries again after a while.
    func lost(_ reason: String) {
        session.lastFailure = reason
        session.onLoop { session, _ in
            if session.absence != nil { session.absence = .serverAway(reason) }
        }
        if patience == nil { startPatience() }
        if session.isClosing, session.isDelivered { return finishClosing(isDelivered: true) }
        var generator = SystemRandomNumberGenerator()
        let delay = max(TimeAmount(backoff.next(using: &generator)), notBefore - .now())
        logger.debug("no connection to the server", metadata: ["reason": "\(reason)", "retry": "\(delay)"])
        phase = .waiting(schedule(in: delay) { $0.connect() })
    }

    func startPatience() {
        guard let limit = configuration.patience else { return }
        patience = schedule(in: TimeAmount(limit)) { link in
            let error = WorkerError.serverAway(link.session.lastFailure)
            link.session.onLoop { session, effects in session.giveUpWaiting(error, &effects) }
            link.session.settleConnectionWaiters(error)
        }
    }

    /// An error of the network in few words.
    private static func words(_ error: any Error) -> String {
        guard let failure = error as? NIOConnectionError else { return "\(error)" }
        switch failure.connectionErrors.last?.error {
        // Its description also tells which call met it.
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout?: return "connecting took too long"
        case let error?: return "\(error)"
        case nil: break
        }
        return "the name \(failure.host) cannot be resolved"
    }
}
