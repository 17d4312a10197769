/// What the session keeps about one open stream beside nghttp2's own record.
final class StreamRecord {
    let id: StreamID
    /// The bytes of our body that wait for a DATA frame.
    var queue = SendQueue()
    /// Anything that the owner keeps with the stream.
    var attachment: AnyObject?

    /// Our head is submitted: a server's response, or (always) a client's request.
    var hasSentHead = false
    /// The peer's final head was handed to the delegate.
    var hasReceivedHead = false
    /// Our END_STREAM follows the last queued byte.
    var isFinished = false
    /// Our END_STREAM has left.
    var hasSentEnd = false
    /// nghttp2 found the queue empty and waits to be told of new bytes.
    var isDeferred = false
    /// The queue was above the low-water mark, so that coming down to it is news.
    var isAboveLowWater = false
    /// A call of `didDrain` is due.
    var isDrainDue = false
    /// We reset the stream: the delegate hears of nothing but its close.
    var isReset = false
    /// The peer is to be stopped with RST_STREAM and NO_ERROR once our END_STREAM is out (RFC 9113 §8.1).
    var stopsPeerAfterEnd = false
    /// The delegate was told of the close, or is being told.
    var isClosed = false
    /// The session answered for the delegate, which knows nothing of the stream.
    var isHidden = false

    init(_ id: StreamID) {
        self.id = id
    }
}
