import NIOCore

/// What a worker's stream asks of the connection that carries it. Called on the connection's event loop.
protocol WorkerStreamCarrier: AnyObject {
    /// The loop that the stream lives on.
    var eventLoop: any EventLoop { get }
    /// The address of the worker, for the log.
    var peer: String { get }
    /// There are frames to send, outside of a call to ``WorkerStream/receive(_:at:)``.
    func hasOutput()
    /// Bytes of the body that were held back are done with; flow control may give them back.
    func consume(_ count: Int)
    /// The body will be result bytes, which wait in memory until they are stored.
    func expectResults()
    /// The answer ends after what is in ``WorkerStream/output``.
    func finish()
}
