import JobStore
public import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOExtras
import NIOPosix
import ResultStore
import StatusCore
import UpdateProtocol

/// The status server: listeners, job table, results, and the timers that run between them.
///
/// One instance is started once and shut down once; both may be called from any task.
public final class TelltaleServer: Sendable {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    let services: ServerServices
    private let timers: JobTimers
    /// Ends when the jobs are read, after the reason where they cannot be.
    private let recovery = AsyncStream.makeStream(of: ServerError.self)
    private let listeners = NIOLockedValueBox<[Listener]>([])

    private struct Listener: Sendable {
        let channel: any Channel
        let quiescing: ServerQuiescingHelper
    }

    /// A server that is not started yet: no socket is open and no thread of the transfer pool runs.
    ///
    /// - Throws: ``ServerError/cannotWrite(folder:reason:)`` when the folder for large results cannot be used,
    ///   ``ServerError/noAddresses(bytes:)`` when the process may not have enough addresses.
    public init(configuration: ServerConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        let clock = ServerClock()
        let store = try TelltaleServer.openStore(configuration)
        var tableConfiguration = JobTable.Configuration(configuration)
        if let store {
            tableConfiguration.publication = .byCommitter
            if store.highestVersion > 0 {
                tableConfiguration.firstVersion = store.highestVersion + Recovery.versionJump
            }
        }
        guard tableConfiguration.canReserveAddresses else {
            throw ServerError.noAddresses(bytes: tableConfiguration.reservedAddresses)
        }
        let table = JobTable(configuration: tableConfiguration)
        let results = try TelltaleServer.openResults(configuration)
        let streams = StreamDirectory(after: UInt64(clock.now().wall) << 20)
        // Each loop has a mailbox of the table's for those who wait for jobs.
        let threads = min(configuration.eventLoopThreads, StatusCore.Limits.mailboxes)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let bridge = Bridge(
            table: table,
            results: results,
            streams: streams,
            configuration: BridgeConfiguration(configuration),
            committer: store.map {
                Committer(
                    store: $0,
                    table: table,
                    results: results,
                    clock: clock,
                    interval: Int64(configuration.progressInterval),
                    memory: Committer.Memory(
                        tombstoneLifetime: Int64(tableConfiguration.tombstoneLifetime) * 1_000,
                        tombstoneLimit: tableConfiguration.maximumTombstones
                    ),
                    logger: logger
                )
            }
        )
        let services = ServerServices(
            clock: clock,
            boot: UInt64.random(in: 1...VariableInteger.maximum),
            table: table,
            results: results,
            bridge: bridge,
            streams: streams,
            transferPool: NIOThreadPool(numberOfThreads: configuration.transferThreads),
            transferSlots: TransferSlots(Limits.openTransfers),
            configuration: configuration,
            logger: logger,
            failures: FailureLog(logger),
            scratches: LoopScratch.make(for: group)
        )
        self.services = services
        self.group = group
        self.timers = JobTimers(services: services, loop: group.next())
    }

    /// Opens every address and returns the bound ones, in the order of the configuration.
    ///
    /// - Throws: ``ServerError``; call ``shutdown()`` then as well.
    public func start() async throws -> [ListenAddress] {
        for address in configuration.listen where !address.isLoopback && !configuration.allowsUnauthenticated {
            throw ServerError.notLoopback(address)
        }
        DescriptorLimit.raise()
        services.transferPool.start()
        var bound: [ListenAddress] = []
        for address in configuration.listen {
            bound.append(try await listen(on: address))
        }
        let services = services
        for loop in group.makeIterator() {
            loop.execute { LoadWatch(services: services, loop: loop).start() }
        }
        if let committer = services.bridge.committer {
            let timers = timers
            let outcomes = recovery.continuation
            committer.start { store in
                let recovery = Recovery(
                    table: services.table,
                    results: services.results,
                    streams: services.streams,
                    clock: services.clock,
                    forget: services.discard,
                    logger: services.logger
                )
                defer { outcomes.finish() }
                let outcome: Recovery.Outcome
                do throws(ServerError) {
                    outcome = try recovery.run(from: store)
                } catch {
                    services.logger.critical("\(error)")
                    outcomes.yield(error)
                    return nil
                }
                committer.expire(outcome.expired)
                timers.start()
                services.bridge.isRecovered = true
                services.bridge.isReady = true
                return outcome.results
            }
        } else {
            timers.start()
            services.bridge.isReady = true
            recovery.continuation.finish()
        }
        return bound
    }

    /// Returns when the jobs of the data folder are read and requests are taken; at once where nothing is kept. Call it
    /// after ``start()``, and once.
    ///
    /// - Throws: ``ServerError/cannotReadJobs(reason:)``; call ``shutdown()`` then, or end the process.
    public func recovered() async throws {
        for await failure in recovery.stream { throw failure }
    }

    /// Stops accepting, tells workers and clients to finish, waits up to the configured time, and closes everything.
    public func shutdown() async {
        services.bridge.isReady = false
        services.streams.drain()
        await quiesce()
        await timers.stop()
        if let committer = services.bridge.committer { await committer.stop() }
        try? await services.transferPool.shutdownGracefully()
        try? await group.shutdownGracefully()
    }

    private func listen(on address: ListenAddress) async throws -> ListenAddress {
        let quiescing = ServerQuiescingHelper(group: group)
        let services = services
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: Limits.listenBacklog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = quiescing.makeServerChannelHandler(channel: channel)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        // Without a descriptor left, accepting waits a moment instead of spinning.
                        try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                        try channel.pipeline.syncOperations.addHandler(AcceptErrors(logger: services.logger))
                    }
                }
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.maxMessagesPerRead, value: 1)
                // A client that has sent everything may close its side and still wait for the answer.
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let buffers = SmallReceiveBuffers(services.scratch(of: channel.eventLoop).received)
                        try channel.syncOptions?.setOption(.recvAllocator, value: buffers)
                        try channel.pipeline.syncOperations.addHandler(ProtocolDetector(services: services))
                    }
                }
                .bind(host: address.host, port: address.port)
                .get()
            listeners.withLockedValue { $0.append(Listener(channel: channel, quiescing: quiescing)) }
            return ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port)
        } catch {
            throw ServerError.cannotListen(address, reason: Self.reason(of: error))
        }
    }

    /// Stops listening and waits for every connection to end by itself, at most as long as the configuration allows.
    ///
    /// The helpers of the listeners must be gone when the event loops stop, which is why they live in here only.
    private func quiesce() async {
        let open = listeners.withLockedValue { listeners in
            defer { listeners = [] }
            return listeners
        }
        // Each connection keeps the time itself; to close them all by stopping their loops is the last resort.
        let limit = TimeAmount.seconds(configuration.drainSeconds) + Limits.shutdownNotice
        let deadline = group.next().makePromise(of: Void.self)
        let timer = group.next().scheduleTask(in: limit) { deadline.succeed() }
        let finished = open.map { listener in
            let promise = group.next().makePromise(of: Void.self)
            listener.quiescing.initiateShutdown(promise: promise)
            return promise.futureResult
        }
        let all = EventLoopFuture.andAllComplete(finished, on: group.next())
        all.cascade(to: deadline)
        try? await deadline.futureResult.get()
        timer.cancel()
    }

    static func openStore(_ configuration: ServerConfiguration) throws -> (any JobStoring)? {
        guard let path = configuration.dataFolder else { return nil }
        do throws(StoreFailure) {
            let folder = try DataFolder(path)
            try folder.makeFolder(configuration.resultFolder)
            return try SQLiteJobStore(folder)
        } catch .database(let failure) {
            throw ServerError.cannotKeepJobs(reason: "\(path)/telltale.db: \(failure); \(failure.advice)")
        } catch {
            throw ServerError.cannotKeepJobs(reason: "\(error)")
        }
    }

    static func openResults(_ configuration: ServerConfiguration) throws -> ResultStore {
        do {
            return try ResultStore(configuration: ResultStore.Configuration(configuration))
        } catch {
            throw ServerError.cannotWrite(folder: configuration.resultFolder, reason: reason(of: error))
        }
    }

    private static func reason(of error: any Error) -> String {
        if let failure = error as? IOError {
            return String(cString: strerror(failure.errnoCode))
        }
        return "\(error)"
    }
}
