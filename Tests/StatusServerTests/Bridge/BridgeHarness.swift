import Bytes
import Deflate
import HTTP1
import ResultStore
import StatusCore
import Synchronization
import Testing

@testable import StatusServer

/// A bridge with an empty table and a clock that the test turns, asked with requests as a client writes them.
///
/// It does what a transport does, without a socket: parses the head, collects bodies, stores and reads results.
final class Harness {
    /// 2026-11-23T13:34:50.123Z.
    static let start: Int64 = 1_795_440_890_123

    let table: JobTable
    let results: ResultStore
    let cancels = Cancels()
    let bridge: Bridge
    let scratch = BridgeScratch()
    var now = Instant(wall: Harness.start, monotonic: 1_000_000)

    init(
        _ configuration: BridgeConfiguration = BridgeConfiguration(),
        maximumJobs: Int = 1_000,
        publication: JobTable.Publication = .atOnce
    ) throws {
        var tableConfiguration = JobTable.Configuration()
        tableConfiguration.publication = publication
        tableConfiguration.stripes = 4
        tableConfiguration.maximumJobs = maximumJobs
        table = JobTable(configuration: tableConfiguration)
        results = try ResultStore(configuration: ResultStore.Configuration())
        bridge = Bridge(table: table, results: results, streams: cancels, configuration: configuration)
    }

    /// Lets time pass.
    func wait(milliseconds: Int64) {
        now.wall += milliseconds
        now.monotonic += milliseconds
    }

    /// What the committer does once a new job, or its end, is on disk.
    func publish(_ id: String) {
        guard let id = TaskID(id), case .found(let reference) = table.find(id, at: now) else { return }
        table.publish(reference, at: now)
    }

    /// Sends `line`, such as `GET /health`, and returns the answer.
    ///
    /// - Parameters:
    ///   - fields: header lines; `Host: 127.0.0.1:8080` goes with them unless another host is given.
    ///   - body: its length is declared with `Content-Length`.
    @discardableResult
    func send(
        _ line: String,
        _ fields: [String] = [],
        body: String? = nil,
        host: String? = "127.0.0.1:8080"
    ) throws -> Reply {
        try send(line, fields, bytes: body.map { Array($0.utf8) }, host: host)
    }

    /// As ``send(_:_:body:host:)``, with JSON and the type that says so.
    @discardableResult
    func send(_ line: String, json: String) throws -> Reply {
        try send(line, ["Content-Type: application/json"], body: json)
    }

    func send(_ line: String, _ fields: [String] = [], bytes: [UInt8]?, host: String? = "127.0.0.1:8080") throws
        -> Reply
    {
        var lines = ["\(line) HTTP/\(host == nil ? "1.0" : "1.1")"] + fields
        if let host { lines.append("Host: \(host)") }
        if let bytes { lines.append("Content-Length: \(bytes.count)") }
        var parser = RequestParser()
        var head = RequestHead()
        return try Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8).withUnsafeBytes { text in
            guard case .complete = parser.parse(text, into: &head) else {
                Issue.record("not a request: \(lines)")
                throw Unparsed()
            }
            let request = BridgeRequest(
                method: head.method,
                path: text.part(head.path),
                query: text.part(head.query ?? 0..<0),
                host: head.host.map(text.part),
                bytes: text,
                fields: head.fields,
                hasBody: head.bodyLength != .none
            )
            var output = OutputBuffer()
            let decision = bridge.decide(request, at: now, scratch: scratch, into: &output)
            return try carryOut(decision, bytes ?? [], &output)
        }
    }

    /// Looks whether what `reply` waits for has come, or ends the wait; nil while it has not.
    func resume(_ reply: Reply, isOver: Bool = false) throws -> Reply? {
        let wait = try #require(reply.wait)
        var output = OutputBuffer()
        guard let decision = bridge.resume(wait, isOver: isOver, at: now, scratch: scratch, into: &output) else {
            let written = output.count
            #expect(written == 0)
            return nil
        }
        return try carryOut(decision, [], &output)
    }

    private func carryOut(_ decision: BridgeDecision, _ body: [UInt8], _ output: inout OutputBuffer) throws -> Reply {
        switch decision {
        case .answer(let fields):
            return Harness.reply(fields, output.copy())
        case .collectBody(let pending):
            guard body.count <= pending.bodyLimit else {
                return Reply(bridge.bodyTooLarge(pending.context, into: &output), output.copy())
            }
            let fields = body.withUnsafeBytes {
                bridge.answer(pending, body: $0, at: now, scratch: scratch, into: &output)
            }
            return Harness.reply(fields, output.copy())
        case .receiveResult(let upload):
            let outcome = store(upload, body)
            let fields = bridge.finish(upload, outcome, at: now, scratch: scratch, into: &output)
            return Reply(fields, output.copy())
        case .sendResult(let download):
            let reader = ResultReader(download.result, download.body)
            var bytes: [UInt8] = []
            while let piece = try reader.read(atMost: 4_096) { bytes += piece }
            #expect(bytes.count == reader.length)
            return Reply(download.fields, download.fields.isGzip ? Harness.gunzip(bytes) : bytes, isStreamed: true)
        case .sendLive(let download):
            return Reply(download.fields, [], isStreamed: true)
        case .wait(let wait):
            return Reply(ResponseFields(0, nil), [], wait: wait)
        case .openEvents(let feed):
            return Reply(feed.fields, [], feed: feed)
        case .openUpdates:
            return Reply(ResponseFields(0, nil), [], opensUpdates: true)
        }
    }

    /// What an upload gets that ended with `outcome`.
    func finish(_ upload: ResultUpload, _ outcome: ResultUpload.Outcome) -> Reply {
        var output = OutputBuffer()
        let fields = bridge.finish(upload, outcome, at: now, scratch: scratch, into: &output)
        return Reply(fields, output.copy())
    }

    /// What a client makes of a whole answer.
    private static func reply(_ fields: ResponseFields, _ body: [UInt8]) -> Reply {
        guard fields.isGzip else { return Reply(fields, body) }
        return Reply(fields, gunzip(body), compressedLength: body.count)
    }

    private func store(_ upload: ResultUpload, _ body: [UInt8]) -> ResultUpload.Outcome {
        let writer = results.begin(
            ResultDescription(
                mediaType: upload.mediaType,
                name: upload.name,
                coding: upload.coding,
                isJSON: upload.isJSON
            )
        )
        do throws(ResultFailure) {
            if let failure = body.withUnsafeBytes({ writer.append($0) }) { throw failure }
            return .stored(try writer.finish(at: now.wall))
        } catch {
            return .malformed("\(error)")
        }
    }

    private static func gunzip(_ bytes: [UInt8]) -> [UInt8] {
        let inflater = Inflater(format: .gzip)
        var output = [UInt8](repeating: 0, count: 4_000_000)
        let step = bytes.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { inflater.inflate(input, into: $0) }
        }
        #expect(step.consumed == bytes.count)
        return Array(output[..<step.produced])
    }

    struct Unparsed: Error {}
}

/// An answer as a client sees it, without the fields of framing.
struct Reply {
    let status: Int
    /// `Name: value`, in the order sent.
    let fields: [String]
    let body: String
    let closes: Bool
    /// The body came through a reader of the result store.
    let isStreamed: Bool
    /// The request opens a stream of updates instead of being answered.
    let opensUpdates: Bool
    /// There is no answer yet.
    let wait: JobWait?
    /// The length of the body on its way, where that was compressed.
    let compressedLength: Int
    /// The body is a stream of events.
    let feed: FeedRequest?

    init(
        _ fields: ResponseFields,
        _ body: [UInt8],
        isStreamed: Bool = false,
        opensUpdates: Bool = false,
        wait: JobWait? = nil,
        compressedLength: Int = 0,
        feed: FeedRequest? = nil
    ) {
        self.feed = feed
        self.compressedLength = compressedLength
        self.wait = wait
        var output = OutputBuffer()
        fields.appendFields(to: &output)
        let lines = String(decoding: output.copy(), as: UTF8.self)
        self.status = fields.status
        self.fields = lines.split(separator: "\r\n").map(String.init)
        self.body = String(decoding: body, as: UTF8.self)
        self.closes = fields.closes
        self.isStreamed = isStreamed
        self.opensUpdates = opensUpdates
    }

    /// The value of a field; nil when there is none.
    subscript(_ name: String) -> String? {
        fields.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}

/// Remembers what workers were told.
final class Cancels: CancelDelivery {
    private let log = Mutex<[String]>([])

    var lines: [String] { log.withLock { $0 } }

    func deliverCancel(owner: OwnerID, handle: Handle, reason: String?) {
        log.withLock { $0.append("owner \(owner.rawValue) handle \(handle.rawValue) reason \(reason ?? "none")") }
    }
}

/// The header fields that an answer of one kind has, in order.
enum Fields {
    /// A 200 of the kept routes.
    static let kept = [
        "Content-Type: application/json; charset=utf-8", "X-Content-Type-Options: nosniff", "Cache-Control: no-store",
        "X-API-Version: 1.1", "X-Async-Processing: true",
    ]
    /// Any other answer with JSON.
    static let json = [
        "Content-Type: application/json; charset=utf-8", "X-Content-Type-Options: nosniff", "Cache-Control: no-store",
    ]
}
