import Bytes
import HTTP1
import StatusCore
import Testing

@testable import StatusServer

/// Whatever stands in a request, it gets an answer of the contract.
@Suite("Hostile requests")
struct HostileRequestTests {
    /// Pieces that mean something to the bridge, put together in ways that make no sense.
    private static let pieces = [
        "/", "//", "api", "jobs", "job-1", "status", "result", "cancel", "health", "v1", "updates", "%2F", "%", "%zz",
        "%00", "?", "&", "=", "status=", "limit=9", "label.", "cursor=", "attempt=", "complete=1", "..", "\u{0}", "é",
        "{", "}", "\"taskId\":", "\"job-1\"", ",", "[", "1e999", "\"units\":{\"done\":", "127.0.0.1", ":", "@",
        "http://",
        "null", "application/json", ";", "\\u0000", "\\ud800",
    ]

    @Test("Requests made of random pieces", arguments: 1...40 as ClosedRange<UInt64>)
    func pieces(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let server = try Harness()
        try server.send("POST /api/jobs", json: #"{"taskId":"job-1"}"#)

        for _ in 0..<50 {
            let method = HTTPMethod(rawValue: UInt8.random(in: 0...9, using: &random)) ?? .get
            let prefix = Bool.random(using: &random) ? "/api/jobs/job-1/" : "/"
            let path = prefix + text(&random)
            let texts = (text(&random), text(&random), text(&random), text(&random))
            let fields = ["host", "origin", "content-type", "content-disposition", "accept", "idempotency-key"]
            let name = fields.randomElement(using: &random) ?? ""
            var bytes = Array(name.utf8)
            bytes += texts.0.utf8
            let field = HeaderField(name: 0..<name.utf8.count, value: name.utf8.count..<bytes.count)
            let body = "{\(texts.3)"
            let host = Bool.random(using: &random) ? "localhost" : texts.1

            let reply = ask(server, method, path, texts.2, host, bytes, field, body)

            #expect([0, 200, 201, 202, 400, 403, 404, 405, 409, 413, 415, 421].contains(reply.status), "\(path)")
            if reply.status >= 400 { #expect(reply.body.hasPrefix(#"{"error":""#), "\(path)") }
            if reply.status / 100 == 2 { #expect(!reply.body.hasPrefix(#"{"error""#), "\(path)") }
        }
    }

    private func text(_ random: inout SplitMix) -> String {
        (0..<Int.random(in: 0...6, using: &random))
            .compactMap { _ in HostileRequestTests.pieces.randomElement(using: &random) }
            .joined()
    }

    private func ask(
        _ server: Harness,
        _ method: HTTPMethod,
        _ path: String,
        _ query: String,
        _ host: String,
        _ bytes: [UInt8],
        _ field: HeaderField,
        _ body: String
    ) -> Reply {
        var output = OutputBuffer()
        let decision = Array(path.utf8).withUnsafeBytes { path in
            Array(query.utf8).withUnsafeBytes { query in
                Array(host.utf8).withUnsafeBytes { host in
                    bytes.withUnsafeBytes { bytes in
                        let request = BridgeRequest(
                            method: method,
                            path: path,
                            query: query,
                            host: host,
                            bytes: bytes,
                            fields: [field],
                            hasBody: true
                        )
                        return server.bridge.decide(
                            request,
                            at: server.now,
                            scratch: server.scratch,
                            into: &output
                        )
                    }
                }
            }
        }
        switch decision {
        case .answer(let fields):
            return Reply(fields, output.copy())
        case .wait(let wait):
            return Reply(ResponseFields(0, nil), [], wait: wait)
        case .openEvents(let feed):
            return Reply(feed.fields, [], feed: feed)
        case .collectBody(let pending):
            // As if the type had been right, so that the body is looked at.
            let declared = PendingRequest(action: pending.action, context: pending.context, isDeclaredJSON: true)
            let fields = Array(body.utf8).withUnsafeBytes {
                server.bridge.answer(declared, body: $0, at: server.now, scratch: server.scratch, into: &output)
            }
            return Reply(fields, output.copy())
        case .receiveResult(let upload):
            let fields = server.bridge.finish(
                upload,
                .malformed("x"),
                at: server.now,
                scratch: server.scratch,
                into: &output
            )
            return Reply(fields, output.copy())
        case .sendResult(let download):
            return Reply(download.fields, [])
        case .sendLive(let download):
            return Reply(download.fields, [])
        case .openUpdates:
            return Reply(ResponseFields(0, nil), [])
        }
    }
}

/// Random numbers that a seed repeats (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
