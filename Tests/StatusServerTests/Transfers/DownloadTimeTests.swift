import NIOCore
import NIOEmbedded
import ResultStore
import StatusCore
import Testing

@testable import StatusServer

@Suite("A download whose reader is slow")
struct DownloadTimeTests {
    /// Keeps what is written until the test lets it go, as a socket does whose peer does not read.
    private final class HeldWrites: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private(set) var bytes = 0
        private var promises: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            bytes += unwrapOutboundIn(data).readableBytes
            if let promise { promises.append(promise) }
        }

        func letGo() {
            bytes = 0
            let due = promises
            promises = []
            for promise in due { promise.succeed() }
        }
    }

    /// One connection that has asked for a result of `length` bytes.
    private struct Download {
        let loop = NIOAsyncTestingEventLoop()
        let channel: NIOAsyncTestingChannel
        let held: NIOLoopBound<HeldWrites>

        init(length: Int) async throws {
            let services = try ServerServices.forTests(loop)
            let writer = services.results.begin(ResultDescription(mediaType: "application/octet-stream"))
            var generator = SeededBytes(seed: 3)
            #expect(generator.bytes(length).withUnsafeBytes { writer.append($0) } == nil)
            let stored = try writer.finish(at: 0)
            let id = try #require(TaskID("a"))
            let now = services.now(after: 0)
            _ = services.table.submit(Submission(id: id), at: now)
            _ = services.table.attachResult(ResultID(stored.id), to: id, attempt: 0, from: nil, at: now)
            _ = services.table.apply(.complete(attempt: 0), to: id, at: now)
            let channel = NIOAsyncTestingChannel(loop: loop)
            held = try await loop.executeInContext { [loop] in
                let held = HeldWrites()
                try channel.pipeline.syncOperations.addHandler(held)
                try channel.pipeline.syncOperations.addHandler(ProtocolDetector(services: services))
                return NIOLoopBound(held, eventLoop: loop)
            }
            self.channel = channel
            try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
            try await channel.writeInbound(ByteBuffer(string: "GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\n\r\n"))
        }

        /// Returns the bytes that wait to be read, once there are at least `count`.
        func waiting(atLeast count: Int) async throws -> Int {
            while true {
                await loop.run()
                let bytes = try await loop.executeInContext { [held] in held.value.bytes }
                if bytes >= count { return bytes }
                await Task.yield()
            }
        }

        func letGo() async throws {
            try await loop.executeInContext { [held] in held.value.letGo() }
        }
    }

    @Test("It costs the server one piece, and may take any time as long as it moves")
    func moves() async throws {
        let download = try await Download(length: 5 * Limits.downloadChunk)
        for piece in 1...5 {
            // The head comes with the first piece.
            let waiting = try await download.waiting(atLeast: Limits.downloadChunk)
            #expect(waiting < Limits.downloadChunk + 2_000, "piece \(piece)")
            await download.loop.advanceTime(by: Limits.bodyTimeout - .seconds(1))
            #expect(download.channel.isActive)
            try await download.letGo()
        }
    }

    @Test("It is given up when the reader takes nothing for too long")
    func stands() async throws {
        let download = try await Download(length: 5 * Limits.downloadChunk)
        _ = try await download.waiting(atLeast: Limits.downloadChunk)
        await download.loop.advanceTime(by: Limits.bodyTimeout)
        #expect(!download.channel.isActive)
    }
}
