/// Why a connection cannot go on. It is a value that the session hands out, never thrown.
public struct HTTP2Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Who ended the connection, and over what.
    public enum Cause: Sendable {
        /// The first bytes are not the client preface: the peer does not speak HTTP/2 (RFC 9113 §3.4).
        case notHTTP2
        /// The peer broke the protocol; GOAWAY with the code is on its way.
        case peerBrokeProtocol
        /// The peer went over one of the limits against floods; GOAWAY with ENHANCE_YOUR_CALM is on its way.
        case peerFlooded
        /// This end gave up with ``HTTP2Session/terminate(_:)``.
        case terminated
        /// nghttp2 itself failed: out of memory, or a fault of this library.
        case library
    }

    /// Who ended the connection, and over what.
    public let cause: Cause
    /// The code that the peer is told in GOAWAY.
    public let errorCode: HTTP2ErrorCode

    /// A failure of the given cause.
    public init(_ cause: Cause, _ errorCode: HTTP2ErrorCode) {
        self.cause = cause
        self.errorCode = errorCode
    }

    public var description: String {
        switch cause {
        case .notHTTP2: "the peer does not speak HTTP/2"
        case .peerBrokeProtocol: "the peer broke the HTTP/2 protocol: \(errorCode)"
        case .peerFlooded: "the peer sent more control traffic than it may: \(errorCode)"
        case .terminated: "the connection was ended here: \(errorCode)"
        case .library: "the HTTP/2 library failed: \(errorCode)"
        }
    }
}
