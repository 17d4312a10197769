import Deflate
import NIOCore
import NIOEmbedded
import ResultStore
import StatusCore
import Testing

@testable import StatusServer

@Suite("Results that leave from their file")
struct FileDownloadTests {
    /// Takes what is written as a socket would, and tells files from bytes.
    private final class Recorder: ChannelOutboundHandler {
        typealias OutboundIn = IOData

        private(set) var fileBytes = 0
        private(set) var longestRegion = 0
        private(set) var otherBytes = 0

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            switch unwrapOutboundIn(data) {
            case .byteBuffer(let buffer): otherBytes += buffer.readableBytes
            case .fileRegion(let region):
                #expect(region.readerIndex == fileBytes, "regions follow each other")
                fileBytes += region.readableBytes
                longestRegion = max(longestRegion, region.readableBytes)
            }
            promise?.succeed()
        }
    }

    @Test("A stored gzip file leaves in regions of at most a mebibyte and not by memory", .tags(.unit004))
    func regions() async throws {
        let loop = NIOAsyncTestingEventLoop()
        let services = try ServerServices.forTests(loop)
        let writer = services.results.begin(ResultDescription(mediaType: "application/octet-stream"))
        var generator = SeededBytes(seed: 3)
        #expect(generator.bytes(5_000_000).withUnsafeBytes { writer.append($0) } == nil)
        let stored = try writer.finish(at: 0)
        let id = try #require(TaskID("a"))
        _ = services.table.submit(Submission(id: id), at: services.now(after: 0))
        _ = services.table.attachResult(ResultID(stored.id), to: id, attempt: 0, from: nil, at: services.now(after: 0))
        _ = services.table.apply(.complete(attempt: 0), to: id, at: services.now(after: 0))
        let channel = NIOAsyncTestingChannel(loop: loop)
        let recorder = try await loop.executeInContext {
            let recorder = Recorder()
            try channel.pipeline.syncOperations.addHandler(recorder)
            try channel.pipeline.syncOperations.addHandler(ProtocolDetector(services: services))
            return NIOLoopBound(recorder, eventLoop: loop)
        }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        let request = "GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"
        try await channel.writeInbound(ByteBuffer(string: request))
        while try await loop.executeInContext({ recorder.value.fileBytes }) < stored.storedLength {
            await loop.run()
            await Task.yield()
        }
        await loop.run()
        try await loop.executeInContext {
            #expect(recorder.value.fileBytes == stored.storedLength)
            #expect(recorder.value.longestRegion <= 1_048_576)
            // The head, the gzip header and its end.
            #expect(recorder.value.otherBytes < 2_000)
        }
        try await channel.close()
    }

    @Test("It arrives byte for byte, twice on one connection, also when the reader is slow", .tags(.int003))
    func sockets() async throws {
        try await TestServer.run { server in
            _ = try await server.complete("a", length: 6_000_000)
            let id = try #require(server.services.results.result(1))
            let expected = try FileDownloadTests.body(of: id)
            let client = try await server.connect(readsAtOnce: false)
            let request = "GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"
            try await client.send(request + request)
            for _ in 0..<20 { #expect(try await server.ask("GET /health").status == 200) }
            try await client.read()
            let answers = try await client.answers(2)
            #expect(answers.count == 2)
            for answer in answers {
                #expect(answer.field("Content-Encoding") == "gzip")
                #expect(answer.body == expected)
            }
            try await client.close()
        }
    }

    @Test("A reader who leaves in the middle frees the file once the job is deleted", .tags(.int004))
    func leaver() async throws {
        try await TestServer.run { server in
            _ = try await server.complete("a", length: 6_000_000)
            let leaver = try await server.connect()
            try await leaver.send("GET /api/jobs/a/result HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            _ = await leaver.until { $0.bytes.count > 100_000 }
            #expect(server.services.results.usage.files == 1)
            try await leaver.reset()
            #expect(try await server.ask("DELETE /api/jobs/a").status == 200)
            // The connection's end reaches the server when it does.
            while server.services.results.usage != ResultUsage() { await Task.yield() }
        }
    }

    private static func body(of result: StoredResult) throws -> [UInt8] {
        let reader = ResultReader(result, coding: .gzip)
        var body: [UInt8] = []
        while let piece = try reader.read(atMost: 65_536) { body += piece }
        return body
    }
}
