public import Logging
public import NIOCore
import NIOPosix

extension WorkerClient {
    /// How a client reaches its server, and what it does while it cannot.
    public struct Configuration: Sendable {
        /// `http://HOST[:PORT]`: HTTP/2 in clear text with prior knowledge. The port is 80 when it is left out.
        public var server: String
        /// Who this is, at most 64 bytes; of two clients of one name, the newer ends the older
        /// (``WorkerError/displaced``). Nil: a random name, kept for the client's life.
        public var producer: String?
        /// The pause between two batches of mere reports; what is reported in between coalesces. State changes do not
        /// wait for it. 20 ms by default.
        public var reportInterval: Duration = .milliseconds(20)
        /// How long calls that wait put up with a server that is away, before they throw
        /// ``WorkerError/serverAway(_:)``; from then on they throw at once, until it is back. Nil: for ever. 30 s by
        /// default.
        ///
        /// Patience concerns the calls, not what they asked for: that stays pending, as do the last values of all
        /// reports, and is delivered when the server comes back.
        public var patience: Duration? = .seconds(30)
        /// The shortest and the longest delay before the next attempt to connect: doubled at each failure, and then
        /// drawn between half and the whole of it.
        public var reconnectDelay: ClosedRange<Duration> = .milliseconds(100) ... .seconds(10)
        /// How long one attempt to connect may take, and the server's greeting after it. 5 s by default.
        public var connectTimeout: Duration = .seconds(5)
        /// How many jobs may be open at a time. It bounds the memory of the client: a job keeps the last value of each
        /// field, whatever is reported. Beyond it ``WorkerClient/job(_:_:)`` throws and ``WorkerClient/openJob(_:_:)``
        /// waits. 100,000 by default.
        public var maximumJobs = 100_000
        /// Where the connection's events are handled.
        public var eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
        /// Losses of the connection are logged at `debug`, refused reports at `warning`. Silent by default.
        public var logger = Logger(label: "telltale.worker") { _ in SwiftLogNoOpLogHandler() }

        public init(server: String) {
            self.server = server
        }
    }
}
