/// A walk over the jobs of all stripes from the newest to the oldest: a heap of stripes by their next entry.
///
/// Entries are fetched a few at a time under the stripe's lock, so a walk costs about one section a stripe for the
/// first page and little more for each further entry.
internal struct ListWalk {
    private struct Run {
        let stripe: Int
        /// What was fetched, newest last.
        var entries: [CreationLog.Entry]
        /// Nothing older is left beyond ``entries``.
        var isExhausted: Bool

        /// The order of the walk: later keys first, of equal ones the later stripe.
        func comesBefore(_ other: Run) -> Bool {
            guard let mine = entries.last, let theirs = other.entries.last else { return !entries.isEmpty }
            return mine.key == theirs.key ? stripe > other.stripe : mine.key > theirs.key
        }
    }

    /// A binary heap of the runs that have entries.
    private var heap: [Run] = []
    private let batch: Int

    /// A walk over what lies after `cursor`; it fetches with a walk of about `expected` jobs in mind.
    internal init(of table: JobTable, after cursor: ListCursor?, expecting expected: Int) {
        batch = min(max(expected / table.stripeCount + 2, 4), 64)
        for stripe in 0..<table.stripeCount {
            var bound = UInt64.max
            if let cursor { bound = stripe < Int(cursor.stripe) ? cursor.key + 1 : cursor.key }
            let run = ListWalk.fetch(batch, of: stripe, below: bound, from: table)
            if !run.entries.isEmpty { heap.append(run) }
        }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    /// The next entry and its stripe; nil at the end.
    internal mutating func next(in table: JobTable) -> (CreationLog.Entry, Int)? {
        guard !heap.isEmpty, let entry = heap[0].entries.popLast() else { return nil }
        let stripe = heap[0].stripe
        if heap[0].entries.isEmpty {
            if !heap[0].isExhausted { heap[0] = ListWalk.fetch(batch, of: stripe, below: entry.key, from: table) }
            if heap[0].entries.isEmpty {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
        }
        if !heap.isEmpty { sink(0) }
        return (entry, stripe)
    }

    /// True when nothing is left.
    internal var isAtEnd: Bool { heap.isEmpty }

    private static func fetch(_ count: Int, of stripe: Int, below bound: UInt64, from table: JobTable) -> Run {
        var entries: [CreationLog.Entry] = []
        entries.reserveCapacity(count)
        let isExhausted = table.withStripe(stripe) { stripe in
            let end = stripe.log.position(of: bound)
            let start = max(0, end - count)
            for position in start..<end { entries.append(stripe.log[position]) }
            return start == 0
        }
        return Run(stripe: stripe, entries: entries, isExhausted: isExhausted)
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].comesBefore(heap[first]) { first = child }
            }
            if first == parent { return }
            heap.swapAt(parent, first)
            parent = first
        }
    }
}
