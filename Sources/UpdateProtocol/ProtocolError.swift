/// Why a stream ends. A later minor version may add codes; a receiver treats one that it does not know as
/// ``internalError``.
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// An integer outside a delimited payload is longer than nine bytes.
    public static let integerTooLong = Self(rawValue: 1)
    /// A frame is larger than the receiver's limit.
    public static let frameTooLong = Self(rawValue: 2)
    /// A frame that the receiver must understand, and does not: an unknown mandatory type or a reserved bit.
    public static let unsupportedFrame = Self(rawValue: 3)
    /// The opening frame (hello upwards, welcome downwards) is missing, repeated or not valid.
    public static let badOpening = Self(rawValue: 4)
    /// Bytes came after the worker's goodbye.
    public static let afterGoodbye = Self(rawValue: 5)
    /// The body ended inside a frame.
    public static let truncated = Self(rawValue: 6)
    /// A frame that cannot be refused on its own is not valid: an empty run, or any frame downwards.
    public static let malformedFrame = Self(rawValue: 7)
    /// The server does not speak the major version that the hello asks for.
    public static let unsupportedVersion = Self(rawValue: 8)
    /// A newer stream of the same producer has taken over.
    public static let displaced = Self(rawValue: 9)
    /// The token does not allow this stream.
    public static let notAllowed = Self(rawValue: 10)
    /// No hello, or no end of a frame, within the server's time.
    public static let tooSlow = Self(rawValue: 11)
    /// The server cannot go on with this stream.
    public static let internalError = Self(rawValue: 12)
}

/// What is wrong with a stream that cannot go on. The receiver reports it in an error frame and ends the stream.
public struct ProtocolError: Error, Sendable, CustomStringConvertible {
    public let code: ErrorCode
    /// The sequence number of the offending frame; 0 when it has none (before hello, and everything downwards).
    public let sequence: UInt64
    /// What happened, for people; at most ``UpdateLimits/maximumDetail`` bytes.
    public let reason: StaticString

    public init(_ code: ErrorCode, sequence: UInt64, _ reason: StaticString) {
        self.code = code
        self.sequence = sequence
        self.reason = reason
    }

    public var description: String { "\(reason) (error \(code.rawValue), frame \(sequence))" }
}

extension ProtocolError: Equatable {
    /// Two errors are equal when their code and sequence number are; the words may differ.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.sequence == right.sequence
    }
}

/// What became of the bytes that were handed to a decoder.
public enum DecodeResult: Equatable, Sendable {
    /// All bytes were taken; an incomplete frame at their end is kept.
    case ok
    /// The handler stopped the decoder after `consumed` of the bytes; hand in the rest to go on.
    case stopped(consumed: Int)
    /// The stream cannot go on. Every further call gives the same answer.
    case failed(ProtocolError)
}
