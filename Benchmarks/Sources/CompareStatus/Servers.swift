import ArgumentParser
import CountedMalloc
import Glibc
import Logging
import NIOCore
import NIOPosix
import StatusServer

/// The server with one event loop, until the process is ended.
struct ServeTelltale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    @Argument var port: Int

    @Argument(help: "The file to count allocations in.")
    var allocations: String

    func run() async throws {
        guard CountedMalloc_count(allocations) else { throw Trouble("cannot write \(allocations)") }
        let configuration = ServerConfiguration(
            listen: [ListenAddress(host: "127.0.0.1", port: port)],
            eventLoopThreads: 1
        )
        let silent = Logger(label: "compare") { _ in SwiftLogNoOpLogHandler() }
        let server = try TelltaleServer(configuration: configuration, logger: silent)
        _ = try await server.start()
        try await Task.sleep(for: .seconds(86_400))
    }
}

/// The least that SwiftNIO needs to answer, until the process is ended.
struct ServeHandler: AsyncParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    @Argument var port: Int

    @Argument(help: "The file with the answer.")
    var answer: String

    func run() async throws {
        guard let file = fopen(answer, "r") else { throw Trouble("cannot read \(answer)") }
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { $1 = fread($0.baseAddress, 1, $0.count, file) }
        fclose(file)
        let answers = CannedHandler.answers(bytes)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 1_024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = CannedHandler(answers, length: bytes.count)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        try await channel.closeFuture.get()
    }
}

/// Counts the empty lines that end heads, and sends a canned answer for each.
private final class CannedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// As many answers as one read may ask for.
    private static let deepestPipeline = 1_024
    private let answers: ByteBuffer
    private let length: Int
    /// How much of an empty line has been seen, also across reads.
    private var state = 0

    static func answers(_ answer: [UInt8]) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: answer.count * deepestPipeline)
        for _ in 0..<deepestPipeline { buffer.writeBytes(answer) }
        return buffer
    }

    init(_ answers: ByteBuffer, length: Int) {
        self.answers = answers
        self.length = length
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let heads = unwrapInboundIn(data).withUnsafeReadableBytes(count)
        guard heads > 0, let slice = answers.getSlice(at: 0, length: min(heads, Self.deepestPipeline) * length) else {
            return
        }
        context.write(wrapOutboundOut(slice), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    private func count(_ bytes: UnsafeRawBufferPointer) -> Int {
        var found = 0
        for byte in bytes {
            if byte == (state & 1 == 1 ? UInt8(ascii: "\n") : UInt8(ascii: "\r")) {
                state += 1
                if state == 4 { (found, state) = (found + 1, 0) }
            } else {
                state = byte == UInt8(ascii: "\r") ? 1 : 0
            }
        }
        return found
    }
}
