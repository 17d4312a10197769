/// The jobs of a stripe in the order of their creation, to list them newest first.
///
/// Every entry has a key: the milliseconds of its creation times 16, raised where needed so that keys of a stripe
/// strictly rise. (Key, stripe) is thus a total order over all jobs that never changes, and a cursor stays good
/// whatever happens. Entries of jobs that are gone are recognised by their generation and swept out later, a few
/// with each job that goes.
internal struct CreationLog: ~Copyable {
    internal struct Entry: BitwiseCopyable {
        internal let key: UInt64
        internal let slot: Slot
        internal let generation: UInt32
    }

    /// What the present sweep has kept; older than all of ``recent``, and empty between sweeps.
    private var swept = ChunkedQueue<Entry>()
    private var recent = ChunkedQueue<Entry>()
    private var lastKey: UInt64 = 0
    /// Entries of jobs that are gone.
    private var dead = 0
    private var isSweeping = false

    /// Entries moved with each job that goes: a sweep ends before as many again have gone.
    private static let entriesPerRemoval = 4
    /// Fewer dead entries than this are left alone.
    private static let tolerance = 256

    internal init() {}

    internal var count: Int { swept.count + recent.count }

    /// Notes a new job and returns its key.
    @discardableResult
    internal mutating func append(_ slot: Slot, _ generation: UInt32, at wall: Int64) -> UInt64 {
        lastKey = max(UInt64(clamping: wall) &<< 4, lastKey + 1)
        recent.append(Entry(key: lastKey, slot: slot, generation: generation))
        return lastKey
    }

    /// The entry at `position`, 0 being the oldest.
    internal subscript(position: Int) -> Entry {
        position < swept.count ? swept[position] : recent[position - swept.count]
    }

    /// How many entries have a key below `key`; they stand at the positions before that.
    internal func position(of key: UInt64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Notes that a job has gone out of `records`.
    internal mutating func noteRemoval(of records: borrowing RecordStore) {
        dead += 1
        if dead > CreationLog.tolerance, dead * 2 > count { isSweeping = true }
        guard isSweeping else { return }
        for _ in 0..<CreationLog.entriesPerRemoval {
            guard let entry = recent.takeFirst() else {
                swap(&swept, &recent)
                isSweeping = false
                return
            }
            if records.isLive(entry.slot, entry.generation) { swept.append(entry) } else { dead -= 1 }
        }
    }
}
