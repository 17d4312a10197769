/// The timers of a stripe: one a record, in a hierarchy of wheels, linked through the records themselves.
///
/// Six wheels of 64 buckets; a bucket of wheel n spans 64ⁿ ticks of 64 ms, so that a deadline up to 139 years away
/// has its place. Setting and clearing a timer costs the same however many there are; time moves from one occupied
/// bucket to the next. (Varghese and Lauck, 1987, scheme 7.)
///
/// The wheel holds no deadlines: what it gives out may be early, after its deadline was put off or because it has to
/// go down a wheel, and the caller sets the timer anew when it is.
@safe
internal struct TimingWheel: ~Copyable {
    /// The heads of the buckets.
    private let heads: UnsafeMutablePointer<Slot>
    /// One bit a bucket that holds a record, a word a wheel.
    private var occupied = InlineArray<6, UInt64>(repeating: 0)
    /// The tick up to which everything was given out.
    private var elapsed: UInt64 = 0

    /// Milliseconds a tick, as a shift.
    internal static let tickShift: UInt64 = 6
    private static let wheels = 6
    /// A link with this bit names a bucket and not a record.
    private static let bucketBit: UInt32 = 1 << 31
    /// Half of what the wheels span: farther deadlines are looked at again then.
    private static let horizon: UInt64 = 1 << 35

    internal init() {
        unsafe heads = .allocate(capacity: TimingWheel.wheels * 64)
        unsafe heads.initialize(repeating: .none, count: TimingWheel.wheels * 64)
    }

    deinit {
        unsafe heads.deallocate()
    }

    /// Sets the timer of `slot` to `deadline`, in monotonic milliseconds, instead of what it was set to.
    internal mutating func set(_ slot: Slot, to deadline: Int64, in records: borrowing RecordStore) {
        clear(slot, in: records)
        let rounded = (UInt64(clamping: deadline) + (1 << TimingWheel.tickShift) - 1) >> TimingWheel.tickShift
        let tick = min(max(rounded, elapsed + 1), elapsed + TimingWheel.horizon)
        // The highest group of six bits in which the tick differs from now decides the wheel.
        let wheel = min((63 - ((elapsed ^ tick) | 63).leadingZeroBitCount) / 6, TimingWheel.wheels - 1)
        let bucket = wheel * 64 + Int(tick >> UInt64(wheel * 6) & 63)
        let head = unsafe heads[bucket]
        records[timerOf: slot] = TimerLinks(next: head, previous: Slot(TimingWheel.bucketBit | UInt32(bucket)))
        if head != .none { records[timerOf: head].previous = slot }
        unsafe heads[bucket] = slot
        occupied[wheel] |= 1 << UInt64(bucket & 63)
    }

    /// Clears the timer of `slot`, if one is set.
    internal mutating func clear(_ slot: Slot, in records: borrowing RecordStore) {
        let links = records[timerOf: slot]
        if links.previous == .none { return }
        if links.next != .none { records[timerOf: links.next].previous = links.previous }
        if links.previous.rawValue & TimingWheel.bucketBit == 0 {
            records[timerOf: links.previous].next = links.next
        } else {
            let bucket = Int(links.previous.rawValue & ~TimingWheel.bucketBit)
            unsafe heads[bucket] = links.next
            if links.next == .none { occupied[bucket / 64] &= ~(1 << UInt64(bucket & 63)) }
        }
        records[timerOf: slot] = TimerLinks()
    }

    /// True when ``takeNext(by:in:)`` would find something. What is not due then, it knows to be later than `now`.
    internal mutating func isDue(by now: Int64) -> Bool {
        let target = UInt64(clamping: now) >> TimingWheel.tickShift
        if let (_, tick) = nextBucket(), tick <= target { return true }
        elapsed = max(elapsed, target)
        return false
    }

    /// Takes one record out whose time may have come by `now`, in monotonic milliseconds; nil when there is none.
    internal mutating func takeNext(by now: Int64, in records: borrowing RecordStore) -> Slot? {
        guard isDue(by: now), let (bucket, tick) = nextBucket() else { return nil }
        elapsed = max(elapsed, tick)
        let slot = unsafe heads[bucket]
        clear(slot, in: records)
        return slot
    }

    /// The occupied bucket that begins first, and the tick at which it does.
    private func nextBucket() -> (bucket: Int, tick: UInt64)? {
        var best: (bucket: Int, tick: UInt64)?
        for wheel in 0..<TimingWheel.wheels where occupied[wheel] != 0 {
            let shift = UInt64(wheel * 6)
            let here = elapsed >> shift & 63
            let bits = occupied[wheel]
            let rotated = bits >> here | bits << ((64 - here) & 63)
            let index = (here + UInt64(rotated.trailingZeroBitCount)) & 63
            // What lies behind now in its wheel belongs to the wheel's next turn, which only the last one can have.
            let turn = (elapsed >> (shift + 6)) + (index < here ? 1 : 0)
            let tick = (turn << 6 | index) << shift
            if best == nil || tick < best!.tick { best = (wheel * 64 + Int(index), tick) }
        }
        return best
    }
}
