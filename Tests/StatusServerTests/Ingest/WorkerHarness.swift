import Bytes
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ResultStore
import StatusCore
import UpdateProtocol

@testable import StatusServer

extension ServerServices {
    /// What a server's connections share, without a server: an empty table and store, and the given transfer pool.
    static func forTests(
        _ group: any EventLoopGroup,
        pool: NIOThreadPool = .singleton,
        transfers: Int = Limits.openTransfers,
        logger: Logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
        configuration: ServerConfiguration = ServerConfiguration(eventLoopThreads: 1)
    ) throws -> ServerServices {
        var small = JobTable.Configuration()
        small.stripes = 4
        small.maximumJobs = 10_000
        let table = JobTable(configuration: small)
        let results = try ResultStore(configuration: ResultStore.Configuration(configuration))
        let streams = StreamDirectory(after: 1_000)
        return ServerServices(
            clock: ServerClock(),
            boot: 7,
            table: table,
            results: results,
            bridge: Bridge(
                table: table,
                results: results,
                streams: streams,
                configuration: BridgeConfiguration(configuration)
            ),
            streams: streams,
            transferPool: pool,
            transferSlots: TransferSlots(transfers),
            configuration: configuration,
            logger: logger,
            failures: FailureLog(logger),
            scratches: LoopScratch.make(for: group)
        )
    }

    func snapshot(_ id: String, after seconds: Int64 = 0) -> JobSnapshot? {
        let snapshot = JobSnapshot()
        guard let id = TaskID(id), case .found = table.read(id, at: now(after: seconds), into: snapshot) else {
            return nil
        }
        return snapshot
    }

    func now(after seconds: Int64) -> Instant {
        let now = clock.now()
        return Instant(wall: now.wall + seconds * 1_000, monotonic: now.monotonic + seconds * 1_000)
    }
}

/// One worker's stream on an event loop of its own, carried by nothing but a record of what it asks for.
struct WorkerHarness: Sendable {
    let services: ServerServices
    let loop: any EventLoop
    private let side: NIOLoopBound<WorkerEnd>

    init(_ services: ServerServices, on loop: any EventLoop) async throws {
        self.services = services
        self.loop = loop
        side = try await loop.submit {
            NIOLoopBound(WorkerEnd(services, on: loop), eventLoop: loop)
        }.get()
    }

    /// A stream with services of its own.
    init(
        pool: NIOThreadPool = .singleton,
        resultLimit: Int = 1 << 30,
        resultStorage: Int = 1 << 30
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let configuration = ServerConfiguration(
            eventLoopThreads: 1,
            resultLimit: resultLimit,
            resultStorageLimit: resultStorage
        )
        try await self.init(
            ServerServices.forTests(group, pool: pool, configuration: configuration),
            on: group.next()
        )
    }

    /// Runs `body` with the worker's end on the stream's loop.
    @discardableResult
    func run<R: Sendable>(_ body: @escaping @Sendable (WorkerEnd) throws -> R) async throws -> R {
        try await submit(body).get()
    }

    /// Has `body` run with the worker's end on the stream's loop, behind everything that waits there.
    func submit<R: Sendable>(_ body: @escaping @Sendable (WorkerEnd) throws -> R) -> EventLoopFuture<R> {
        loop.submit { try body(side.value) }
    }

    /// Hands the frames that `build` makes to the stream, and returns what has come down since the last call.
    @discardableResult
    func send(
        after seconds: Int64 = 0,
        _ build: @escaping @Sendable (inout OutputBuffer) -> Void
    ) async throws -> [DownFrame] {
        try await run { end in
            end.send(after: seconds, build)
            return end.takeDown()
        }
    }

    /// As ``send(after:_:)`` behind a hello, whose welcome is left out of the answer.
    @discardableResult
    func open(
        producer: String = "",
        epoch: UInt64 = 0,
        isForResults: Bool = false,
        _ build: @escaping @Sendable (inout OutputBuffer) -> Void = { _ in }
    ) async throws -> [DownFrame] {
        try await send { output in
            output.appendHello(producer: producer, epoch: epoch, isForResults: isForResults)
            build(&output)
        }.filter { if case .welcome = $0 { false } else { true } }
    }

    /// Ends the body.
    func end() async throws -> [DownFrame] {
        try await run { end in
            end.stream.receiveEnd()
            return end.takeDown()
        }
    }

    /// Returns everything that has come down since the last call, once it ends in `last`.
    func until(_ last: DownFrame) async -> [DownFrame] {
        await until { $0.takeDown(through: last) }
    }

    /// Returns the first value that `condition` gives for the worker's end.
    func until<R: Sendable>(_ condition: @escaping @Sendable (WorkerEnd) -> R?) async -> R {
        let promise = loop.makePromise(of: R.self)
        loop.execute {
            side.value.wait { end in
                guard let value = condition(end) else { return false }
                promise.succeed(value)
                return true
            }
        }
        // The promise is never failed.
        guard let value = try? await promise.futureResult.get() else { preconditionFailure("a broken promise") }
        return value
    }
}

/// The loop's side of a ``WorkerHarness``: the stream and its carrier.
final class WorkerEnd: WorkerStreamCarrier {
    let services: ServerServices
    let eventLoop: any EventLoop
    let peer = "[IPv4]192.0.2.1:1"
    private(set) var stream: WorkerStream!
    /// Bytes handed to the stream, and those of them that flow control got back.
    private(set) var handedIn = 0
    private(set) var givenBack = 0
    private(set) var isFinished = false
    /// How often the stream said that there is something to send.
    private(set) var calls = 0
    private(set) var isForResults = false
    private var decoder = DownFrameDecoder()
    private var recorder = DownFrameRecorder()
    private var waiters: [(WorkerEnd) -> Bool] = []

    init(_ services: ServerServices, on loop: any EventLoop) {
        self.services = services
        eventLoop = loop
        let owner = services.streams.makeOwner()
        stream = WorkerStream(services: services, owner: owner, carrier: self)
        services.streams.register(stream, as: owner, on: loop)
    }

    func send(after seconds: Int64 = 0, cut: Int = .max, _ build: (inout OutputBuffer) -> Void) {
        var output = OutputBuffer()
        build(&output)
        var bytes = output.copy()[...]
        while !bytes.isEmpty {
            let piece = Array(bytes.prefix(cut))
            bytes = bytes.dropFirst(cut)
            handedIn += piece.count
            givenBack += piece.withUnsafeBytes { stream.receive($0, at: services.now(after: seconds)) }
            collect()
        }
    }

    func takeDown() -> [DownFrame] {
        collect()
        defer { recorder.frames = [] }
        return recorder.frames
    }

    /// The first `count` frames that have come down, once they have, or all of them where the stream has ended.
    func takeDown(_ count: Int) -> [DownFrame]? {
        collect()
        guard recorder.frames.count >= count || isFinished else { return nil }
        defer { recorder.frames.removeFirst(min(count, recorder.frames.count)) }
        return Array(recorder.frames.prefix(count))
    }

    func takeDown(through last: DownFrame) -> [DownFrame]? {
        collect()
        return recorder.frames.last == last ? takeDown() : nil
    }

    func wait(_ isDone: @escaping (WorkerEnd) -> Bool) {
        if !isDone(self) { waiters.append(isDone) }
    }

    func hasOutput() {
        calls += 1
        collect()
        waiters.removeAll { $0(self) }
    }

    func consume(_ count: Int) {
        givenBack += count
        waiters.removeAll { $0(self) }
    }

    func expectResults() { isForResults = true }

    func finish() {
        isFinished = true
        hasOutput()
    }

    private func collect() {
        stream.acknowledge()
        stream.output.withBytes { bytes in
            let result = decoder.decode(bytes, into: &recorder)
            if result != .ok { recorder.frames.append(.undecodable) }
        }
        stream.output.removeAll()
    }
}
