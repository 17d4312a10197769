/// The number of a mailbox within its table: less than ``Limits/mailboxes``, or the committer's behind them.
internal struct MailboxIndex: Hashable, Sendable {
    internal let rawValue: UInt8

    internal init(_ rawValue: Int) {
        precondition(rawValue >= 0 && rawValue <= Limits.mailboxes, "no mailbox \(rawValue)")
        self.rawValue = UInt8(rawValue)
    }

    /// The mailbox of the committer: the last one.
    internal static let committer = MailboxIndex(Limits.mailboxes)
}

/// A set of mailboxes of one table, as the bits of a word.
internal struct MailboxMask: Hashable, Sendable {
    internal private(set) var rawValue: UInt64 = 0

    @inline(__always)
    internal var isEmpty: Bool { rawValue == 0 }

    internal func contains(_ mailbox: MailboxIndex) -> Bool {
        rawValue & MailboxMask.bit(mailbox) != 0
    }

    internal mutating func insert(_ mailbox: MailboxIndex) {
        rawValue |= MailboxMask.bit(mailbox)
    }

    internal mutating func remove(_ mailbox: MailboxIndex) {
        rawValue &= ~MailboxMask.bit(mailbox)
    }

    internal mutating func formUnion(_ other: MailboxMask) {
        rawValue |= other.rawValue
    }

    /// Takes the lowest mailbox out.
    internal mutating func popFirst() -> MailboxIndex? {
        guard rawValue != 0 else { return nil }
        let first = MailboxIndex(rawValue.trailingZeroBitCount)
        rawValue &= rawValue - 1
        return first
    }

    /// How many members are lower than `mailbox`.
    internal func rank(of mailbox: MailboxIndex) -> Int {
        (rawValue & (MailboxMask.bit(mailbox) - 1)).nonzeroBitCount
    }

    private static func bit(_ mailbox: MailboxIndex) -> UInt64 { 1 << UInt64(mailbox.rawValue) }
}
