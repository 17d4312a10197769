import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import StatusServer

/// One accepted connection without a socket and with a clock that the test turns.
struct EmbeddedConnection {
    let services: ServerServices
    let channel: EmbeddedChannel

    init(logger: Logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }) throws {
        let loop = EmbeddedEventLoop()
        try self.init(services: ServerServices.forTests(loop, logger: logger), loop: loop)
    }

    /// Another connection of the same server, on the same event loop.
    init(beside other: EmbeddedConnection) throws {
        try self.init(services: other.services, loop: other.channel.embeddedEventLoop)
    }

    private init(services: ServerServices, loop: EmbeddedEventLoop) throws {
        self.services = services
        channel = EmbeddedChannel(loop: loop)
        try channel.pipeline.syncOperations.addHandler(HalfCloser())
        try channel.pipeline.syncOperations.addHandler(ProtocolDetector(services: services))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    var isOpen: Bool { channel.isActive }

    /// Which protocol the connection turned out to speak.
    var handlers: [String] {
        get throws {
            var names: [String] = []
            if (try? channel.pipeline.syncOperations.handler(type: ProtocolDetector.self)) != nil {
                names.append("detector")
            }
            if (try? channel.pipeline.syncOperations.handler(type: HTTP1Handler.self)) != nil { names.append("HTTP/1") }
            if (try? channel.pipeline.syncOperations.handler(type: HTTP2Handler.self)) != nil { names.append("HTTP/2") }
            return names
        }
    }

    func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    func send(bytes: ArraySlice<UInt8>) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    func wait(_ amount: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: amount)
    }

    /// Everything that was written since the last call.
    func received() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += Array(buffer.readableBytesView) }
        return bytes
    }

    func receivedText() throws -> String {
        String(decoding: try received(), as: UTF8.self)
    }
}

/// An embedded channel would close both sides where one is asked for.
private final class HalfCloser: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output {
            promise?.succeed()
        } else {
            context.close(mode: mode, promise: promise)
        }
    }
}
