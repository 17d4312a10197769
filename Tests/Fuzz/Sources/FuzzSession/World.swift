import Bytes
import FuzzSupport
import HTTP2
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import ResultStore
import StatusCore

@testable import StatusServer

/// A server's one HTTP/2 connection without a socket, with a job table of its own and a clock that the input turns.
///
/// The transfer pool has no threads, so that every run of an input is the same: results end in "the store cannot take
/// it", after the same hops as any other.
final class World {
    let loop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    let services: ServerServices
    let handler: HTTP2Handler

    init() throws {
        let configuration = ServerConfiguration(eventLoopThreads: 1)
        var table = JobTable.Configuration()
        table.stripes = 1
        table.maximumJobs = 1_000
        table.maximumBytes = 64 << 20
        table.maximumTombstones = 1_000
        table.hashSeed = HashSeed(1, 2)
        let jobs = JobTable(configuration: table)
        let results = try ResultStore(configuration: ResultStore.Configuration(configuration))
        let streams = StreamDirectory(after: 1_000)
        let bridge = Bridge(
            table: jobs,
            results: results,
            streams: streams,
            configuration: BridgeConfiguration(configuration)
        )
        let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        services = ServerServices(
            clock: ServerClock(),
            boot: 7,
            table: jobs,
            results: results,
            bridge: bridge,
            streams: streams,
            transferPool: World.pool,
            transferSlots: TransferSlots(Limits.openTransfers),
            configuration: configuration,
            logger: logger,
            failures: FailureLog(logger),
            scratches: LoopScratch.make(for: loop)
        )
        bridge.isReady = true
        channel = EmbeddedChannel(loop: loop)
        handler = HTTP2Handler(services: services, loop: loop)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// Never started.
    private static let pool = NIOThreadPool(numberOfThreads: 1)

    /// Hands in what one read would have brought. Nothing happens when the connection is closed.
    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        guard channel.isActive, bytes.count > 0 else { return }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// Everything that was sent since the last call.
    func takeSent() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return bytes
    }

    /// Runs what the loop has to do now, and `time` later.
    func wait(_ time: TimeAmount = .zero) {
        loop.run()
        if time > .zero { loop.advanceTime(by: time) }
    }

    /// Closes the connection as a peer that goes away does, and frees everything.
    func end() throws {
        _ = try? channel.finish(acceptAlreadyClosed: true)
        loop.run()
        promise(handler.session.openStreamCount == 0, "streams outlive their connection")
        for job in jobs() { services.table.unbind(job.reference, owner: .none, at: services.clock.now()) }
    }

    // MARK: What must hold at any time

    /// Bytes that a connection may make the server keep: windows, answers that wait, and what is between two checks.
    func checkBounds() {
        let session = handler.session
        promise(session.openStreamCount <= HTTP2Limits.concurrentStreams, "\(session.openStreamCount) streams")
        var held = 0
        for id in session.openStreams {
            guard let stream = session.attachment(of: id) as? HTTP2Stream else { continue }
            guard case .updates(let worker) = stream.phase else { continue }
            held += worker.held.readableBytes
            promise(worker.held.readableBytes <= Limits.streamWindow, "a stream holds \(worker.held.readableBytes)")
            promise(worker.output.count <= 2 * Limits.outboundHighWater, "\(worker.output.count) bytes of frames down")
            promise(worker.transfers.count <= 64, "\(worker.transfers.count) transfers")
            promise(session.queuedBytes(id) <= 4 * Limits.outboundHighWater, "\(session.queuedBytes(id)) bytes wait")
        }
        promise(held <= Limits.connectionWindow, "a connection holds \(held) bytes")
        promise(session.queuedBytes <= 4 * Limits.connectionBacklog, "\(session.queuedBytes) bytes wait")
    }

    /// Checks the rules of the table that hold for every job, and returns what the jobs are, without their times.
    func checkTable() -> Log {
        var log = Log()
        var jobs = jobs()
        var counts = JobCounts()
        jobs.sort { "\($0.id)" < "\($1.id)" }
        for job in jobs {
            promise(job.version >= 1 && job.attempt >= 1, "\(job.id): version \(job.version), attempt \(job.attempt)")
            promise(job.state != .completed || job.progress.value == 10_000, "\(job.id) completed and not whole")
            promise(job.progress.value <= 10_000, "\(job.id): \(job.progress)")
            promise(job.createdAt <= job.updatedAt, "\(job.id) was changed before it was created")
            switch job.state {
            case .queued: counts.queued += 1
            case .processing: counts.processing += 1
            case .completed: counts.completed += 1
            case .failed: counts.failed += 1
            case .cancelled where job.isRemoved: counts.removed += 1
            case .cancelled: counts.cancelled += 1
            }
            var id = "\(job.id)"
            id.withUTF8 { log.add(UnsafeRawBufferPointer($0)) }
            log.add(job.state.rawValue)
            log.add(job.progress.value)
            log.add(job.attempt)
            log.add(job.version)
            log.add(job.units?.done)
            log.add(job.units?.total)
            log.add(job.step?.index)
            log.end()
        }
        let counted = services.table.counts()
        counts.tombstones = counted.tombstones
        counts.stalled = counted.stalled
        promise(counts == counted, "the table counts \(counted), its list \(counts)")
        return log
    }

    private struct Job {
        let id: TaskID
        let reference: JobReference
        let state: JobState
        let isRemoved: Bool
        let progress: BasisPoints
        let attempt: UInt32
        let version: UInt64
        let createdAt: Int64
        let updatedAt: Int64
        let units: Units?
        let step: (index: UInt32, total: UInt32)?
    }

    private func jobs() -> [Job] {
        var jobs: [Job] = []
        var cursor: ListCursor?
        repeat {
            cursor = services.table.list(ListFilter(), after: cursor, limit: 100, at: services.clock.now()) { job in
                jobs.append(
                    Job(
                        id: job.id,
                        reference: job.reference,
                        state: job.state,
                        isRemoved: job.isRemoved,
                        progress: job.progress,
                        attempt: job.attempt,
                        version: job.version,
                        createdAt: job.createdAt,
                        updatedAt: job.updatedAt,
                        units: job.units,
                        step: job.step
                    )
                )
            }
        } while cursor != nil
        return jobs
    }
}
