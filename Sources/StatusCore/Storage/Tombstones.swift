/// What a stripe remembers of expired jobs, oldest first: 12 bytes each, and 8 to 10 for the index.
///
/// Of an id 54 bits of its hash under a secret seed are kept, and up to eight bits more are known from the stripe: with
/// ten million tombstones in 256 stripes the chance that an id which was never used reads as expired is one in
/// 4 × 10¹¹, in one stripe one in 1.8 × 10⁹. Times are kept to the millisecond, from 1970 to 2109.
internal struct Tombstones: ~Copyable {
    internal struct Stone: BitwiseCopyable {
        // The low 32 bits of the hash; 22 more of it below the low 10 of the time; the high 32 of the time.
        private let low, middle, high: UInt32

        private static let hashBits: UInt64 = 54
        private static let timeBits: UInt64 = 42

        fileprivate init(_ hash: UInt64, expiredAt: Int64) {
            let time = UInt64(min(max(expiredAt, 0), 1 << Stone.timeBits - 1))
            low = UInt32(truncatingIfNeeded: hash)
            middle = UInt32(truncatingIfNeeded: hash >> 32 & (1 << 22 - 1) | time << 22)
            high = UInt32(truncatingIfNeeded: time >> 10)
        }

        /// The part of the hash that is kept; what chooses group and tag is in it.
        fileprivate var hash: UInt64 { UInt64(low) | UInt64(middle & (1 << 22 - 1)) << 32 }

        fileprivate func isOf(_ hash: UInt64) -> Bool { self.hash == hash & (1 << Stone.hashBits - 1) }

        fileprivate var expiredAt: Int64 { Int64(high) << 10 | Int64(middle >> 22) }
    }

    /// The stones in the order in which they were set; their numbers count on modulo 2³².
    private struct Row: ~Copyable, SlotHashes {
        var stones = ChunkedQueue<Stone>()
        /// The number of the oldest stone.
        var firstNumber: UInt32 = 0

        subscript(number: Slot) -> Stone { stones[Int(number.rawValue &- firstNumber)] }

        func hash(of slot: Slot) -> UInt64 { self[slot].hash }
    }

    private var row = Row()
    private var index = TombstoneIndex()
    /// How many are kept at most.
    private let capacity: Int
    /// For how long each is kept, in milliseconds.
    private let lifetime: Int64

    internal init(capacity: Int, lifetime: Int64) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    internal var count: Int { row.stones.count }

    /// Bytes that they take, index and slack included.
    internal var bytes: Int { row.stones.bytes + index.bytes }

    /// When the job expired whose id has `hash`; nil when that is not known (any more).
    internal func expiredAt(_ hash: UInt64, now: Int64) -> Int64? {
        // An older namesake, whose time is over, may be there still.
        let number = index.find(hash) { row[$0].isOf(hash) && row[$0].expiredAt + lifetime > now }
        return number.map { row[$0].expiredAt }
    }

    /// True when there is a stone for `hash`, even one whose time is over.
    internal func holds(_ hash: UInt64) -> Bool {
        index.find(hash) { row[$0].isOf(hash) } != nil
    }

    /// Remembers that the job whose id has `hash` expired at `at`. True when an older one had to be given up for it,
    /// or there is no room at all.
    internal mutating func set(_ hash: UInt64, expiredAt at: Int64) -> Bool {
        guard capacity > 0 else { return true }
        let isFull = count >= capacity
        if isFull { giveUpOldest() }
        let number = Slot(row.firstNumber &+ UInt32(truncatingIfNeeded: count))
        row.stones.append(Stone(hash, expiredAt: at))
        index.insert(hash, number, of: row)
        return isFull
    }

    /// Gives up to `limit` stones up whose time is over; returns how many.
    internal mutating func giveUp(at now: Int64, limit: Int) -> Int {
        var given = 0
        while given < limit, count > 0, row.stones[0].expiredAt + lifetime <= now {
            giveUpOldest()
            given += 1
        }
        return given
    }

    private mutating func giveUpOldest() {
        index.remove(row.stones[0].hash, Slot(row.firstNumber), of: row)
        _ = row.stones.takeFirst()
        row.firstNumber &+= 1
    }
}
