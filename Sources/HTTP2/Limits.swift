/// Every limit of this target, with its reason. The defaults of ``HTTP2Settings`` are taken from here.
public enum HTTP2Limits {
    /// Streams that a peer may have open at a time. A worker needs a few, a browser tens; RFC 9113 §6.5.2 advises
    /// against less than 100.
    public static let concurrentStreams = 128

    /// Bytes of a head, each field counted with 32 bytes on top (RFC 9113 §6.5.2). Room for a large token and a few
    /// cookies; HPACK lets a peer blow a small block up to this much and no further.
    public static let headerListSize = 16_384

    /// How many times the limit a head may be before its sender is taken for an attacker and not for a browser with too
    /// many cookies: HPACK makes 16 MiB out of a frame of 16 KiB.
    static let headerBombFactor = 8

    /// Bytes of a head that we send, by the same count. nghttp2 1.52 sends up to 64 KiB and fails late above it.
    public static let sentHeaderListSize = 49_152

    /// Bytes of the largest frame that is accepted: the protocol's own minimum, which keeps a stream from holding the
    /// connection for long. Larger frames gained nothing in throughput.
    public static let frameSize = 16_384

    /// Bytes that a peer may send on one stream before they are consumed. At 50 million updates of 6 bytes a second
    /// it fills in 3 ms, longer than a loop takes to come round.
    public static let streamWindow = 1 << 20

    /// Bytes that a peer may send on all streams before they are consumed: four streams at full tilt.
    public static let connectionWindow = 4 << 20

    /// Queued bytes of a stream at which its writer is called back for more: four frames, so that the socket does
    /// not run dry while the writer comes round.
    public static let lowWaterMark = 65_536

    /// Entries of one SETTINGS frame. The RFCs define fewer than ten.
    public static let settingsEntries = 32

    /// SETTINGS and PING acknowledgements that wait to be sent. A peer that reads has none waiting; more than this is
    /// a flood by one that does not (CVE-2019-9512, CVE-2019-9515).
    public static let queuedAcknowledgements = 100

    /// CONTINUATION frames behind one HEADERS frame. A head of the largest size needs one (CVE-2024-28182).
    public static let continuations = 8

    /// RST_STREAM frames that a client may send at once, however they are spread over reads (CVE-2023-44487). Those
    /// that come in one read are bounded more tightly, by ``creditBurst``.
    public static let resetBurst = 1_000
    /// RST_STREAM frames that a client regains each second.
    public static let resetsPerSecond = 33

    /// What a peer may cost in one read: a PING or WINDOW_UPDATE costs 1, a SETTINGS frame 8, a reset stream 5, a frame
    /// that we must refuse 10. A client that comes back after a long wait and updates all its windows stays far below
    /// it (CVE-2019-9512, 9515, 9518, CVE-2023-44487, CVE-2025-8671).
    public static let creditBurst = 1_000

    /// Frames of our own that wait to be sent, bodies aside. Each open stream accounts for a few; more than this means
    /// that the peer provokes frames and reads none.
    public static let queuedFrames = 2_048

    /// Bytes of a stream's queue that are kept while it is empty, so that acknowledgements need no allocation each.
    static let idleQueueCapacity = 1_024
}
