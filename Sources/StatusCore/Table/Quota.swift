internal import Synchronization

/// The cap on jobs, over all stripes.
///
/// Stripes take places in shares, and use them without asking, so that the common counter, which lies in cache lines
/// of its own, is written once in many jobs. The sum of what is handed out never exceeds the cap; when none is left,
/// the table collects what other stripes have not used before it refuses a job, and does not try again before some
/// place was given back, so that refusing costs next to nothing.
///
/// Its lock may be held when a stripe's is taken, never the reverse.
@safe
internal struct Quota: ~Copyable, @unchecked Sendable {
    // Sendable, because the pointer never changes and what it points to is atomic.
    private let left: UnsafeMutablePointer<Atomic<Int>>
    /// How many places a stripe takes at a time.
    internal let share: Int
    private let stripes: Int
    private let collecting = StripeArray(count: 1) { _ in 0 }
    /// Nothing was left anywhere when last asked, and nothing has been given back since.
    private let starved = Atomic(false)

    internal init(limit: Int, stripes: Int) {
        self.stripes = stripes
        // With all stripes holding two shares, seven eighths of the cap are still handed out freely.
        share = min(max(limit / (stripes * 16), 1), 64)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
        unsafe left = unsafe memory.bindMemory(to: Atomic<Int>.self, capacity: 1)
        unsafe left.initialize(to: Atomic(limit))
    }

    deinit {
        unsafe left.deinitialize(count: 1)
        unsafe left.deallocate()
    }

    /// True when there is no place for a job, as far as is known: whoever frees one is to give it back at once. One
    /// that is freed while another thread finds nothing may miss it; the clock's next turn gives that one back.
    internal var isStarved: Bool { starved.load(ordering: .relaxed) }

    /// Calls `handOver` with a share, or with what there is of it. When nothing is left, `collect` is to take back
    /// what stripes have not used; false when that is nothing either, and every place is a job's.
    ///
    /// One thread at a time, until the places are with their stripe: none is on its way while another thread looks.
    internal func take(orElse collect: () -> Int, _ handOver: (Int) -> Void) -> Bool {
        if isStarved, unsafe left.pointee.load(ordering: .relaxed) == 0 { return false }
        return collecting.withLock(0) { _ in
            var taken = takeLeft()
            if taken == 0 {
                giveBack(collect())
                taken = takeLeft()
            }
            starved.store(taken == 0, ordering: .relaxed)
            if taken > 0 { handOver(taken) }
            return taken > 0
        }
    }

    private func takeLeft() -> Int {
        var seen = unsafe left.pointee.load(ordering: .relaxed)
        while seen > 0 {
            // Small shares at the end, so that little lies idle in other stripes.
            let taken = min(max(seen / stripes, 1), share)
            let (isDone, now) = unsafe left.pointee.weakCompareExchange(
                expected: seen,
                desired: seen - taken,
                ordering: .relaxed
            )
            if isDone { return taken }
            seen = now
        }
        return 0
    }

    /// Gives `places` back.
    internal func giveBack(_ places: Int) {
        guard places > 0 else { return }
        unsafe left.pointee.add(places, ordering: .relaxed)
        if isStarved { starved.store(false, ordering: .relaxed) }
    }
}
