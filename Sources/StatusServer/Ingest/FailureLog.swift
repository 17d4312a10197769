import HTTP2
import Logging
import NIOConcurrencyHelpers
import StatusCore
import UpdateProtocol

/// Tells the operator which workers break the protocol, and which peers break or flood HTTP/2, in a few lines a second
/// however many they are.
///
/// Any thread.
final class FailureLog: Sendable {
    private struct Budget {
        /// When the present second began, in monotonic milliseconds.
        var begin: Int64 = 0
        var written = 0
        var left = 0
    }

    private let logger: Logger
    private let budget = NIOLockedValueBox(Budget())

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Notes that a stream was ended with `error`.
    ///
    /// - Parameters:
    ///   - producer: the worker's name, where it has said one.
    ///   - peer: the address that it comes from.
    func note(_ error: ProtocolError, producer: String?, peer: String, at now: Instant) {
        let level: Logger.Level =
            switch error.code {
            case .displaced: .info
            case .internalError: .error
            // A defect of the worker, or something that is no worker.
            default: .warning
            }
        guard logger.logLevel <= level, let left = take(at: now) else { return }
        var metadata: Logger.Metadata = [
            "peer": "\(peer)", "code": "\(error.code.rawValue)", "item": "\(error.sequence)",
            "reason": "\(error.reason)",
        ]
        if let producer { metadata["producer"] = "\(producer.debugDescription)" }
        if left > 0 { metadata["leftOut"] = "\(left)" }
        logger.log(level: level, "a worker's stream was ended", metadata: metadata)
    }

    /// Notes that an HTTP/2 connection was ended with `failure`, which is the peer's doing or a fault of the library.
    func note(_ failure: HTTP2Failure, peer: String, at now: Instant) {
        let level: Logger.Level =
            switch failure.cause {
            // Our own wish, at a shutdown or after a silence.
            case .terminated: .debug
            case .library: .error
            case .notHTTP2, .peerBrokeProtocol, .peerFlooded: .warning
            }
        guard logger.logLevel <= level, let left = take(at: now) else { return }
        var metadata: Logger.Metadata = ["peer": "\(peer)", "reason": "\(failure)"]
        if left > 0 { metadata["leftOut"] = "\(left)" }
        logger.log(level: level, "an HTTP/2 connection was ended", metadata: metadata)
    }

    /// Takes the right to write a line; returns how many have been left out since the last one, or nil.
    private func take(at now: Instant) -> Int? {
        budget.withLockedValue { budget in
            if now.monotonic - budget.begin >= 1_000 {
                budget.begin = now.monotonic
                budget.written = 0
            }
            guard budget.written < Limits.failureLines else {
                budget.left += 1
                return nil
            }
            budget.written += 1
            defer { budget.left = 0 }
            return budget.left
        }
    }
}
