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
    /// several, and its items stay in the second-level cache.
    public static var batchCapacity: Int { 8_192 }

    /// Lets the jobs that `bound` has under `handles` come to as many `progress`es, each at most 10,000, as if
    /// ``advanceProgress(to:of:from:attempt:at:)`` were called for each by the attempt that its handle stands for. A
    /// handle may occur any number of times.
    ///
    /// Items are sorted by stripe, in their order within each, so that a lock is taken once for several of them; what
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
        let batch = unsafe Batch(
            handles: names,
            progress: values,
            count: count,
            report: RecordStore.Report(from: owner, at: now),
            owner: owner,
            now: now
        )
        var exceptions: [BatchException] = []
        let stripeCount = stripeCount
        guard count >= BatchLimits.leastSorted, stripeCount <= BatchLimits.stripes else {
            applyInOrder(batch, &bound, &exceptions)
            return exceptions
        }
        let itemBytes = (count + BatchLimits.ahead) * MemoryLayout<BatchItem>.stride
        let bytes = itemBytes + (stripeCount + 1) * MemoryLayout<UInt16>.stride
        unsafe withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 16) { scratch in
            guard let start = scratch.baseAddress else { return }
            let items = unsafe start.bindMemory(to: BatchItem.self, capacity: count + BatchLimits.ahead)
            let ends = unsafe (start + itemBytes).bindMemory(to: UInt16.self, capacity: stripeCount + 1)
            guard unsafe sort(batch, bound, into: items, ends) else {
                return applyInOrder(batch, &bound, &exceptions)
            }
            var first = 0
            for stripe in 0..<stripeCount {
                let end = unsafe Int(ends[stripe])
                while first < end { unsafe applySection(batch, items, &first, end, stripe, &bound, &exceptions) }
            }
        }
        if exceptions.count > 1 { exceptions.sort { $0.index < $1.index } }
        return exceptions
    }

    /// Sorts the items by stripe, by counting, and sets each stripe's end, after which the next one's items follow.
    /// False when a handle is not bound.
    private func sort(
        _ batch: Batch,
        _ bound: borrowing HandleTable,
        into items: UnsafeMutablePointer<BatchItem>,
        _ ends: UnsafeMutablePointer<UInt16>
    ) -> Bool {
        let count = batch.count
        let stripes = stripeCount
        var bits: UInt32 = 0
        for index in 0..<count { bits |= unsafe batch.handles[index] }
        guard bound.covers(bits: bits) else { return false }
        unsafe ends.update(repeating: 0, count: stripes + 1)

        // How many each stripe has, one place on: the sums then are where each stripe begins.
        let isLarge = bound.isLarge
        var stripeBits: UInt16 = 0
        var at = 0
        while at < count {
            let end = min(at &+ BatchLimits.ahead, count)
            if isLarge {
                let next = at == 0 ? 0 : end
                for index in next..<min(end &+ BatchLimits.ahead, count) {
                    unsafe CMachine_prefetch(bound.entry(covered: batch.handles[index]))
                }
            }
            while at < end {
                let stripe = unsafe bound.entry(covered: batch.handles[at]).pointee.stripe
                stripeBits |= stripe
                unsafe ends[Int(stripe) & (stripes &- 1) &+ 1] &+= 1
                at &+= 1
            }
        }
        // What is copied below goes by the stripe as it is, and there are a power of two of them.
        precondition(Int(stripeBits) < stripes, "a handle stands for a job of another table")
        for stripe in 0..<stripes { unsafe ends[stripe &+ 1] &+= ends[stripe] }

        var least = UInt64.max
        for index in 0..<count {
            let entry = unsafe bound.entry(covered: batch.handles[index]).pointee
            let place = unsafe Int(ends[Int(entry.stripe)])
            unsafe ends[Int(entry.stripe)] = UInt16(truncatingIfNeeded: place &+ 1)
            unsafe items[place] = BatchItem(entry, index)
            least = min(least, entry.place)
        }
        guard HandleTable.Entry.isBound(least) else { return false }
        // What is asked for ahead of the last items: nothing that matters.
        unsafe (items + count).initialize(repeating: BatchItem(), count: BatchLimits.ahead)
        return true
    }

    /// Applies items of one stripe under one lock, from `next` on, up to a number that bounds how long others wait for
    /// it, and moves `next` behind the last of them.
    @inline(__always)
    private func applySection(
        _ batch: Batch,
        _ items: UnsafeMutablePointer<BatchItem>,
        _ next: inout Int,
        _ end: Int,
        _ number: Int,
        _ bound: inout HandleTable,
        _ exceptions: inout [BatchException]
    ) {
        let base = unsafe recordBase.pointer
        let limit = recordLimit
        let report = batch.report
        let values = unsafe batch.progress
        let stop = min(end, next &+ BatchLimits.section)
        var signals = MailboxMask()
        /// The short way left the item before `next` over, which ended the section.
        var isLeft = false
        next = stripes.withChange(number) { stripe in
            var at = next
            while at < stop {
                let item = unsafe items[at]
                unsafe CMachine_prefetch(base + Int(items[at &+ BatchLimits.ahead].slot) &* RecordStore.size)
                let progress = unsafe values[item.index]
                at &+= 1
                switch unsafe RecordStore.advance(item.entry, to: progress, report, at: base, limit: limit) {
                case .unseen, .seen: continue
                case .awaited:
                    stripe.disarm(Slot(item.slot))
                    signals = stripe.takeSignals()
                case .notHere: isLeft = true
                }
                break
            }
            return at
        }
        if !signals.isEmpty { mailboxes.note(signals, number) }
        if isLeft { unsafe applyAlone(batch, items[next &- 1].index, &bound, &exceptions) }
    }

    /// Applies few items, or such that are not all bound, one after the other.
    @inline(never)
    private func applyInOrder(_ batch: Batch, _ bound: inout HandleTable, _ exceptions: inout [BatchException]) {
        let base = unsafe recordBase.pointer
        let limit = recordLimit
        for index in 0..<batch.count {
            let soon = min(index &+ BatchLimits.soon, batch.count &- 1)
            let later = unsafe bound.entry(batch.handles[soon]).pointee
            unsafe CMachine_prefetch(base + Int(later.slot) &* RecordStore.size)
            let entry = unsafe bound.entry(batch.handles[index]).pointee
            guard entry.isBound else {
                exceptions.append(BatchException(index: index, outcome: nil))
                continue
            }
            let isTaken = withChange(Int(entry.stripe)) { stripe in
                let progress = unsafe batch.progress[index]
                switch unsafe RecordStore.advance(entry, to: progress, batch.report, at: base, limit: limit) {
                case .notHere: return false
                case .awaited: stripe.disarm(Slot(entry.slot))
                case .unseen, .seen: break
                }
                return true
            }
            if !isTaken { applyAlone(batch, index, &bound, &exceptions) }
        }
    }

    /// Applies an item by the long way.
    @inline(never)
    private func applyAlone(
        _ batch: Batch,
        _ index: Int,
        _ bound: inout HandleTable,
        _ exceptions: inout [BatchException]
    ) {
        let handle = unsafe batch.handles[index]
        // Anew: an item before this one may have moved the handle to another attempt.
        let entry = unsafe bound.entry(handle).pointee
        let outcome = withChange(Int(entry.stripe)) { stripe in
            stripe.report(
                BasisPoints(trusted: unsafe batch.progress[index]),
                of: entry.reference,
                from: batch.owner,
                attempt: entry.attempt,
                at: batch.now
            )
        }
        if outcome.refusal == nil, outcome.attempt != entry.attempt { bound.move(handle, to: outcome.attempt) }
        if outcome.refusal != nil || outcome.releasedResult != .none {
            exceptions.append(BatchException(index: index, outcome: outcome))
        }
    }
}

/// The items of a batch as they came, whose they are, and when they came.
@safe
private struct Batch {
    let handles: UnsafePointer<UInt32>
    let progress: UnsafePointer<UInt16>
    let count: Int
    let report: RecordStore.Report
    let owner: OwnerID
    let now: Instant

    init(
        handles: UnsafePointer<UInt32>,
        progress: UnsafePointer<UInt16>,
        count: Int,
        report: RecordStore.Report,
        owner: OwnerID,
        now: Instant
    ) {
        unsafe self.handles = unsafe handles
        unsafe self.progress = unsafe progress
        self.count = count
        self.report = report
        self.owner = owner
        self.now = now
    }
}

/// A sorted item: what its handle stood for when the batch came, with the place in the batch where the stripe was.
///
/// A copy is as good as the entry: while a batch is applied an entry changes by nothing but a newer attempt, and one of
/// an older attempt is left to the long way, which looks at the entry itself.
private struct BatchItem: BitwiseCopyable {
    let entry: HandleTable.Entry

    /// Nothing.
    init() { entry = HandleTable.Entry() }

    @inline(__always)
    init(_ entry: HandleTable.Entry, _ index: Int) {
        self.entry = entry.with(stripe: UInt64(truncatingIfNeeded: index))
    }

    @inline(__always) var slot: UInt32 { entry.slot }
    @inline(__always) var index: Int { Int(entry.stripe) }
}

private enum BatchLimits {
    /// With more stripes than this, most items of a batch would have one for themselves.
    static let stripes = 4_096
    /// Fewer items share too few sections for what sorting costs.
    static let leastSorted = 128
    /// By how many items records are asked for before they are changed, and entries of a large table of handles before
    /// they are read: longer than memory takes to answer, and few enough to stay in the nearest cache until then.
    static let ahead = 32
    /// The same for items that each take a lock.
    static let soon = 4
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
