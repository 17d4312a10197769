/// The number of one HTTP/2 stream (RFC 9113 §5.1.1): 1 to 2^31 − 1, odd when the client began it.
///
/// A number names one stream for the life of its session and is never used again.
public struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public let rawValue: Int32

    /// Wraps a number as it came off the wire; 0 stands for the connection and names no stream.
    public init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    public static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { String(rawValue) }
}
