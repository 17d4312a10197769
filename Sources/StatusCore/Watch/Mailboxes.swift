internal import Synchronization

/// The mailboxes of one table. They are made at the start of the event loops and live as long as the table.
internal struct Mailboxes: ~Copyable, Sendable {
    private let all = InlineArray<64, AtomicLazyReference<Mailbox>> { _ in AtomicLazyReference() }
    private let count = Atomic(0)
    private let stripeCount: Int

    /// No mailboxes yet, for a table of `stripeCount` stripes.
    internal init(stripeCount: Int) {
        self.stripeCount = stripeCount
        precondition(all.count == Limits.mailboxes, "as many places as mailboxes")
    }

    /// Makes a mailbox. More than ``Limits/mailboxes`` are a fault of the program.
    internal func make(signal: @escaping @Sendable () -> Void) -> Mailbox {
        let index = MailboxIndex(count.add(1, ordering: .relaxed).oldValue)
        return all[Int(index.rawValue)].storeIfNil(Mailbox(index, stripeCount: stripeCount, signal: signal))
    }

    /// Tells each mailbox of `mask` that `stripe` holds pending watchers of its loop. To be called after the
    /// stripe's lock was released.
    internal func note(_ mask: MailboxMask, _ stripe: Int) {
        var rest = mask
        while let index = rest.popFirst() { all[Int(index.rawValue)].load()?.note(stripe) }
    }
}
