/// Why a stream or a connection ended (RFC 9113 §7). A peer may send codes that have no name here.
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The code on the wire.
    public let rawValue: UInt32

    /// Wraps a code as it came off the wire.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Not an error: a graceful end.
    public static let noError = HTTP2ErrorCode(rawValue: 0x0)
    /// The peer broke the protocol, and no other code says how.
    public static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
    /// This end cannot go on through no fault of the other.
    public static let internalError = HTTP2ErrorCode(rawValue: 0x2)
    /// More bytes came than the windows allowed, or a window grew beyond 2^31 − 1.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
    /// SETTINGS was not acknowledged in time.
    public static let settingsTimeout = HTTP2ErrorCode(rawValue: 0x4)
    /// A frame came on a stream whose sender had ended it.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
    /// A frame's length is wrong for its type, or above the limit.
    public static let frameSizeError = HTTP2ErrorCode(rawValue: 0x6)
    /// The stream was not processed at all: the request may be sent again.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
    /// The stream is not needed any longer.
    public static let cancel = HTTP2ErrorCode(rawValue: 0x8)
    /// The header compression state is lost.
    public static let compressionError = HTTP2ErrorCode(rawValue: 0x9)
    /// The connection behind a CONNECT request failed.
    public static let connectError = HTTP2ErrorCode(rawValue: 0xA)
    /// The peer causes more work than it may.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xB)
    /// The transport is not secure enough.
    public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 0xC)
    /// The request must be made over HTTP/1.1.
    public static let http11Required = HTTP2ErrorCode(rawValue: 0xD)

    public var description: String {
        rawValue < UInt32(Self.names.count) ? Self.names[Int(rawValue)] : "error code \(rawValue)"
    }

    /// The names of RFC 9113 §7, in the order of their codes.
    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
        "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]
}
