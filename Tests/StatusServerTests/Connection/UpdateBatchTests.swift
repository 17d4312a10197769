import Bytes
import NIOCore
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("Batches of updates over HTTP/1.1", .tags(.int002, .unit010), .timeLimit(.minutes(1)))
struct UpdateBatchTests {
    private static let type = "Content-Type: application/vnd.telltale.updates\r\n"

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

    /// The frames behind the welcome.
    private static func said(_ bytes: [UInt8]) -> [DownFrame] {
        decode(bytes).filter { if case .welcome = $0 { false } else { true } }
    }

    private static func head(_ length: Int, _ fields: String = "") -> [UInt8] {
        Array("POST /v1/updates HTTP/1.1\r\nHost: a\r\n\(type)\(fields)Content-Length: \(length)\r\n\r\n".utf8)
    }

    private static func request(_ body: [UInt8], _ fields: String = "") -> [UInt8] {
        head(body.count, fields) + body
    }

    /// The same in chunks of one length.
    private static func chunked(_ body: [UInt8], by length: Int, version: String = "1.1") -> [UInt8] {
        var bytes = Array(
            "POST /v1/updates HTTP/\(version)\r\nHost: a\r\n\(type)Transfer-Encoding: chunked\r\n\r\n".utf8
        )
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(length)
            bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
            rest = rest.dropFirst(length)
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }

    private static let report = frames { output in
        output.appendHello()
        output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
        output.appendBind(handle: 1, taskID: "absent")
        output.appendProgress(handle: 0, basisPoints: 4_200)
        output.appendProgress(handle: 1, basisPoints: 1)
    }

    private static let reportAnswers: [DownFrame] = [
        .refusal(2, .unknownJob, .handle(1)), .refusal(4, .unknownJob, .handle(1)), .acknowledgement(4),
    ]

    @Test("A batch is answered with welcome, refusals and the acknowledgement, and readers see what it said")
    func batch() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(bytes: Self.request(Self.report))
            let answer = try await client.answers(1)[0]
            #expect(answer.status == 200)
            #expect(answer.field("Content-Type") == "application/vnd.telltale.updates")
            #expect(answer.field("Cache-Control") == "no-store")
            #expect(Self.said(answer.body) == Self.reportAnswers)
            #expect(Self.decode(answer.body).count == 4)
            #expect(try await server.ask("GET /api/jobs/a/status").text.contains("\"progress\":42,"))
            try await client.close()
        }
    }

    @Test("A body in chunks means the same wherever it is cut", arguments: [1, 2, 7, 64])
    func chunks(_ length: Int) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(bytes: Self.chunked(Self.report, by: length))
            #expect(Self.said(try await client.answers(1)[0].body) == Self.reportAnswers)
            try await client.close()
        }
    }

    @Test("Batches, results among them, and other requests are answered in their order on one connection")
    func pipelining() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let whole = Self.frames { output in
                output.appendHello()
                output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
                output.appendText("{\"one\":1}", as: 1, of: "a", mediaType: "application/json")
                output.appendComplete(handle: 0)
                output.appendGoodbye()
            }
            let get = Array("GET /api/jobs/a/status HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            try await client.send(
                bytes: Self.request(whole) + get + Self.chunked(Self.report, by: 5) + get + Self.request(Self.report)
            )
            let answers = try await client.answers(5)
            #expect(answers.map(\.status) == [200, 200, 200, 200, 200])
            #expect(
                Self.said(answers[0].body) == [
                    .result(1, held: 0, .open), .result(1, held: 9, .whole), .acknowledgement(6),
                ]
            )
            #expect(answers[1].text.contains("\"one\":1"))
            #expect(
                Self.said(answers[2].body).first
                    == .refusal(1, .alreadyFinished, .handle(0), state: .completed, attempt: 1)
            )
            #expect(answers[3].text.contains("\"completed\""))
            #expect(answers[4].field("Connection") == nil)
            try await client.close()
        }
    }

    @Test("A client that asks first is told to go on; a batch that says it is too large is not begun")
    func expects() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(bytes: Self.head(Self.report.count, "Expect: 100-continue\r\n"))
            #expect(try await client.answers(1)[0].status == 100)
            try await client.send(bytes: Self.report)
            #expect(Self.said(try await client.answers(2)[1].body) == Self.reportAnswers)
            try await client.close()

            let large = try await server.connect()
            try await large.send(bytes: Self.head(Limits.batchBodyLimit + 1, "Expect: 100-continue\r\n"))
            let refused = try await large.answers(1, untilClosed: true)[0]
            #expect(refused.status == 413)
            #expect(refused.field("Connection") == "close")
        }
    }

    @Test("A batch of 16 MiB is taken; a byte more is 413, also when no length was announced")
    func limit() async throws {
        try await TestServer.run { server in
            // Frames of an optional type, which are skipped: 16 MiB of them are nothing to apply.
            let skipped: [UInt8] = [0x20, 0xFC, 0xFF, 0x03] + [UInt8](repeating: 0, count: 65_532)
            let hello = Self.frames { $0.appendHello() }
            var whole = hello
            for _ in 0..<255 { whole += skipped }
            let last = Limits.batchBodyLimit - whole.count - 4
            whole += [0x20, UInt8(last & 0x7F) | 0x80, UInt8(last >> 7 & 0x7F) | 0x80, UInt8(last >> 14)]
            whole += [UInt8](repeating: 0, count: last)
            #expect(whole.count == Limits.batchBodyLimit)
            let client = try await server.connect()
            try await client.send(bytes: Self.request(whole))
            #expect(Self.said(try await client.answers(1)[0].body) == [.acknowledgement(256)])
            try await client.close()

            let large = try await server.connect()
            try await large.send(bytes: Self.chunked(whole + [0x20, 0x00], by: 60_000))
            #expect(try await large.answers(1, untilClosed: true)[0].status == 413)
        }
    }

    @Test("What ends a stream ends a batch: the error comes in the answer, and the connection goes on")
    func errors() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let hello = Self.frames { $0.appendHello() }
            try await client.send(bytes: Self.request([]))
            try await client.send(bytes: Self.request(hello + [0x81, 0x00]))
            try await client.send(bytes: Self.request(hello + [0x7F] + [UInt8](repeating: 1, count: 100_000)))
            try await client.send(bytes: Self.request(hello))
            let answers = try await client.answers(4).map { Self.said($0.body) }
            #expect(answers == [[.error(.badOpening)], [.error(.truncated, 1)], [.error(.unsupportedFrame, 1)], []])
            try await client.close()
        }
    }

    @Test("Other media types, and methods, are refused as over HTTP/2")
    func refused() async throws {
        try await TestServer.run { server in
            let text = try await server.ask("POST /v1/updates", "Content-Type: text/plain\r\n", body: "x")
            #expect(text.status == 415)
            let read = try await server.ask("GET /v1/updates")
            #expect(read.status == 405)
        }
    }

    @Test("Refusals that are more than the body is long are passed on, and a client that reads none is not read")
    func refusals() async throws {
        try await TestServer.run { server in
            let count: UInt32 = 30_000
            let body = Self.frames { output in
                output.appendHello()
                for handle in 0..<count { output.appendComplete(handle: handle) }
            }
            let client = try await server.connect(readsAtOnce: false)
            async let sent: Void = client.send(bytes: Self.request(body))
            await client.readOnce()
            try await client.read()
            try await sent
            let received = await client.until { $0.bytes.suffix(7).elementsEqual("\r\n0\r\n\r\n".utf8) }
            let said = Self.said(try Self.unchunk(received.bytes))
            let refused = said.compactMap { frame in
                if case .refusal(_, _, .handle(let handle), _, _) = frame { handle } else { nil }
            }
            #expect(refused.elementsEqual(0..<count))
            #expect(said.last == .acknowledgement(UInt64(count)))
            try await client.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await client.ended().text.contains("healthy"))
        }
    }

    @Test("An HTTP/1.0 client gets long answers too, up to the end of the connection")
    func oldClient() async throws {
        try await TestServer.run { server in
            let body = Self.frames { output in
                output.appendHello()
                for handle in 0..<20_000 { output.appendComplete(handle: UInt32(handle)) }
            }
            let client = try await server.connect()
            let head = "POST /v1/updates HTTP/1.0\r\n\(Self.type)Content-Length: \(body.count)\r\n\r\n"
            try await client.send(bytes: Array(head.utf8) + body)
            let received = await client.ended()
            let end = try #require(received.text.firstRange(of: "\r\n\r\n"))
            let length = received.text[..<end.upperBound].utf8.count
            #expect(Self.said(Array(received.bytes[length...])).last == .acknowledgement(20_000))
        }
    }

    @Test("A producer's batch resumes as its stream does, and displaces the stream that lives")
    func producer() async throws {
        try await TestServer.run { server in
            func batch(_ epoch: UInt64, _ first: UInt64) async throws -> [DownFrame] {
                let client = try await server.connect()
                let body = Self.frames { output in
                    output.appendHello(producer: "p", epoch: epoch, firstSequence: first)
                    output.appendFlush()
                }
                try await client.send(bytes: Self.request(body, "Connection: close\r\n"))
                return Self.decode(try await client.answers(1, untilClosed: true)[0].body)
            }
            let live = try await server.connect()
            let opening = Self.frames { $0.appendHello(producer: "p") }
            try await live.send(bytes: Self.head(1_000) + opening)
            try await Self.waitForProducer("p", of: server)
            let first = try await batch(0, 1)
            guard case .welcome(let epoch, false) = first.first else { throw Unexpected() }
            #expect(first.last == .acknowledgement(1))
            #expect(Self.decode(try await live.answers(1)[0].body).last == .error(.displaced))
            let second = try await batch(epoch, 5)
            #expect(second.dropFirst() == [.acknowledgement(1), .acknowledgement(5)])
            #expect(try await batch(epoch - 1, 9) == [.error(.displaced)])
            try await live.close()
        }
    }

    /// Returns once a stream of that producer is at work.
    private static func waitForProducer(_ name: String, of server: TestServer) async throws {
        let key = ProducerKey(tenant: .sole, name: name)
        while server.services.streams.record(of: key) == nil { await Task.yield() }
    }

    /// The body of the chunked answer at the start of `bytes`.
    private static func unchunk(_ bytes: [UInt8]) throws -> [UInt8] {
        let text = String(decoding: bytes.prefix(4_096), as: UTF8.self)
        let end = try #require(text.firstRange(of: "\r\n\r\n"))
        var at = text[..<end.upperBound].utf8.count
        var body: [UInt8] = []
        while let line = bytes[at...].firstIndex(of: 13) {
            let length = try #require(Int(String(decoding: bytes[at..<line], as: UTF8.self), radix: 16))
            if length == 0 { break }
            body += bytes[line + 2..<line + 2 + length]
            at = line + 2 + length + 2
        }
        return body
    }

    struct Unexpected: Error {}
}
