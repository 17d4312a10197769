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
    /// Items are grouped by stripe, in their order within each, so that a lock is taken once for several of them; what
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
        var exceptions: [BatchException] = []
        // Items, keys, and the starts of groups; see `group`.
        let itemBytes = count * MemoryLayout<BatchItem>.stride
        let size = itemBytes + (count + BatchLimits.groups + 1) * 2
        unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { scratch in
            guard let start = scratch.baseAddress else { return }
            let items = unsafe start.bindMemory(to: BatchItem.self, capacity: count)
            let keys = unsafe (start + itemBytes).bindMemory(to: UInt16.self, capacity: count + BatchLimits.groups + 1)
            let known =
                unsafe count < BatchLimits.leastSorted
                ? pass(handles, progress, bound, into: items, &exceptions)
                : group(handles, progress, bound, into: items, keys, &exceptions)
            unsafe apply(UnsafeBufferPointer(start: items, count: known), &bound, from: owner, at: now, &exceptions)
        }
        if exceptions.count > 1 { exceptions.sort { $0.index < $1.index } }
        return exceptions
    }

    /// Writes the items whose handles are bound to `items`, as they came, and returns how many there are. Sorting a few
    /// would cost more than their locks.
    private func pass(
        _ handles: UnsafeBufferPointer<UInt32>,
        _ progress: UnsafeBufferPointer<UInt16>,
        _ bound: borrowing HandleTable,
        into items: UnsafeMutablePointer<BatchItem>,
        _ exceptions: inout [BatchException]
    ) -> Int {
        var known = 0
        for index in handles.indices {
            let handle = unsafe handles[index]
            let entry = unsafe bound.entry(handle).pointee
            guard entry.binding != 0 else {
                exceptions.append(BatchException(index: index, outcome: nil))
                continue
            }
            unsafe items[known] = unsafe BatchItem(entry, handle, progress[index], index)
            known += 1
        }
        return known
    }

    /// The same, those of a stripe behind each other, and asks for their records' cache lines.
    ///
    /// A counting sort by the low bits of the stripe's number, which keeps the order of items of one stripe. `keys` has
    /// room for one an item and one a group and one more.
    private func group(
        _ handles: UnsafeBufferPointer<UInt32>,
        _ progress: UnsafeBufferPointer<UInt16>,
        _ bound: borrowing HandleTable,
        into items: UnsafeMutablePointer<BatchItem>,
        _ keys: UnsafeMutablePointer<UInt16>,
        _ exceptions: inout [BatchException]
    ) -> Int {
        let base = unsafe recordBase.pointer
        let count = handles.count
        guard let names = handles.baseAddress, let values = progress.baseAddress else { return 0 }
        let groups = min(stripeCount, BatchLimits.groups)
        // One group more, for handles that are not bound; it comes last.
        let starts = unsafe keys + count
        unsafe starts.update(repeating: 0, count: groups + 1)
        for index in 0..<count {
            let entry = unsafe bound.entry(names[index]).pointee
            let key = entry.binding == 0 ? groups : Int(entry.stripe) & (groups &- 1)
            unsafe CMachine_prefetch(base + Int(entry.slot) &* RecordStore.size)
            unsafe keys[index] = UInt16(truncatingIfNeeded: key)
            unsafe starts[key] &+= 1
        }
        let known = unsafe count - Int(starts[groups])
        var start: UInt16 = 0
        for key in 0...groups {
            let size = unsafe starts[key]
            unsafe starts[key] = start
            start &+= size
        }
        for index in 0..<count {
            let key = unsafe Int(keys[index])
            let place = unsafe Int(starts[key])
            unsafe starts[key] &+= 1
            let name = unsafe names[index]
            unsafe items[place] = unsafe BatchItem(bound.entry(name).pointee, name, values[index], index)
        }
        for place in known..<count {
            exceptions.append(BatchException(index: unsafe Int(items[place].index), outcome: nil))
        }
        return known
    }

    /// Applies `items`, whose handles are bound: those of one stripe that stand together under one lock, up to a
    /// number that bounds how long others wait for it.
    private func apply(
        _ items: UnsafeBufferPointer<BatchItem>,
        _ bound: inout HandleTable,
        from owner: OwnerID,
        at now: Instant,
        _ exceptions: inout [BatchException]
    ) {
        let report = RecordStore.Report(from: owner, at: now)
        let base = unsafe recordBase.pointer
        let limit = recordLimit
        var at = 0
        while at < items.count {
            let number = unsafe items[at].entry.stripe
            let end = min(items.count, at + BatchLimits.section)
            /// The short way left the last item over, which ends the section.
            var isLeft = false
            var signals = MailboxMask()
            at = stripes.withChange(Int(number)) { stripe in
                var next = at
                while next < end {
                    let entry = unsafe items[next].entry
                    guard entry.stripe == number else { break }
                    let progress = unsafe items[next].progress
                    next &+= 1
                    switch unsafe RecordStore.advance(entry, to: progress, report, at: base, limit: limit) {
                    case .unseen, .seen: continue
                    case .awaited:
                        stripe.disarm(Slot(entry.slot))
                        signals = stripe.takeSignals()
                    case .notHere: isLeft = true
                    }
                    break
                }
                return next
            }
            if !signals.isEmpty { mailboxes.note(signals, Int(number)) }
            if isLeft { unsafe applyAlone(items[at - 1], &bound, from: owner, at: now, &exceptions) }
        }
    }

    /// Applies an item by the long way.
    @inline(never)
    private func applyAlone(
        _ item: BatchItem,
        _ bound: inout HandleTable,
        from owner: OwnerID,
        at now: Instant,
        _ exceptions: inout [BatchException]
    ) {
        // The handle may have come to another attempt by an item before.
        let entry = unsafe bound.entry(item.handle).pointee
        let outcome = withChange(Int(entry.stripe)) { stripe in
            stripe.report(
                BasisPoints(trusted: item.progress),
                of: entry.reference,
                from: owner,
                attempt: entry.attempt,
                at: now
            )
        }
        if outcome.refusal == nil, outcome.attempt != entry.attempt { bound.move(item.handle, to: outcome.attempt) }
        if outcome.refusal != nil || outcome.releasedResult != .none {
            exceptions.append(BatchException(index: Int(item.index), outcome: outcome))
        }
    }
}

/// An item as it is sorted: with what its handle stands for, so that applying it reads no table of handles.
private struct BatchItem: BitwiseCopyable {
    let entry: HandleTable.Entry
    let handle: UInt32
    let progress: UInt16
    /// Its place in the batch.
    let index: UInt16

    @inline(__always)
    init(_ entry: HandleTable.Entry, _ handle: UInt32, _ progress: UInt16, _ index: Int) {
        self.entry = entry
        self.handle = handle
        self.progress = progress
        self.index = UInt16(truncatingIfNeeded: index)
    }
}

private enum BatchLimits {
    /// Groups of the counting sort: as many as there are stripes by default, whose counters fit half a kilobyte.
    static let groups = 256
    /// From so many items on sorting pays: on average a quarter of them share their stripe's section with another.
    static let leastSorted = 128
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
