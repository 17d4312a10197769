extension RecordStore {
    private static let offsetOfVersion = 8
    private static let offsetOfSign = 24
    private static let offsetOfRate = 28
    private static let offsetOfPosition = 32
    private static let offsetOfSampledAt = 36
    private static let offsetOfUpdatedAt = 46
    private static let offsetOfProgress = 56
    private static let offsetOfStanding = 63

    /// What the short way makes of a report.
    internal enum Advance {
        /// The report is none for the short way; nothing has changed.
        case notHere
        /// The report was taken; readers see a difference when `isVisible`, and somebody waits for it when
        /// `isWatched`.
        case taken(attempt: UInt32, isVisible: Bool, isWatched: Bool)
    }

    /// The short way for a report of progress alone by the owner and present attempt of a live job that is
    /// processing: the hot path of ingest. It reads and writes the record's first cache line and nothing else.
    ///
    /// Whatever is not plain (a stale reference, another owner, a job that stalls, ends or waits, an older attempt)
    /// it leaves to the long way, which knows every rule; where it acts it does the same.
    @inline(__always)
    internal func advance(
        _ reference: JobReference,
        from owner: OwnerID,
        attempt: UInt32,
        to progress: BasisPoints,
        at now: Instant
    ) -> Advance {
        guard isLive(reference.slot, reference.generation) else { return .notHere }
        let record = unsafe pointer(reference.slot)
        let flags = unsafe record.pointee.flags
        let present = unsafe record.pointee.attempt
        // No flag of a plain job stands but these.
        let harmless: JobRecord.Flags = [.hasUnits, .hasStep, .watched, .failsWhenStalled]
        guard flags.isSubset(of: harmless), unsafe record.pointee.standing & 7 == JobState.processing.rawValue,
            unsafe record.pointee.owner == owner, owner != .none,
            unsafe record.pointee.binding == reference.binding, reference.binding != 0,
            attempt == 0 || attempt == present, unsafe record.pointee.expiresAt > now.wall
        else { return .notHere }

        let target = unsafe UnsafeMutableRawPointer(mutating: record)
        let monotonic = UInt32(truncatingIfNeeded: now.monotonic)
        unsafe target.shareHalf(monotonic, RecordStore.offsetOfSign)
        var pace = unsafe record.pointee.pace
        if pace.move(to: Float(progress.value), at: monotonic) {
            unsafe target.shareHalf(pace.rate.bitPattern, RecordStore.offsetOfRate)
            unsafe target.shareHalf(pace.position.bitPattern, RecordStore.offsetOfPosition)
            unsafe target.shareHalf(pace.sampledAt, RecordStore.offsetOfSampledAt)
            unsafe target.shareByte(record.pointee.standing & 31 | pace.samples << 5, RecordStore.offsetOfStanding)
        }
        guard unsafe progress.value > record.pointee.progressBits else {
            return .taken(attempt: present, isVisible: false, isWatched: false)
        }
        let wall = max(now.wall, unsafe record.pointee.updatedAt.milliseconds)
        unsafe target.shareQuarter(progress.value, RecordStore.offsetOfProgress)
        unsafe target.shareWord(record.pointee.version &+ 1, RecordStore.offsetOfVersion)
        unsafe target.shareQuarter(UInt16(truncatingIfNeeded: wall), RecordStore.offsetOfUpdatedAt)
        unsafe target.shareQuarter(UInt16(truncatingIfNeeded: wall >> 16), RecordStore.offsetOfUpdatedAt + 2)
        unsafe target.shareQuarter(UInt16(truncatingIfNeeded: wall >> 32), RecordStore.offsetOfUpdatedAt + 4)
        return .taken(attempt: present, isVisible: true, isWatched: flags.contains(.watched))
    }

    /// The offsets above, as the compiler laid the record out: for the test that compares them.
    internal static var layout: [(name: String, assumed: Int, actual: Int?)] {
        [
            ("version", offsetOfVersion, MemoryLayout<JobRecord>.offset(of: \.version)),
            ("lastSign", offsetOfSign, MemoryLayout<JobRecord>.offset(of: \.lastSign)),
            ("rate", offsetOfRate, MemoryLayout<JobRecord>.offset(of: \.rate)),
            ("position", offsetOfPosition, MemoryLayout<JobRecord>.offset(of: \.position)),
            ("sampledAt", offsetOfSampledAt, MemoryLayout<JobRecord>.offset(of: \.sampledAt)),
            ("updatedAt", offsetOfUpdatedAt, MemoryLayout<JobRecord>.offset(of: \.updatedAt)),
            ("progress", offsetOfProgress, MemoryLayout<JobRecord>.offset(of: \.progressBits)),
            ("standing", offsetOfStanding, MemoryLayout<JobRecord>.offset(of: \.standing)),
        ]
    }
}
