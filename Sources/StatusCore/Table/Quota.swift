internal import Synchronization

/// The cap on jobs, over all stripes.
///
/// Stripes take places in shares, and use them without asking, so that the common counter, which lies in cache lines
/// of its own, is written once in many jobs. The sum of what is handed out never exceeds the cap; when none is left,
/// the table collects what other stripes have not used before it refuses a job.
@safe
internal struct Quota: ~Copyable, @unchecked Sendable {
    // Sendable, because the pointer never changes and what it points to is atomic.
    private let left: UnsafeMutablePointer<Atomic<Int>>
    /// How many places a stripe takes at a time.
    internal let share: Int
    private let stripes: Int
    private let collecting = Mutex(())

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

    /// Takes a share, or what there is of it. When nothing is left, `collect` is to take back what stripes have not
    /// used; 0 when that is nothing either: every place is taken, or about to be by a thread that has it in hand.
    internal func take(orElse collect: () -> Int) -> Int {
        let taken = takeLeft()
        if taken > 0 { return taken }
        // One at a time: what another thread is collecting is not to be missed.
        return collecting.withLock { _ in
            let taken = takeLeft()
            if taken > 0 { return taken }
            giveBack(collect())
            return takeLeft()
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
        if places > 0 { unsafe left.pointee.add(places, ordering: .relaxed) }
    }
}
