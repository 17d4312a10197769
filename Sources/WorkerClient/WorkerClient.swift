import Logging
import NIOCore
import NIOPosix
import UpdateProtocol

/// A worker's connection to a job status server.
///
/// One client serves all jobs of a process. It connects by itself, in the background, and comes back by itself after a
/// loss; a worker need not know whether the server is there. Reports never wait and never fail. Changes of state and
/// results are awaited, and return when the server has acknowledged them.
///
/// ```swift
/// let client = try WorkerClient(server: server)
/// let job = try client.job("import-42", JobOptions(type: "import"))
/// for (index, row) in rows.enumerated() {
///     try await store(row)
///     job.progress(UInt64(index + 1), of: UInt64(rows.count), unit: "rows")
/// }
/// try await job.sendResult(#"{"stored":true}"#, mediaType: "application/json")
/// try await job.complete()
/// await client.close()
/// ```
public final class WorkerClient: Sendable {
    let session: SharedSession
    let loop: any EventLoop
    let link: NIOLoopBoundBox<ServerLink>

    /// Begins to connect, and goes on trying until ``close(within:)``. Throws ``WorkerError/invalidServer(_:)`` or
    /// ``WorkerError/invalidArgument(_:)``, and nothing when the server is away.
    public init(_ configuration: Configuration) throws(WorkerError) {
        let address = try ServerAddress(configuration.server)
        let producer = configuration.producer ?? "swift-\(Self.makeTaskID())"
        guard (1...UpdateLimits.maximumProducer).contains(producer.utf8.count) else {
            throw .invalidArgument("a producer's name has 1 to \(UpdateLimits.maximumProducer) bytes")
        }
        guard configuration.reconnectDelay.lowerBound > .zero else {
            throw .invalidArgument("the delay before a new attempt to connect must be above zero")
        }
        let session = SharedSession(maximumJobs: configuration.maximumJobs)
        let loop = configuration.eventLoopGroup.next()
        self.session = session
        self.loop = loop
        let link = ServerLink(
            session: session,
            address: address,
            producer: producer,
            loop: loop,
            configuration: configuration
        )
        self.link = NIOLoopBoundBox.makeBoxSendingValue(link, as: ServerLink.self, eventLoop: loop)
        tellLoop { $0.start() }
    }

    /// A client with the default configuration.
    public convenience init(server: String) throws(WorkerError) {
        try self.init(Configuration(server: server))
    }

    deinit {
        // Nobody holds the client or a job of it any more: nothing can be reported, so nothing is waited for.
        let link = link
        loop.execute { link.value.abandon() }
    }

    /// A new task id: 26 letters and digits, sorted by time, that nobody can guess. It needs no server.
    public static func makeTaskID() -> String {
        var generator = SystemRandomNumberGenerator()
        return TaskIdentifier.make(milliseconds: WallClock.milliseconds(), using: &generator)
    }

    /// True while the server has greeted on the present connection.
    public var isConnected: Bool { session.isConnected }

    /// Why there is no connection, for people; nil while there is one, or no attempt has failed yet.
    public var lastFailure: String? { session.lastFailure }

    /// Returns once the server has greeted. Throws ``WorkerError/serverAway(_:)`` after the configured patience,
    /// ``WorkerError/closed``, or `CancellationError`.
    public func waitUntilConnected() async throws {
        try await session.awaitConnection().value()
    }

    /// Opens a job to report about. It never waits: whether the server accepts it is told by ``WorkerJob/bound()``, and
    /// by every later call that waits.
    ///
    /// A job belongs to one open ``WorkerJob`` of a client at a time. End it with `complete`, `fail` or `release`; a
    /// job that is neither stays open, and counts against ``Configuration/maximumJobs``.
    ///
    /// - Parameters:
    ///   - id: the task id, 1 to 64 letters, digits, `-` and `_`; see ``makeTaskID()``.
    ///   - options: what the job is, should it be created here, and which attempt of it this is.
    public func job(_ id: String, _ options: JobOptions = JobOptions()) throws(WorkerError) -> WorkerJob {
        let (handle, sink) = try session.open(id, options)
        let job = WorkerJob(id: id, handle: handle, sink: sink, client: self)
        if session.change({ _, _ in }) { tellLoop { $0.wake() } }
        return job
    }

    /// Opens a job like ``job(_:_:)``, but waits for a place while ``Configuration/maximumJobs`` are open. Throws
    /// ``WorkerError/serverAway(_:)`` where no place can come free because the server is away.
    public func openJob(_ id: String, _ options: JobOptions = JobOptions()) async throws -> WorkerJob {
        while true {
            do {
                return try job(id, options)
            } catch {
                guard case .tooManyJobs = error else { throw error }
            }
            try await session.awaitRoom().value()
        }
    }

    /// Returns once everything that was reported before this call, about any job, is applied.
    public func flush() async throws {
        try await ask { session, effects in session.flush(&effects) }
    }

    /// Delivers what is pending, for at most `limit`, and leaves. Returns true when the server has acknowledged all of
    /// it. Afterwards every call that waits throws ``WorkerError/closed`` and every report is ignored.
    ///
    /// Jobs that are still open are left as they are: the server notices that nobody works on them. Await results
    /// before: those under way are not waited for.
    @discardableResult
    public func close(within limit: Duration = .seconds(5)) async -> Bool {
        let promise = loop.makePromise(of: Bool.self)
        tellLoop { $0.close(within: TimeAmount(limit), promise) }
        return (try? await promise.futureResult.get()) ?? false
    }

    // MARK: For jobs

    func report(_ handle: JobHandle, _ change: Report.Change) {
        if session.report(handle, change) { tellLoop { $0.wake() } }
    }

    func change(_ body: (inout Session, inout [Effect]) -> Void) {
        if session.change(body) { tellLoop { $0.wake() } }
    }

    func ask(_ body: (inout Session, inout [Effect]) -> Ticket) async throws {
        let (waiter, tellsLoop) = session.ask(body)
        if tellsLoop { tellLoop { $0.wake() } }
        try await waiter.value()
    }

    private func tellLoop(_ body: @escaping @Sendable (ServerLink) -> Void) {
        let link = link
        loop.execute { body(link.value) }
    }
}
