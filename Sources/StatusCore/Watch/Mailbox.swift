internal import Synchronization

/// What tells one event loop that jobs changed which its watchers wait for. Made by a table, for one event loop.
///
/// It holds which stripes have pending watchers of the loop, and whether the loop has been signalled; the watchers
/// themselves stay in the stripes. Between two drains the loop is signalled at most once, however much changes. No
/// lock, and none may be held by a caller: the signal is a closure of the server.
///
/// **No wake-up is lost.** A note puts its stripe into the set (N1) and then exchanges the flag for true (N2),
/// releasing; a drain exchanges the flag for false (D1), acquiring, and then takes the stripes out (D2). Every change
/// of the flag is an exchange, so they stand in one order, and each is read by the next.
/// - N2 reads false: the note signals, and the drain which that brings comes after N1.
/// - N2 reads true: a signal is outstanding, whose drain has not passed D1. That D1 comes after N2, with nothing but
///   other exchanges between them; so it acquires what N2 released, and its D2 sees N1.
///
/// A drain that sees the stripe before N2 leaves a signal without anything to do, which is harmless. For D2 the two
/// levels of the set count as one: where N1 is only half seen, the upper word is set after D2 has passed it, hence
/// N2 after D1, and the next drain sees all of it.
///
/// **At most one signal between two drains.** Only an exchange that reads false signals; after it the flag is true
/// until the next D1.
public final class Mailbox: Sendable {
    internal let index: MailboxIndex
    private let stripes: StripeSet
    private let isSignalled = Atomic(false)
    /// Where the next drain begins. Used by draining alone, which is one thread at a time.
    private let position = Atomic(0)
    private let signal: @Sendable () -> Void

    /// A mailbox for a table of `stripeCount` stripes.
    /// - Parameter signal: is to bring about a drain soon, on the loop; called on any thread, under no lock.
    internal init(_ index: MailboxIndex, stripeCount: Int, signal: @escaping @Sendable () -> Void) {
        self.index = index
        stripes = StripeSet(count: stripeCount)
        self.signal = signal
    }

    /// Notes that `stripe` holds pending watchers. To be called after the stripe's lock was released.
    internal func note(_ stripe: Int) {
        stripes.insert(stripe)
        signalOnce()
    }

    /// Calls `visit` with the stripes that were noted, each once, until it returns false because it has done enough.
    /// What is left then, that stripe included, is for the next drain, for which the mailbox signals; it begins
    /// behind that stripe, so that busy stripes hold up no others. To be called by one thread at a time.
    internal func drain(_ visit: (_ stripe: Int) -> Bool) {
        _ = isSignalled.exchange(false, ordering: .acquiring)
        guard let last = stripes.take(from: position.load(ordering: .relaxed), visit) else { return }
        position.store(last + 1, ordering: .relaxed)
        note(last)
    }

    private func signalOnce() {
        if !isSignalled.exchange(true, ordering: .releasing) { signal() }
    }
}
