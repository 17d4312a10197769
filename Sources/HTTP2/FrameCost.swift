/// What a peer's control frames cost it, and how it earns the right to send more.
///
/// A flood costs the receiver a processor and the sender next to nothing, because thousands of frames of a dozen bytes
/// fit into one read. So each session keeps a credit. Frames that carry no content draw on it; it is refilled by each
/// call of `receive`, since a peer that sends each frame in a packet of its own costs no more than any other small
/// request, and by content that moves. A peer whose credit is gone is flooding. No clock is needed: what is bounded is
/// the control work in one read. ``HTTP2Limits/creditBurst`` is the credit at the start and the most that is saved up.
enum FrameCost {
    /// PING, WINDOW_UPDATE, GOAWAY, CONTINUATION, an empty DATA frame, a refused stream.
    static let control = 1
    /// RST_STREAM: each throws away work that a request began. The burst allows 200 in a read, above the number of
    /// streams that can be open.
    static let reset = 5
    /// SETTINGS: each may make us walk all streams to adjust their windows.
    static let settings = 8
    /// A frame or a head that we must refuse, and once more a stream in use that dies of it: an attacker has us start
    /// work and drop it (CVE-2025-8671).
    static let provokedReset = 10

    /// What each call of `receive` gives back.
    static let refill = 16
    /// Bytes of a body sent that earn one, so that a download pays for the window updates that it needs.
    static let bytesPerCredit = 1_024
    /// What a stream that both sides ended earns.
    static let finishedStream = 4
}
