/// What a session announces to its peer, and what it puts up with.
public struct HTTP2Settings: Sendable {
    /// Streams that the peer may have open at a time, from 1.
    public var maximumConcurrentStreams = HTTP2Limits.concurrentStreams
    /// Bytes of a received head, 32 added for each field. A longer request is answered with 431 by the session itself,
    /// a longer response resets its stream.
    public var maximumHeaderListSize = HTTP2Limits.headerListSize
    /// Bytes of a received frame's payload, 16,384 to 16,777,215.
    public var maximumFrameSize = HTTP2Limits.frameSize
    /// Bytes that the peer may send on a stream ahead of ``HTTP2Session/consume(_:_:)``, 1 to 2^31 − 1.
    public var streamWindow = HTTP2Limits.streamWindow
    /// Bytes that the peer may send ahead of ``HTTP2Session/consumeConnection(_:)``, 65,535 to 2^31 − 1.
    public var connectionWindow = HTTP2Limits.connectionWindow
    /// Queued bytes at which ``HTTP2SessionDelegate/session(_:didDrain:)`` is called, from 0.
    public var lowWaterMark = HTTP2Limits.lowWaterMark
    /// The limits against floods.
    public var floodLimits = FloodLimits()

    /// The defaults of ``HTTP2Limits``.
    public init() {}

    /// How much control traffic a peer may cause before its connection is closed with ENHANCE_YOUR_CALM.
    public struct FloodLimits: Sendable {
        /// Entries of one SETTINGS frame.
        public var settingsEntries = HTTP2Limits.settingsEntries
        /// SETTINGS and PING acknowledgements that wait to be sent.
        public var queuedAcknowledgements = HTTP2Limits.queuedAcknowledgements
        /// CONTINUATION frames behind one HEADERS frame.
        public var continuations = HTTP2Limits.continuations
        /// RST_STREAM frames that a client may send at once; a server's limit.
        public var resetBurst = HTTP2Limits.resetBurst
        /// RST_STREAM frames that a client regains each second; a server's limit.
        public var resetsPerSecond = HTTP2Limits.resetsPerSecond
        /// Frames of our own that wait to be sent, bodies aside.
        public var queuedFrames = HTTP2Limits.queuedFrames
        /// What the peer may cost in one read, in the units of ``HTTP2Limits/creditBurst``.
        public var creditBurst = HTTP2Limits.creditBurst

        /// The defaults of ``HTTP2Limits``.
        public init() {}
    }

    /// Traps when a value is out of its range: a fault of the program, not of a peer.
    func check() {
        let largest = Int(Int32.max)
        precondition(maximumConcurrentStreams >= 1 && maximumConcurrentStreams <= largest, "\(self)")
        precondition(maximumHeaderListSize >= 1 && maximumHeaderListSize <= largest, "\(self)")
        precondition(maximumFrameSize >= 16_384 && maximumFrameSize <= 16_777_215, "\(self)")
        precondition(streamWindow >= 1 && streamWindow <= largest, "\(self)")
        precondition(connectionWindow >= 65_535 && connectionWindow <= largest, "\(self)")
        precondition(lowWaterMark >= 0, "\(self)")
        let flood = floodLimits
        precondition(flood.settingsEntries >= 1 && flood.queuedAcknowledgements >= 1, "\(self)")
        precondition(flood.continuations >= 0 && flood.continuations <= largest, "\(self)")
        precondition(flood.resetBurst >= 1 && flood.resetsPerSecond >= 0, "\(self)")
        precondition(flood.queuedFrames >= 1 && flood.creditBurst >= 1, "\(self)")
    }
}
