internal import CNghttp2

/// One HTTP/2 connection's state, without the connection: bytes that came go into ``receive(_:)``, bytes to be sent
/// come out of ``nextOutput(_:)``, and what happened is told to the ``delegate``.
///
/// The carrier's loop is: hand over what was read, take output until there is none or the socket is full, close the
/// socket when ``isFinished`` turns true. When the socket is full it also stops reading, or the session takes the
/// peer, which makes us answer and reads nothing, for a flood.
///
/// Bodies are pushed: ``write(_:_:)`` queues bytes, and whoever writes keeps ``queuedBytes(_:)`` within bounds and
/// goes on in ``HTTP2SessionDelegate/session(_:didDrain:)``. Windows are opened by the owner alone, with
/// ``consume(_:_:)`` and ``consumeConnection(_:)``.
///
/// A session belongs to one thread at a time. The delegate may call anything but `receive` from inside a call, and may
/// drop the session there. A call about a stream that is over, or finished on our side, does nothing: a peer may end
/// any stream at any time, and what one part of a program writes must not depend on when another part finishes.
public final class HTTP2Session {
    /// Which end of the connection a session is.
    public enum Role: Sendable {
        case server
        case client
    }

    /// Which end of the connection this is.
    public let role: Role
    /// What the session was made with.
    public let settings: HTTP2Settings
    /// Who is told what happens; not retained.
    public weak var delegate: (any HTTP2SessionDelegate)?

    /// nghttp2's session. This object owns it and frees it in `deinit`, which cannot run inside one of its callbacks:
    /// both ways into nghttp2 keep `self` alive.
    let handle: OpaquePointer
    /// The open streams, each from its head or request to its close.
    var streams: [StreamID: StreamRecord] = [:]
    /// The stream looked up last: DATA frames of one stream come in rows.
    var lastStream: StreamRecord?
    /// The head that is being received; a connection has no more than one at a time (RFC 9113 §4.3).
    var head = HeaderBlock()
    /// The size of ``head`` by the rule of RFC 9113 §6.5.2.
    var headSize = 0
    /// CONTINUATION frames of ``head`` so far.
    var continuations = 0
    /// What the peer may still cost, see ``FrameCost``.
    var credit: Int
    /// Streams that came down to the low-water mark since the delegate was told last.
    var drained: [StreamRecord] = []
    /// Bytes of bodies that wait in all streams, what nghttp2 has framed already aside.
    public internal(set) var queuedBytes = 0
    /// A head has begun and its end has not come.
    public internal(set) var isInsideHead = false
    /// What nghttp2 is doing right now.
    var activity = Activity.idle
    /// Set by ``terminate(_:)`` inside `receive`, to be carried out when nghttp2 has returned.
    var pendingTermination: HTTP2Failure?
    /// Set while the first step of a graceful shutdown waits for the answer to its PING.
    var isShuttingDown = false
    /// The final GOAWAY was queued.
    var hasSentFinalGoAway = false
    /// nghttp2 could not make output: nothing comes out any more.
    var outputHasFailed = false
    /// The transport is gone; nothing is received or sent any more.
    var isDisconnected = false

    /// Why the connection cannot go on, once that is known.
    ///
    /// A breach of the protocol that nghttp2 finds shows here when its GOAWAY was taken by ``nextOutput(_:)``.
    public internal(set) var failure: HTTP2Failure?

    /// What nghttp2 is doing: it must not be entered a second time from a callback.
    enum Activity {
        case idle, receiving, sending
    }

    /// A new connection's session. Its first output is the preface (client) and SETTINGS.
    ///
    /// Traps when a value of `settings` is out of its range.
    public init(role: Role, settings: HTTP2Settings = HTTP2Settings()) {
        settings.check()
        self.role = role
        self.settings = settings
        self.credit = settings.floodLimits.creditBurst
        self.handle = makeHandle(role: role, limits: settings.floodLimits)
        // Unretained: the handle dies in `deinit`, so no callback sees a dead object.
        nghttp2_session_set_user_data(handle, Unmanaged.passUnretained(self).toOpaque())
        announceSettings()
    }

    deinit {
        nghttp2_session_del(handle)
    }

    /// True when nothing more can come of the connection: the carrier closes it once its own buffer is sent. Never true
    /// inside `receive` and `nextOutput`, where the carrier has yet to be given what was made last.
    public var isFinished: Bool { activity == .idle && !wantsRead && !wantsWrite }

    /// True while input can still matter.
    public var wantsRead: Bool { !isDisconnected && failure == nil && nghttp2_session_want_read(handle) != 0 }

    /// True while ``nextOutput(_:)`` has something to give that the peer's windows allow.
    public var wantsWrite: Bool { !isDisconnected && !outputHasFailed && nghttp2_session_want_write(handle) != 0 }

    /// The open streams, in no particular order.
    public var openStreams: [StreamID] { streams.values.filter { !$0.isHidden }.map(\.id) }

    /// The number of open streams.
    public var openStreamCount: Int { streams.count }

    func record(_ stream: StreamID) -> StreamRecord? {
        if let lastStream, lastStream.id == stream { return lastStream }
        let found = streams[stream]
        if let found { lastStream = found }
        return found
    }
}
