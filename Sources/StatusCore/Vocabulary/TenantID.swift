/// Whose job it is. Task ids of different tenants never meet.
///
/// There is one tenant, ``sole``, until callers are told apart by tokens.
public struct TenantID: Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16
    /// The tenant of everybody who names none.
    public static let sole = TenantID(0)

    @inlinable public init(_ rawValue: UInt16) { self.rawValue = rawValue }
}
