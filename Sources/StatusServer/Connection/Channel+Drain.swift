import NIOCore

extension Channel {
    /// Closes the connection when the server's patience with a shutdown is over, if it is still open then.
    ///
    /// Call on the event loop. A connection that only dies with its loop would report to loops that have stopped
    /// before.
    func closeAfterDrain(_ configuration: ServerConfiguration) {
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(configuration.drainSeconds)) {
            self.close(promise: nil)
        }
    }
}
