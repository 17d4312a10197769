import NIOCore
import NIOEmbedded
import NIOHTTP1
import RequestReading

/// Requests as SwiftNIO reads them.
struct OtherParser {
    struct Request {
        var method: [UInt8]
        var target: [UInt8]
        var minorVersion: UInt8
        var fields: [ReadRequest.Field]
        var body: [UInt8] = []
        var isWhole = false
    }

    var requests: [Request] = []
    var error: HTTPParserError?

    /// Reads a stream that arrives at once.
    static func read(_ stream: [UInt8]) -> OtherParser {
        var outcome = OtherParser()
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        do {
            let decoder = HTTPRequestDecoder(limitConfiguration: limits)
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            try channel.writeInbound(ByteBuffer(bytes: stream))
        } catch {
            outcome.error = error as? HTTPParserError ?? .unknown
        }
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) { outcome.add(part) }
        return outcome
    }

    /// How much there may be of a head is for each server to say, and no part of what is compared.
    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldCount = .max
        return limits
    }

    private mutating func add(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            requests.append(
                Request(
                    method: Array(head.method.rawValue.utf8),
                    target: Array(head.uri.utf8),
                    minorVersion: UInt8(head.version.minor),
                    // Values as they are, without the splitting of lists.
                    fields: head.headers.map {
                        ReadRequest.Field(name: Array($0.name.utf8), value: Array($0.value.utf8))
                    }
                )
            )
        case .body(let buffer): requests[requests.count - 1].body += buffer.readableBytesView
        case .end: requests[requests.count - 1].isWhole = true
        }
    }
}
