internal import Synchronization

/// The mailboxes of one table. They are made at the start of the event loops and live as long as the table.
internal struct Mailboxes: ~Copyable, Sendable {
    private let all = InlineArray<64, AtomicLazyReference<Mailbox>> { _ in AtomicLazyReference() }
    private let count = Atomic(0)
    private let stripeCount: Int

    /// No mailboxes yet, for a table of `stripeCount` stripes.
    internal init(stripeCount: Int) {
        self.stripeCount = stripeCount
        precondition(all.count == Limits.mailboxes + 1, "a place for each mailbox")
    }

    /// Makes a mailbox for an event loop. More than ``Limits/mailboxes`` are a fault of the program.
    internal func make(signal: @escaping @Sendable () -> Void) -> Mailbox {
        let index = MailboxIndex(count.add(1, ordering: .relaxed).oldValue)
        precondition(index != .committer, "more than \(Limits.mailboxes) mailboxes")
        return all[Int(index.rawValue)].storeIfNil(Mailbox(index, stripeCount: stripeCount, signal: signal))
    }

    /// The committer's mailbox; the one that was made first.
    internal func makeCommitter(signal: @escaping @Sendable () -> Void) -> Mailbox {
        let mailbox = Mailbox(.committer, stripeCount: stripeCount, signal: signal)
        return all[Int(MailboxIndex.committer.rawValue)].storeIfNil(mailbox)
    }

    /// Tells each mailbox of `mask` that `stripe` holds pending watchers of its loop. To be called after the
    /// stripe's lock was released.
    internal func note(_ mask: MailboxMask, _ stripe: Int) {
        var rest = mask
        while let index = rest.popFirst() { all[Int(index.rawValue)].load()?.note(stripe) }
    }
}
