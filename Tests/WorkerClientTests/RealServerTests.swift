import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import StatusServer
import Testing

@testable import WorkerClient

/// Passes bytes on in both directions, and cuts each of its first connections after a number of bytes up.
private final class CuttingRelay: Sendable {
    private final class End: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let peer: any Channel
        private var rest: Int

        init(_ peer: any Channel, rest: Int) {
            self.peer = peer
            self.rest = rest
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            let part = bytes.readSlice(length: min(rest, bytes.readableBytes))
            rest -= part?.readableBytes ?? 0
            if let part { peer.writeAndFlush(part, promise: nil) }
            if rest == 0 {
                peer.close(promise: nil)
                context.close(promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            peer.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    let channel: any Channel
    private let budgets: NIOLockedValueBox<[Int]>

    var cutsLeft: Int { budgets.withLockedValue { $0.count } }
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// - Parameter budgets: after how many bytes up each connection is cut; those after the last are not.
    init(to port: Int, budgets: [Int]) async throws {
        let budgets = NIOLockedValueBox(budgets)
        self.budgets = budgets
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                let budget = budgets.withLockedValue { $0.isEmpty ? Int.max : $0.removeFirst() }
                return ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(End(client, rest: .max))
                        }
                    }
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(End(server, rest: budget))
                    }
                    .flatMap { client.setOption(.autoRead, value: true) }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
    }
}

/// The answer to one request of HTTP/1.1, to the end of the connection.
private final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<String>
    private var text = ""

    init(_ promise: EventLoopPromise<String>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(text)
    }
}

@Suite("The worker client and the real server", .timeLimit(.minutes(2)))
struct RealServerTests {
    private static func get(_ path: String, _ port: Int) async throws -> String {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AnswerReader(promise))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        try await channel.writeAndFlush(ByteBuffer(string: request))
        return try await promise.futureResult.get()
    }

    @Test("cut at random bytes again and again, every job ends as its worker said", .tags(.int002, .unit010))
    func losses() async throws {
        let server = try TelltaleServer(
            configuration: ServerConfiguration(
                listen: [ListenAddress(host: "127.0.0.1", port: 0)],
                eventLoopThreads: 1
            ),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let port = try #require(try await server.start().first).port
        var generator = SplitMix(seed: 20)
        let budgets = (0..<30).map { _ in Int.random(in: 1...2_500, using: &generator) }
        let relay = try await CuttingRelay(to: port, budgets: budgets)
        var configuration = WorkerClient.Configuration(server: relay.url)
        configuration.reconnectDelay = .milliseconds(1) ... .milliseconds(10)
        configuration.reportInterval = .milliseconds(1)
        let client = try WorkerClient(configuration)

        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    let job = try client.job("job-\(number)", JobOptions(type: "t", attempt: 1))
                    for step in 1...20 {
                        job.progress(basisPoints: step * 400)
                        job.note("step \(step)")
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    // All end while connections still break.
                    if number % 2 == 0 {
                        if number == 0 { try await job.sendResult("whole", mediaType: "text/plain") }
                        try await job.complete()
                    } else {
                        try await job.fail("reason \(number)", code: "c")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(relay.cutsLeft < 25, "hardly a connection was cut")
        for number in 0..<20 {
            let answer = try await Self.get("/api/jobs/job-\(number)/status", port)
            #expect(answer.contains(number % 2 == 0 ? #""status":"completed""# : #""status":"failed""#), "\(answer)")
            #expect(answer.contains(number % 2 == 0 ? #""progress":100"# : #""progress":80"#), "\(answer)")
            #expect(answer.contains(#""note":"step 20""#), "\(answer)")
            if number % 2 == 1 { #expect(answer.contains("reason \(number)"), "\(answer)") }
        }
        #expect(try await Self.get("/api/jobs/job-0/result", port).hasSuffix("whole"))
        await client.close()
        try await relay.channel.close()
        await server.shutdown()
    }
}
