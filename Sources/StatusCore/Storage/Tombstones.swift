/// What a stripe remembers of expired jobs: the hash of the id and the time, 16 bytes each and five to ten for the
/// index, oldest first.
///
/// A hash of 64 bits under a secret seed stands for the id: with ten million of them the chance that an id which was
/// never used reads as expired is one in 10¹².
internal struct Tombstones: ~Copyable {
    internal struct Stone: BitwiseCopyable {
        let hash: UInt64
        let expiredAt: Int64
    }

    /// The stones in the order in which they were set; their numbers count on modulo 2³².
    internal struct Row: ~Copyable, SlotHashes {
        var stones = ChunkedQueue<Stone>()
        /// The number of the oldest stone.
        var firstNumber: UInt32 = 0

        subscript(number: Slot) -> Stone { stones[Int(number.rawValue &- firstNumber)] }

        func hash(of slot: Slot) -> UInt64 { self[slot].hash }
    }

    private var row = Row()
    private var index = SlotIndex()
    /// How many are kept at most.
    private let capacity: Int
    /// For how long each is kept, in milliseconds.
    private let lifetime: Int64

    internal init(capacity: Int, lifetime: Int64) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    internal var count: Int { row.stones.count }

    /// When the job expired whose id has `hash`; nil when that is not known (any more).
    internal func expiredAt(_ hash: UInt64, now: Int64) -> Int64? {
        guard let number = index.find(hash, { row[$0].hash == hash }) else { return nil }
        let at = row[number].expiredAt
        return at + lifetime > now ? at : nil
    }

    /// True when there is a stone for `hash`, even one whose time is over.
    internal func holds(_ hash: UInt64) -> Bool {
        index.find(hash) { row[$0].hash == hash } != nil
    }

    /// Remembers that the job whose id has `hash` expired at `at`. True when an older one had to be given up for it,
    /// or there is no room at all.
    internal mutating func set(_ hash: UInt64, expiredAt at: Int64) -> Bool {
        guard capacity > 0 else { return true }
        let isFull = count >= capacity
        if isFull { giveUpOldest() }
        let number = Slot(row.firstNumber &+ UInt32(truncatingIfNeeded: count))
        row.stones.append(Stone(hash: hash, expiredAt: at))
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
