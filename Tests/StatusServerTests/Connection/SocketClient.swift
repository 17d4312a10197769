import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A socket of a client: what is sent is what the test says, and the test waits for what must come.
struct SocketClient: Sendable {
    let channel: any Channel
    private let inbox: Inbox

    static func connect(to port: Int, readsAtOnce: Bool = true) async throws -> SocketClient {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: readsAtOnce)
            // A small buffer, so that a client that does not read soon holds the server back.
            .channelOption(.socketOption(.so_rcvbuf), value: 65_536)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return SocketClient(channel: channel, inbox: inbox)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func send(bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends for as long as the server takes it; ends when the connection does.
    func sendUntilClosed(_ piece: [UInt8]) async {
        do {
            while true { try await send(bytes: piece) }
        } catch {}
    }

    /// Begins to read, where it was not done at once.
    func read() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Reads once, where nothing is read by itself, and returns when something has come.
    func readOnce() async {
        channel.read()
        _ = await until { !$0.bytes.isEmpty }
    }

    /// Ends the sending side only.
    func finish() async throws {
        try await channel.close(mode: .output)
    }

    func close() async throws {
        try? await channel.close()
    }

    /// Ends the connection with a reset.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try? await channel.close()
    }

    /// Returns what has come once `condition` holds; false in `Received.isEnded` says that more may follow.
    func until(_ condition: @escaping @Sendable (Received) -> Bool) async -> Received {
        await inbox.until(condition)
    }

    /// Returns once the server has closed its side.
    @discardableResult
    func ended() async -> Received {
        await until { $0.isEnded }
    }

    /// What has come from the server.
    struct Received: Sendable {
        var bytes: [UInt8] = []
        /// The server's side is closed, or the connection is gone.
        var isEnded = false
        /// The connection was reset.
        var isReset = false
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private final class Inbox: Sendable {
        private struct State {
            var received = Received()
            var waiters:
                [(condition: @Sendable (Received) -> Bool, continuation: CheckedContinuation<Received, Never>)] = []
        }

        private let state = NIOLockedValueBox(State())

        func change(_ body: (inout Received) -> Void) {
            let (received, ready) = state.withLockedValue { state in
                body(&state.received)
                let received = state.received
                let ready = state.waiters.filter { $0.condition(received) }
                state.waiters.removeAll { $0.condition(received) }
                return (received, ready)
            }
            for waiter in ready { waiter.continuation.resume(returning: received) }
        }

        func until(_ condition: @escaping @Sendable (Received) -> Bool) async -> Received {
            await withCheckedContinuation { continuation in
                let received = state.withLockedValue { state -> Received? in
                    if condition(state.received) { return state.received }
                    state.waiters.append((condition, continuation))
                    return nil
                }
                if let received { continuation.resume(returning: received) }
            }
        }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let inbox: Inbox

        init(_ inbox: Inbox) {
            self.inbox = inbox
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            inbox.change { $0.bytes.append(contentsOf: bytes.readableBytesView) }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { inbox.change { $0.isEnded = true } }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            inbox.change { $0.isReset = true }
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            inbox.change { $0.isEnded = true }
        }
    }
}
