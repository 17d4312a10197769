import Bytes
import HTTP2
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A server that drains its workers", .tags(.int002), .timeLimit(.minutes(2)))
struct DrainTests {
    private static func frames(_ build: (inout OutputBuffer) -> Void) -> [UInt8] {
        var output = OutputBuffer()
        build(&output)
        return output.copy()
    }

    private static func decode(_ bytes: [UInt8]) -> [DownFrame] {
        var decoder = DownFrameDecoder()
        var recorder = DownFrameRecorder()
        let result = bytes.withUnsafeBytes { decoder.decode($0, into: &recorder) }
        return recorder.frames + (result == .ok ? [] : [.undecodable])
    }

    /// A worker with one job, whose stream is open.
    private static func begin(_ client: HTTP2Client, _ job: String) async throws -> StreamID {
        let type = "application/vnd.telltale.updates"
        let body = frames { output in
            output.appendHello()
            output.appendBind(handle: 0, taskID: job, creating: JobDescription())
        }
        let id = try await client.request("POST", "/v1/updates", type: type, body: body, ends: false)
        try await until(client, id, .acknowledgement(1))
        return id
    }

    private static func until(_ client: HTTP2Client, _ id: StreamID, _ frame: DownFrame) async throws {
        _ = try await client.until { decode($0.answers[id]?.body ?? []).contains(frame) ? true : nil }
    }

    @Test("Every worker is told, may finish as much as it has, and is not hurried by one that goes on regardless")
    func everyWorker() async throws {
        try await TestServer.run(drainSeconds: 15) { server in
            let lazy = try await HTTP2Client.connect(to: server.port)
            let lazyStream = try await Self.begin(lazy, "lazy")
            var workers: [(client: HTTP2Client, id: StreamID, job: String)] = []
            for connection in 0..<3 {
                let client = try await HTTP2Client.connect(to: server.port)
                for stream in 0..<2 {
                    let job = "job-\(connection)-\(stream)"
                    workers.append((client, try await Self.begin(client, job), job))
                }
            }
            async let shutdown: Void = server.shutDown()
            for worker in workers { try await Self.until(worker.client, worker.id, .goodbye(.shuttingDown)) }
            try await Self.until(lazy, lazyStream, .goodbye(.shuttingDown))
            // The first of a connection's two streams leaves; the other one still has work to report.
            for worker in workers.enumerated().filter({ $0.offset % 2 == 0 }).map(\.element) {
                let last = Self.frames { output in
                    output.appendComplete(handle: 0)
                    output.appendGoodbye()
                }
                try await worker.client.write(worker.id, last, ends: true)
                let answer = try await worker.client.answer(worker.id)
                #expect(answer.errorCode == .noError)
                #expect(Self.decode(answer.body).last == .acknowledgement(3))
                #expect(try await worker.client.run { !$0.hasGoneAway })
            }
            for worker in workers.enumerated().filter({ $0.offset % 2 == 1 }).map(\.element) {
                for number in 0..<50 {
                    let update = Self.frames { $0.appendProgress(handle: 0, basisPoints: UInt16(number)) }
                    try await worker.client.write(worker.id, update)
                    try await lazy.write(lazyStream, update)
                }
                let last = Self.frames { output in
                    output.appendComplete(handle: 0)
                    output.appendGoodbye()
                }
                try await worker.client.write(worker.id, last, ends: true)
                let answer = try await worker.client.answer(worker.id)
                #expect(Self.decode(answer.body).last == .acknowledgement(53))
                try await worker.client.closed()
                #expect(try await worker.client.run { $0.hasGoneAway })
            }
            for worker in workers { #expect(server.services.snapshot(worker.job)?.state == .completed) }
            // The one that goes on is served until its time is over, and then cut off.
            #expect(try await lazy.run { !$0.isClosed })
            try await lazy.closed()
            await shutdown
            #expect(server.services.snapshot("lazy")?.state == .processing)
        }
    }
}
