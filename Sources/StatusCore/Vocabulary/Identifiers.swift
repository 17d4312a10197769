/// An ingest stream of this process, as the owner of jobs. No two streams have the same number at a time.
public struct OwnerID: Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32
    /// Nobody.
    public static let none = OwnerID(0)

    @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// The number by which a stream calls one of its jobs; handed back to it when the job is cancelled or expires.
public struct Handle: Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// What the result store calls a stored result.
public struct ResultID: Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt64
    /// No result.
    public static let none = ResultID(0)

    @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
