import Logging
import NIOCore

/// Tells the operator why connections are not accepted: as a rule because no file descriptor is left.
///
/// Stands behind NIO's back-off, so that there is a line a second at most.
final class AcceptErrors: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.warning("a connection could not be accepted", metadata: ["reason": "\(error)"])
    }
}
