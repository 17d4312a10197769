internal import CMachine

/// An item of a batch that asks for attention: it was refused, or a result was let go of.
public struct BatchException: Sendable {
    /// The item's place in the batch.
    public let index: Int
    /// nil when the handle was not bound.
    public let outcome: ApplyOutcome?
}

extension JobTable {
    /// The most items of a batch: what one frame of HTTP/2 holds of updates, so that a batch meets each stripe with
    /// several, and its items and their records stay in the second-level cache.
    public static var batchCapacity: Int { 4_096 }

    /// Lets the jobs that `bound` has under `handles` come to as many `progress`es, each at most 10,000, as if
    /// ``advanceProgress(to:of:from:attempt:at:)`` were called for each by the attempt that its handle stands for. A
    /// handle may occur any number of times.
    ///
    /// Items are chained by stripe, in their order within each, so that a lock is taken once for several of them; what
    /// different jobs come to does not depend on their order. At most ``batchCapacity`` items.
    /// - Returns: the items that were refused, or that released a result; in the order of the batch.
    public func advanceProgress(
        of handles: UnsafeBufferPointer<UInt32>,
        to progress: UnsafeBufferPointer<UInt16>,
        in bound: inout HandleTable,
        from owner: OwnerID,
        at now: Instant
    ) -> [BatchException] {
        let count = handles.count
        precondition(count <= JobTable.batchCapacity && progress.count == count, "a batch of \(count)")
        guard let names = handles.baseAddress, let values = progress.baseAddress else { return [] }
        // Chaining a few by stripe would cost more than their locks: these make one chain.
        let groups = count < BatchLimits.leastGrouped ? 1 : min(stripeCount, BatchLimits.groups)
        var exceptions: [BatchException] = []
        unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count + 2 * groups) { scratch in
            guard let start = scratch.baseAddress else { return }
            let items = unsafe BatchItems(names, values, count, groups, chainedIn: start)
            chain(items, bound, &exceptions)
            let report = RecordStore.Report(from: owner, at: now)
            for group in 0..<groups {
                let first = unsafe items.next[count + group]
                if first != BatchItems.none {
                    apply(items, from: first, &bound, report, owner, now, &exceptions)
                }
            }
        }
        if exceptions.count > 1 { exceptions.sort { $0.index < $1.index } }
        return exceptions
    }

    /// Puts each item whose handle is bound at the end of its group's chain, and asks for its record's cache line.
    private func chain(_ items: BatchItems, _ bound: borrowing HandleTable, _ exceptions: inout [BatchException]) {
        let base = unsafe recordBase.pointer
        let last = unsafe items.next + items.count + items.groups
        for group in 0..<items.groups { unsafe last[group] = UInt16(truncatingIfNeeded: items.count &+ group) }
        let isLarge = bound.isLarge
        var at = 0
        while at < items.count {
            let end = min(at &+ BatchLimits.ahead, items.count)
            if isLarge {
                let soon = at == 0 ? 0 : end
                for index in soon..<min(end &+ BatchLimits.ahead, items.count) {
                    unsafe CMachine_prefetch(bound.entry(items.handles[index]))
                }
            }
            for index in at..<end {
                let entry = unsafe bound.entry(items.handles[index]).pointee
                guard entry.isBound else {
                    exceptions.append(BatchException(index: index, outcome: nil))
                    continue
                }
                unsafe CMachine_prefetch(base + Int(entry.slot) &* RecordStore.size)
                let group = Int(entry.stripe) & (items.groups &- 1)
                unsafe items.next[Int(last[group])] = UInt16(truncatingIfNeeded: index)
                unsafe last[group] = UInt16(truncatingIfNeeded: index)
            }
            at = end
        }
        for group in 0..<items.groups { unsafe items.next[Int(last[group])] = BatchItems.none }
    }

    /// Applies the chain that begins with `first`: neighbours of one stripe under one lock, up to a number that bounds
    /// how long others wait for it.
    private func apply(
        _ items: BatchItems,
        from first: UInt16,
        _ bound: inout HandleTable,
        _ report: RecordStore.Report,
        _ owner: OwnerID,
        _ now: Instant,
        _ exceptions: inout [BatchException]
    ) {
        let base = unsafe recordBase.pointer
        let limit = recordLimit
        var at = first
        while at != BatchItems.none {
            let number = unsafe bound.entry(items.handles[Int(at)]).pointee.stripe
            /// The item that the short way left over, which ends the section.
            var left = BatchItems.none
            var signals = MailboxMask()
            at = stripes.withChange(Int(number)) { stripe in
                var next = at
                var room = BatchLimits.section
                repeat {
                    let item = Int(next)
                    // Anew for each item: the long way may have moved the handle to another attempt.
                    let entry = unsafe bound.entry(items.handles[item]).pointee
                    guard entry.stripe == number else { break }
                    let progress = unsafe items.progress[item]
                    let this = next
                    unsafe next = items.next[item]
                    switch unsafe RecordStore.advance(entry, to: progress, report, at: base, limit: limit) {
                    case .unseen, .seen:
                        room &-= 1
                        continue
                    case .awaited:
                        stripe.disarm(Slot(entry.slot))
                        signals = stripe.takeSignals()
                    case .notHere: left = this
                    }
                    break
                } while next != BatchItems.none && room > 0
                return next
            }
            if !signals.isEmpty { mailboxes.note(signals, Int(number)) }
            if left != BatchItems.none { applyAlone(items, Int(left), &bound, owner, now, &exceptions) }
        }
    }

    /// Applies an item by the long way.
    @inline(never)
    private func applyAlone(
        _ items: BatchItems,
        _ index: Int,
        _ bound: inout HandleTable,
        _ owner: OwnerID,
        _ now: Instant,
        _ exceptions: inout [BatchException]
    ) {
        let handle = unsafe items.handles[index]
        let entry = unsafe bound.entry(handle).pointee
        let outcome = withChange(Int(entry.stripe)) { stripe in
            stripe.report(
                BasisPoints(trusted: unsafe items.progress[index]),
                of: entry.reference,
                from: owner,
                attempt: entry.attempt,
                at: now
            )
        }
        if outcome.refusal == nil, outcome.attempt != entry.attempt { bound.move(handle, to: outcome.attempt) }
        if outcome.refusal != nil || outcome.releasedResult != .none {
            exceptions.append(BatchException(index: index, outcome: outcome))
        }
    }
}

/// The items of a batch, where they came, and their chains.
@safe
private struct BatchItems {
    let handles: UnsafePointer<UInt32>
    let progress: UnsafePointer<UInt16>
    let count: Int
    /// How many chains there are; a power of two.
    let groups: Int
    /// The item behind each in its chain, or ``none``; behind the last item's place, the first of each chain. While
    /// chains are made, the last of each follows.
    let next: UnsafeMutablePointer<UInt16>

    static let none = UInt16.max

    init(
        _ handles: UnsafePointer<UInt32>,
        _ progress: UnsafePointer<UInt16>,
        _ count: Int,
        _ groups: Int,
        chainedIn next: UnsafeMutablePointer<UInt16>
    ) {
        unsafe self.handles = unsafe handles
        unsafe self.progress = unsafe progress
        self.count = count
        self.groups = groups
        unsafe self.next = unsafe next
    }
}

private enum BatchLimits {
    /// Chains: as many as there are stripes by default, whose ends fit half a kilobyte.
    static let groups = 256
    /// From so many items on chains pay: on average a quarter of them share their stripe's section with another.
    static let leastGrouped = 128
    /// In a large table of handles, by how many items entries are asked for before they are read: their lines stay in
    /// the nearest cache until then.
    static let ahead = 128
    /// Items that are applied under one lock at most: one or two microseconds.
    static let section = 64
}

extension Stripe {
    /// The mailboxes that have got something, to be told when the lock is released.
    fileprivate mutating func takeSignals() -> MailboxMask {
        defer { signals = MailboxMask() }
        return signals
    }
}
