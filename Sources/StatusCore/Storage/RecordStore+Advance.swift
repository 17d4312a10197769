/// The short way for a report of progress alone by the owner and present attempt of a live job that is processing: the
/// hot path of ingest. It reads and writes the record's first cache line and nothing else, in whole words: a word that
/// was put together from smaller stores has to wait for them.
extension RecordStore {
    private static let offsetOfAttempt = 4
    private static let offsetOfVersion = 8
    private static let offsetOfOwner = 16
    private static let offsetOfSign = 24
    private static let offsetOfRate = 28
    private static let offsetOfPosition = 32
    private static let offsetOfSampledAt = 36
    /// The word of the expiry in 48 bits, and the handle's lower half.
    private static let offsetOfExpiry = 40
    /// The word of the time of the last change in 48 bits, and the binding.
    private static let offsetOfUpdatedAt = 48
    private static let offsetOfBinding = 54
    /// The word of the progress, the flags, the tenant, the id's length, and the standing: 16, 16, 16, 8, 8 bits.
    private static let offsetOfProgress = 56
    private static let offsetOfFlags = 58
    private static let offsetOfStanding = 63

    /// Whose report it is and when it came: the same for all of a batch.
    internal struct Report {
        fileprivate let owner: UInt32
        /// Milliseconds since 1970 in 48 bits.
        fileprivate let wall: UInt64
        /// The same in the upper 48 bits, which the job's own time must be above. Nothing is above that of a report by
        /// nobody: it never goes the short way.
        fileprivate let due: UInt64
        fileprivate let monotonic: UInt32

        internal init(from owner: OwnerID, at now: Instant) {
            self.owner = owner.rawValue
            wall = min(UInt64(max(0, now.wall)), 0xFFFF_FFFF_FFFF)
            due = owner == .none ? .max : wall &<< 16
            monotonic = UInt32(truncatingIfNeeded: now.monotonic)
        }
    }

    /// What the short way makes of a report.
    internal enum Advance {
        /// The report is none for the short way; nothing has changed.
        case notHere
        /// The report was taken, and readers see no difference.
        case unseen
        /// The report was taken, and readers see it.
        case seen
        /// The same, and somebody waits for it: a watcher, or the committer.
        case awaited
    }

    /// The bits of the last word that tell a plain job: no flag but harmless ones, and the state processing.
    private static var plainMask: UInt64 {
        let harmless: JobRecord.Flags = [
            .hasUnits, .hasStep, .watched, .failsWhenStalled, .kept, .hurried, .unwritten,
        ]
        return UInt64(~harmless.rawValue) << 16 | 7 << 56
    }
    private static var plain: UInt64 { UInt64(JobState.processing.rawValue) << 56 }
    /// Somebody is to be told of the next change.
    private static var attentionBits: UInt64 {
        let attention: JobRecord.Flags = [.watched, .kept]
        return UInt64(attention.rawValue) << 16
    }

    /// Takes a report of `progress` for the job that `entry`, which is bound, stands for.
    ///
    /// Whatever is not plain (a stale reference, another owner, a job that stalls, ends or waits, an older attempt)
    /// it leaves to the long way, which knows every rule; where it acts it does the same. Within a change of the
    /// entry's stripe; `base` and `limit` are the address and number of all slots.
    @inline(__always)
    internal static func advance(
        _ entry: HandleTable.Entry,
        to progress: UInt16,
        _ report: Report,
        at base: UnsafeMutableRawPointer,
        limit: UInt32
    ) -> Advance {
        guard entry.slot < limit else { return .notHere }
        let record = unsafe base + Int(entry.slot) &* size
        var last = unsafe record.sharedWord(offsetOfProgress)
        // As in `isLive`: the slot may have come to another stripe, which writes the state after the generation. A slot
        // that is not in use is not processing.
        StripeLock.finishReads()
        let stamp = unsafe record.sharedWord(offsetOfUpdatedAt)
        /// What the stamp becomes: the binding, and the time in the lower bits.
        let mine = entry.place & 0xFFFF &<< 48 | report.wall
        guard last & plainMask == plain, unsafe record.sharedWord(0) == entry.life,
            unsafe record.sharedHalf(offsetOfOwner) == report.owner,
            (stamp ^ mine) &>> 48 == 0,
            unsafe record.sharedWord(offsetOfExpiry) &<< 16 > report.due
        else { return .notHere }

        unsafe record.shareHalf(report.monotonic, offsetOfSign)
        // Zero comes out as the longest time of all: it counts for the first report of an attempt.
        let elapsed = unsafe report.monotonic &- record.sharedHalf(offsetOfSampledAt) &- 1
        if elapsed >= Limits.paceInterval &- 1 {
            last = unsafe movePace(of: record, last, to: progress, at: report.monotonic)
        }
        let step = Int(progress) &- Int(UInt16(truncatingIfNeeded: last))
        guard step > 0 else { return .unseen }
        unsafe record.shareWord(last &+ UInt64(truncatingIfNeeded: step), offsetOfProgress)
        unsafe record.shareWord(record.sharedWord(offsetOfVersion) &+ 1, offsetOfVersion)
        if mine > stamp { unsafe record.shareWord(mine, offsetOfUpdatedAt) }
        return last & attentionBits == 0 ? .seen : .awaited
    }

    /// Moves the pace of the job at `record`, and returns the record's last word as it is then.
    @inline(never)
    private static func movePace(
        of record: UnsafeMutableRawPointer,
        _ last: UInt64,
        to progress: UInt16,
        at monotonic: UInt32
    ) -> UInt64 {
        var pace = unsafe record.assumingMemoryBound(to: JobRecord.self).pointee.pace
        guard pace.move(to: Float(progress), at: monotonic) else { return last }
        unsafe record.shareHalf(pace.rate.bitPattern, offsetOfRate)
        unsafe record.shareHalf(pace.position.bitPattern, offsetOfPosition)
        unsafe record.shareHalf(pace.sampledAt, offsetOfSampledAt)
        let moved = last & ~(7 << 61) | UInt64(pace.samples) << 61
        unsafe record.shareWord(moved, offsetOfProgress)
        return moved
    }

    /// The attempt of the job at `slot`, which was in use once; the slot may belong to another stripe by now.
    @inline(__always)
    internal static func attempt(of slot: Slot, at base: UnsafeMutableRawPointer) -> UInt32 {
        unsafe (base + Int(slot.rawValue) &* size).sharedHalf(offsetOfAttempt)
    }

    /// The offsets above, as the compiler laid the record out: for the test that compares them.
    internal static var layout: [(name: String, assumed: Int, actual: Int?)] {
        [
            ("generation", 0, MemoryLayout<JobRecord>.offset(of: \.generation)),
            ("attempt", offsetOfAttempt, MemoryLayout<JobRecord>.offset(of: \.attempt)),
            ("version", offsetOfVersion, MemoryLayout<JobRecord>.offset(of: \.version)),
            ("owner", offsetOfOwner, MemoryLayout<JobRecord>.offset(of: \.owner)),
            ("lastSign", offsetOfSign, MemoryLayout<JobRecord>.offset(of: \.lastSign)),
            ("rate", offsetOfRate, MemoryLayout<JobRecord>.offset(of: \.rate)),
            ("position", offsetOfPosition, MemoryLayout<JobRecord>.offset(of: \.position)),
            ("sampledAt", offsetOfSampledAt, MemoryLayout<JobRecord>.offset(of: \.sampledAt)),
            ("expiry", offsetOfExpiry, MemoryLayout<JobRecord>.offset(of: \.expiry)),
            ("updatedAt", offsetOfUpdatedAt, MemoryLayout<JobRecord>.offset(of: \.updatedAt)),
            ("binding", offsetOfBinding, MemoryLayout<JobRecord>.offset(of: \.binding)),
            ("progress", offsetOfProgress, MemoryLayout<JobRecord>.offset(of: \.progressBits)),
            ("flags", offsetOfFlags, MemoryLayout<JobRecord>.offset(of: \.flags)),
            ("standing", offsetOfStanding, MemoryLayout<JobRecord>.offset(of: \.standing)),
        ]
    }
}
